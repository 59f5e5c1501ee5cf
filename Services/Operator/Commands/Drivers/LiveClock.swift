internal import Synchronization
package import Timekeeping

/// The business clock as phones have it: set anew while they are on duty, as a replay beside a demonstration does.
package final class LiveClock: Sendable {
    private let state: Mutex<BusinessClock>

    /// A clock that shows what `clock` shows.
    package init(_ clock: BusinessClock) {
        state = Mutex(clock)
    }

    /// What it goes by now.
    package var current: BusinessClock {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
