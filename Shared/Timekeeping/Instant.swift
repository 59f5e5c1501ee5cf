/// A reading of the monotonic clock: measures how long things take and when timers are due.
///
/// Nanoseconds since an arbitrary origin that is fixed for the life of the machine. Two instants compare
/// only when they come from the same `TimeSource`. Never stored, never sent: `WallTime` is for that.
@frozen
public struct Instant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the source's origin.
    public var nanoseconds: UInt64

    /// An instant `nanoseconds` after the source's origin.
    @inlinable
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// Whether `left` comes before `right`.
    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `duration` later, or earlier where it is negative; stops at both ends of the range.
    @inlinable
    public func advanced(by duration: Duration) -> Instant {
        let delta = duration.wholeNanoseconds
        if delta >= 0 {
            let (sum, overflow) = nanoseconds.addingReportingOverflow(UInt64(delta))
            return Instant(nanoseconds: overflow ? .max : sum)
        }
        let magnitude = delta.magnitude
        return Instant(nanoseconds: nanoseconds > magnitude ? nanoseconds - magnitude : 0)
    }

    /// How long from here to `other`; negative where `other` is earlier.
    @inlinable
    public func duration(to other: Instant) -> Duration {
        other.nanoseconds >= nanoseconds
            ? .nanoseconds(Int64(clamping: other.nanoseconds - nanoseconds))
            : .nanoseconds(-Int64(clamping: nanoseconds - other.nanoseconds))
    }
}

extension Duration {
    /// The duration in nanoseconds, towards zero; stops at both ends of `Int64` (292 years).
    @inlinable
    public var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !carried else { return seconds < 0 ? .min : .max }
        return sum
    }

    /// The duration in microseconds, towards zero; stops at both ends of `Int64`.
    @inlinable
    public var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { return seconds < 0 ? .min : .max }
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        guard !carried else { return seconds < 0 ? .min : .max }
        return sum
    }

    /// The duration in milliseconds, towards zero.
    @inlinable
    public var wholeMilliseconds: Int64 {
        wholeMicroseconds / 1000
    }
}
