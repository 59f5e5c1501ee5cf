internal import Reactor
internal import Timekeeping

/// Where a run stands: seconds of the replayed window, by business time.
// Safe: `zero` is set on the loop before the traffic starts, and read there.
final class ReplayClock: @unchecked Sendable {
    private let loop: EventLoop
    private let clock: BusinessClock
    /// The business moment of the window's first second; `nil` before the run begins.
    private(set) var zero: WallTime?

    init(loop: EventLoop, clock: BusinessClock) {
        self.loop = loop
        self.clock = clock
    }

    /// The window begins `lead` (business time) from now.
    func begin(in lead: Duration) {
        zero = businessNow.advanced(by: lead)
    }

    private var businessNow: WallTime { clock.businessTime(at: loop.timeSource.wallTime) }

    /// Seconds into the window; negative before it.
    var second: Double {
        guard let zero else { return -1 }
        return Double(zero.duration(to: businessNow).wholeMicroseconds) / 1_000_000
    }

    /// Waits until the window has come to `second`.
    ///
    /// - Returns: `false` where the task was cancelled.
    func sleep(untilSecond second: Double) async -> Bool {
        while true {
            let left = second - self.second
            guard left > 0 else { return !Task.isCancelled }
            let business = Duration.microseconds(Int64((left * 1_000_000).rounded(.up)))
            guard await loop.sleep(for: clock.realDuration(of: business)) else { return false }
        }
    }
}
