internal import Synchronization
package import Timekeeping

/// A store with one writer thread that commits in groups, and reader threads with connections of their own.
package final class ThreadedStore: TransactionalStore {
    /// Bounds of the store.
    package struct Limits: Sendable {
        /// Bodies that may wait for the writer; the next is refused with `.overloaded`.
        package var writeQueueCapacity = 4096
        /// Bodies that may wait for a reader.
        package var readQueueCapacity = 4096
        /// How long a body that nobody waits for may wait for one that somebody does.
        ///
        /// A commit of its own costs some 100 us of CPU and a sync, the body in another's some 20 us.
        package var patience = Duration.milliseconds(10)
        /// Of one commit.
        package var group = CommitGroup.Limits()

        /// The defaults.
        package init() {}
    }

    /// Handed to the thread that will own it.
    private struct Handover: @unchecked Sendable {
        // Safe: made by the opening thread and then used by exactly one worker thread.
        let engine: any CommitEngine
    }

    private let writes: JobQueue<StoreJob>
    private let reads: JobQueue<StoreJob>
    private let state: State

    /// What threads and callers share.
    private final class State: Sendable {
        struct Content {
            var statistics = CommitGroup.Statistics()
            var runningThreadCount = 0
            var closers: [CheckedContinuation<Void, Never>] = []
        }
        let content = Mutex(Content())

        func threadEnded() {
            let closers = content.withLock { content -> [CheckedContinuation<Void, Never>] in
                content.runningThreadCount -= 1
                guard content.runningThreadCount == 0 else { return [] }
                defer { content.closers = [] }
                return content.closers
            }
            for closer in closers { closer.resume() }
        }
    }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - name: Prefix of the threads' names.
    ///   - writer: Owned by the writer thread from now on.
    ///   - readers: Owned by one reader thread each.
    /// - Throws: `.unavailable` where no thread can be started.
    package init(
        name: String,
        writer: any CommitEngine,
        readers: [any CommitEngine],
        time: any TimeSource,
        limits: Limits = Limits()
    ) throws(StorageError) {
        precondition(!readers.isEmpty, "a store needs a reader")
        writes = JobQueue(capacity: limits.writeQueueCapacity, patience: limits.patience)
        reads = JobQueue(capacity: limits.readQueueCapacity)
        state = State()
        let writes = writes
        let reads = reads
        let state = state
        state.content.withLock { $0.runningThreadCount = 1 + readers.count }
        let handover = Handover(engine: writer)
        do throws(StorageError) {
            try WorkerThread.start("\(name)-write") {
                let group = CommitGroup(engine: handover.engine, time: time, limits: limits.group)
                Self.write(group, from: writes, into: state)
                handover.engine.close()
                state.threadEnded()
            }
            for reader in readers {
                let handover = Handover(engine: reader)
                try WorkerThread.start("\(name)-read") {
                    Self.read(on: handover.engine, from: reads)
                    handover.engine.close()
                    state.threadEnded()
                }
            }
        } catch {
            writes.close()
            reads.close()
            throw error
        }
    }

    deinit {
        writes.close()
        reads.close()
    }

    /// What the writer did so far.
    package var statistics: CommitGroup.Statistics {
        state.content.withLock { $0.statistics }
    }

    /// Refuses new work, finishes what is queued, and returns when every thread has closed its connection.
    package func close() async {
        writes.close()
        reads.close()
        await withCheckedContinuation { continuation in
            let isOver = state.content.withLock { content in
                if content.runningThreadCount > 0 { content.closers.append(continuation) }
                return content.runningThreadCount == 0
            }
            if isOver { continuation.resume() }
        }
    }

    @discardableResult
    package func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        try await submit(body, to: writes)
    }

    package func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    ) {
        let answer = StoreAnswer<Output>()
        let job = StoreJob(body, into: answer) { completion(answer.result($0)) }
        guard let refusal = writes.push(job, isPatient: true) else { return }
        completion(.failure(Self.error(refusal)))
    }

    package func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        try await submit(body, to: reads)
    }

    private func submit<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        to queue: JobQueue<StoreJob>
    ) async throws(StorageError) -> Output {
        // Unsafe, because the checked kind costs an allocation a call; every path below resumes exactly once:
        // a queued job is answered by its thread, which drains the queue before it ends.
        let answer = StoreAnswer<Output>()
        let failure = await withUnsafeContinuation {
            (continuation: UnsafeContinuation<StorageError?, Never>) in
            let job = StoreJob(body, into: answer) { continuation.resume(returning: $0) }
            if let refusal = queue.push(job) {
                continuation.resume(returning: Self.error(refusal))
            }
        }
        return try answer.result(failure).get()
    }

    private static func error(_ refusal: JobQueue<StoreJob>.Refusal) -> StorageError {
        switch refusal {
        case .full: StorageError(.overloaded, "the store's queue is full")
        case .closed: StorageError(.unavailable, "the store is closed")
        }
    }

    private static func write(
        _ group: consuming CommitGroup,
        from queue: JobQueue<StoreJob>,
        into state: State
    ) {
        var group = group
        while let first = queue.waitAndPop() {
            group.run(first, next: queue.pop)
            let statistics = group.statistics
            state.content.withLock { $0.statistics = statistics }
        }
    }

    private static func read(on engine: any CommitEngine, from queue: JobQueue<StoreJob>) {
        while let job = queue.waitAndPop() {
            job.runRead(on: engine)
        }
    }
}

extension StoreJob {
    /// Runs the body in a reading transaction and answers it.
    func runRead(on engine: any CommitEngine) {
        do throws(StorageError) {
            try engine.beginRead()
        } catch {
            fail(error)
            return
        }
        engine.beginJob()
        let thrown = attempt(in: engine.session)
        var failure = engine.jobFailure
        engine.endRead()
        if !engine.session.groupWrites.isEmpty {
            engine.session.groupWrites.removeAll()
            failure = StorageError(.invalid, "a reading body tried to write")
        }
        if thrown == nil, let failure { fail(failure) } else { complete() }
    }
}
