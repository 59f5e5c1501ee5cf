internal import Synchronization
public import Timekeeping

/// A clock that stands still until a test moves it.
public final class ManualTimeSource: TimeSource {
    private let state: Mutex<(now: Instant, wallTime: WallTime)>

    /// A clock at `wallTime` whose monotonic reading starts at one second.
    public init(wallTime: WallTime = WallTime(secondsSinceEpoch: 1_780_000_000)) {
        state = Mutex((Instant(nanoseconds: 1_000_000_000), wallTime))
    }

    /// The monotonic reading.
    public var now: Instant { state.withLock { $0.now } }
    /// The time of day.
    public var wallTime: WallTime { state.withLock { $0.wallTime } }

    /// Moves both clocks forward together.
    public func advance(by duration: Duration) {
        state.withLock {
            $0.now = $0.now.advanced(by: duration)
            $0.wallTime = $0.wallTime.advanced(by: duration)
        }
    }

    /// Sets the wall clock alone, as an operator or NTP would.
    public func setWallTime(_ wallTime: WallTime) {
        state.withLock { $0.wallTime = wallTime }
    }
}
