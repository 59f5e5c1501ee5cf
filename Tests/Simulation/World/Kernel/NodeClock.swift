internal import Synchronization
internal import TestSupport
internal import Timekeeping

/// One machine's clocks: the monotonic one of the run, and a wall clock that may be wrong and may jump.
final class NodeClock: TimeSource {
    private let base: ManualTimeSource
    private let errorMicroseconds = Atomic<Int64>(0)

    init(base: ManualTimeSource) {
        self.base = base
    }

    var now: Instant { base.now }

    var wallTime: WallTime {
        base.wallTime.advanced(by: .microseconds(errorMicroseconds.load(ordering: .relaxed)))
    }

    /// Sets how far the wall clock is off, as an operator or a bad time server does.
    func setError(_ error: Duration) {
        errorMicroseconds.store(error.wholeMicroseconds, ordering: .relaxed)
    }
}
