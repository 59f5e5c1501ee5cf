internal import CLinux
internal import Glibc
internal import Synchronization

extension EventLoop {
    /// Whether the calling thread is the loop's. From any thread.
    package var isCurrent: Bool {
        thread.load(ordering: .relaxed) == UInt(pthread_self())
    }

    /// Jobs that other threads have enqueued since the loop was made. From any thread.
    ///
    /// Starting a task from elsewhere counts one; a task with a preference for its loop adds none after.
    package var foreignJobCount: Int { foreignJobs.load(ordering: .relaxed) }

    /// Jobs and closures that came after the loop had ended and were dropped. From any thread.
    package var refusedCount: Int { refused.load(ordering: .relaxed) }

    /// Stops the process where the caller is not on the loop; before the loop runs, anybody is.
    package func preconditionCurrent(_ function: StaticString = #function) {
        let owner = thread.load(ordering: .relaxed)
        precondition(
            owner == 0 || owner == UInt(pthread_self()),
            "\(function) is called outside its event loop"
        )
    }

    /// Queues a job of a Swift task. The runtime calls it, from any thread.
    // Safe: a job is queued once and run once, by `runJobs`.
    package func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        if isCurrent {
            jobs.append(unowned)
            return
        }
        foreignJobs.wrappingAdd(1, ordering: .relaxed)
        handle(foreign.append(unowned))
    }

    /// Runs `body` on the loop, in the order of the calls from one thread. From any thread.
    package func execute(_ body: sending @escaping () -> Void) {
        let item = ForeignQueue.Work(body: body)
        if isCurrent {
            work.append(item)
        } else {
            handle(foreign.append(item))
        }
    }

    /// Runs `body` on the loop and returns its result. From any thread.
    @discardableResult
    package func submit<Success: Sendable>(
        _ body: sending @escaping () -> Success
    ) async -> Success {
        await withCheckedContinuation { continuation in
            let bound = LoopBound(body, to: self)
            execute { continuation.resume(returning: bound.value()) }
        }
    }

    /// Starts a task that stays on the loop wherever it suspends. From any thread.
    ///
    /// The caller owns the task: it cancels it or waits for it before the loop stops.
    @discardableResult
    package func spawn<Success: Sendable>(
        _ body: sending @escaping () async -> Success
    ) -> Task<Success, Never> {
        Task(executorPreference: self, operation: body)
    }

    /// Keeps the loop's thread on one processor; on the loop.
    ///
    /// - Returns: Whether the machine has that processor and lets us.
    @discardableResult
    package func pin(toCore core: Int) -> Bool {
        preconditionCurrent()
        return clinux_pin_thread(Int32(clamping: core)) == 0
    }

    /// Confirms an isolation that only this executor can know of.
    package func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    /// Stops the process where the caller is not on the loop.
    package func checkIsolated() {
        precondition(isCurrent, "code isolated to an event loop runs outside it")
    }

    private func handle(_ outcome: ForeignQueue.Outcome) {
        switch outcome {
        case .wake: wake()
        case .queued: break
        case .refused: refused.wrappingAdd(1, ordering: .relaxed)
        }
    }
}
