internal import Glibc

/// Where the time comes from: injected into every shell, so that tests and the simulator own it.
public protocol TimeSource: Sendable {
    /// The monotonic clock: deadlines, timers, leases, retries.
    var now: Instant { get }
    /// The wall clock, UTC: what is recorded.
    var wallTime: WallTime { get }
}

/// The machine's own clocks.
public struct SystemTimeSource: TimeSource {
    /// A source over `CLOCK_MONOTONIC` and `CLOCK_REALTIME`.
    public init() {}

    /// What `CLOCK_MONOTONIC` shows.
    public var now: Instant {
        var reading = timespec()
        clock_gettime(CLOCK_MONOTONIC, &reading)
        return Instant(
            nanoseconds: UInt64(reading.tv_sec) &* 1_000_000_000 &+ UInt64(reading.tv_nsec)
        )
    }

    /// What `CLOCK_REALTIME` shows.
    public var wallTime: WallTime {
        var reading = timespec()
        clock_gettime(CLOCK_REALTIME, &reading)
        return WallTime(
            microseconds: Int64(reading.tv_sec) &* 1_000_000 &+ Int64(reading.tv_nsec) / 1000
        )
    }
}
