internal import Synchronization

/// What a program knows of its own condition; told from any thread, shown on the internal port.
///
/// Ready means: it listens, its own storage answers, and it is not stopping. A missing peer never makes it unready, or
/// one program's restart would take all five out of service; it is shown as degraded.
package final class Health: Sendable {
    /// Where a program is in its life.
    package enum Phase: String, Sendable {
        /// On its way to `serving`; it does not listen yet.
        case starting
        /// Listens; leads to `draining`.
        case serving
        /// Was asked to stop and finishes what it has.
        case draining
    }

    /// The condition at one moment.
    package struct Report: Hashable, Sendable {
        /// Where it is in its life.
        package let phase: Phase
        /// Why its storage does not answer; `nil` where it does.
        package let storageFault: String?
        /// The peers and parts that are out of reach, in alphabetic order.
        package let degraded: [String]

        /// Whether it should be sent work.
        package var isReady: Bool { phase == .serving && storageFault == nil }
    }

    private struct State {
        var phase = Phase.starting
        var storageFault: String? = "not opened yet"
        var degraded: Set<String> = []
    }

    private let state = Mutex(State())

    /// The health of a program that has just started.
    package init() {}

    /// Moves on; `ServiceGroup` does.
    package func enter(_ phase: Phase) {
        state.withLock { $0.phase = phase }
    }

    /// Tells that the program's own storage answers, or why not. Holds no content of rows.
    package func setStorage(fault: String?) {
        state.withLock { $0.storageFault = fault }
    }

    /// Tells whether a peer or part, named as an operator knows it, is in reach.
    package func set(_ peer: String, isUp: Bool) {
        state.withLock { state in
            if isUp { state.degraded.remove(peer) } else { state.degraded.insert(peer) }
        }
    }

    /// The condition now.
    package var report: Report {
        state.withLock { state in
            Report(
                phase: state.phase,
                storageFault: state.storageFault,
                degraded: state.degraded.sorted()
            )
        }
    }
}
