/// A moment in UTC: what is stored, sent and shown.
///
/// Microseconds since the Unix epoch, without leap seconds. It can jump when the machine's clock is set, so
/// it never measures how long something takes: `Instant` does.
@frozen
public struct WallTime: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public var microseconds: Int64

    /// The moment `microseconds` after the Unix epoch.
    @inlinable
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The moment `seconds` after the Unix epoch.
    @inlinable
    public init(secondsSinceEpoch seconds: Int64) {
        microseconds = seconds.multipliedReportingOverflow(by: 1_000_000).partialValue
    }

    /// Whether `left` comes before `right`.
    @inlinable
    public static func < (left: WallTime, right: WallTime) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The moment `duration` later, or earlier where it is negative; stops at both ends of the range.
    @inlinable
    public func advanced(by duration: Duration) -> WallTime {
        let (sum, overflow) = microseconds.addingReportingOverflow(duration.wholeMicroseconds)
        if overflow { return WallTime(microseconds: duration < .zero ? .min : .max) }
        return WallTime(microseconds: sum)
    }

    /// How long from here to `other`; negative where `other` is earlier.
    @inlinable
    public func duration(to other: WallTime) -> Duration {
        let (difference, overflow) = other.microseconds.subtractingReportingOverflow(microseconds)
        guard !overflow else {
            return .microseconds(other.microseconds > microseconds ? Int64.max : Int64.min)
        }
        return .microseconds(difference)
    }
}
