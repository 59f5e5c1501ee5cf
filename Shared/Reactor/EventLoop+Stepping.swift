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
        beginTurn()
        fireTimers()
        runWork()
        runJobs()
        runTurnEndHandlers()
    }

    /// Ends a loop that was led: whoever sleeps on it is woken, so that tasks can find out that it is over and end;
    /// then it lets go of everything.
    ///
    /// What wakes only to sleep again is left to itself after `endRoundCountMax` rounds.
    package func endStepping() {
        preconditionCurrent()
        for _ in 0..<Self.endRoundCountMax {
            var stepCount = 0
            while hasWork, stepCount < Self.endRoundCountMax {
                jobsLeft = Self.workPerTurnMax
                runWork()
                runJobs()
                runTurnEndHandlers()
                stepCount += 1
            }
            let count = timers.count
            guard count > 0 else { break }
            for _ in 0..<count {
                guard let due = timers.popDue(at: Instant(nanoseconds: .max)) else { break }
                due.handler.timerFired(due.token)
            }
        }
        files.removeAll()
        timers.removeAll()
        attachments.removeAll()
        // Its tasks may outlive it; the descriptors, of which a process has few, must not. Whoever comes from another
        // thread is refused from now on, so nobody writes to them.
        if foreign.closeIfEmpty() { closeDescriptors() }
    }

    private static var endRoundCountMax: Int { 64 }
}
