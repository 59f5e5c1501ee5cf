package import Timekeeping

extension EventLoop {
    /// How many timers are scheduled.
    package var timerCount: Int { timers.count }

    /// Calls `handler` once, at or after `deadline`; timers due at one instant fire in the order of these
    /// calls. The loop keeps `handler` until then.
    ///
    /// - Complexity: O(log n).
    package func schedule(at deadline: Instant, _ handler: any TimerHandler) -> TimerToken {
        preconditionCurrent()
        return timers.insert(at: deadline, handler)
    }

    /// Calls `handler` once, `delay` after the start of this turn.
    package func schedule(after delay: Duration, _ handler: any TimerHandler) -> TimerToken {
        schedule(at: now.advanced(by: delay), handler)
    }

    /// Runs `body` once, at or after `deadline`.
    @discardableResult
    package func schedule(at deadline: Instant, _ body: @escaping () -> Void) -> TimerToken {
        schedule(at: deadline, ClosureTimer(body))
    }

    /// Runs `body` once, `delay` after the start of this turn.
    @discardableResult
    package func schedule(after delay: Duration, _ body: @escaping () -> Void) -> TimerToken {
        schedule(at: now.advanced(by: delay), ClosureTimer(body))
    }

    /// Takes a timer back; returns whether it had not fired yet.
    ///
    /// - Complexity: O(log n).
    @discardableResult
    package func cancel(_ token: TimerToken) -> Bool {
        preconditionCurrent()
        return timers.remove(token) != nil
    }

    /// Suspends the calling task, which runs on this loop, until `deadline`.
    ///
    /// - Returns: whether the deadline came; `false` at once where the task is cancelled.
    package func sleep(until deadline: Instant) async -> Bool {
        let promise = LoopPromise<Bool>(loop: self)
        let token = schedule(at: deadline) { promise.complete(true) }
        return await withTaskCancellationHandler {
            await promise.value()
        } onCancel: {
            // Any thread may cancel, so the way back is the loop's queue.
            self.execute {
                self.cancel(token)
                promise.complete(false)
            }
        }
    }

    /// Suspends the calling task, which runs on this loop, for `duration`.
    ///
    /// - Returns: whether the time passed; `false` at once where the task is cancelled.
    package func sleep(for duration: Duration) async -> Bool {
        await sleep(until: now.advanced(by: duration))
    }
}
