internal import Glibc
internal import Synchronization
package import Timekeeping

/// A loop that is led by hand: for simulators, whose time stands still while there is something to do.
///
/// One thread may lead several loops in turn; a task or a closure of one then reaches another at once, as within one
/// loop. Files are not looked at.
extension EventLoop {
    /// Gives the loop to the calling thread, which leads it by `step`; instead of `start()` or `run()`, once.
    package func beginStepping() {
        let (isFirst, _) = thread.compareExchange(
            expected: 0,
            desired: UInt(pthread_self()),
            ordering: .relaxed
        )
        precondition(isFirst, "an event loop runs once")
        now = timeSource.now
    }

    /// Whether there is something to do without time passing.
    package var canStep: Bool {
        preconditionCurrent()
        if hasWork { return true }
        guard let earliest = timers.earliest else { return false }
        return earliest <= timeSource.now
    }

    /// When the next timer is due; `nil` with none.
    package var nextTimer: Instant? {
        preconditionCurrent()
        return timers.earliest
    }

    /// One turn without waiting: due timers, closures, jobs, end-of-turn handlers.
    package func step() {
        preconditionCurrent()
        now = timeSource.now
        fireTimers()
        runWork()
        runJobs()
        runTurnEndHandlers()
    }
}
