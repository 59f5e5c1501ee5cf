/// The time that the rules of business see: real time, or in a rehearsal real time shifted and scaled.
///
/// One non-production call sets it for all five programs, and it is persisted. Only the `now` given to cores
/// goes through it; TLS, tokens, deadlines, leases and retries stay on real time.
public struct BusinessClock: Hashable, Sendable {
    /// The fastest a rehearsal may run: a day in 24 seconds.
    public static let factorMax: Int64 = 3600

    /// The real moment at which the mapping starts.
    public let realOrigin: WallTime
    /// What the business clock showed then.
    public let businessOrigin: WallTime
    /// Business seconds for each real second, 1 ... `factorMax`.
    public let factor: Int64

    /// The clock of production: business time is real time.
    public static let real = BusinessClock(
        realOrigin: WallTime(microseconds: 0),
        businessOrigin: WallTime(microseconds: 0),
        unchecked: 1
    )

    /// A clock that shows `businessOrigin` at `realOrigin` and runs `factor` times as fast from there.
    ///
    /// - Returns: `nil` where the factor is outside 1 ... `factorMax`.
    public init?(realOrigin: WallTime, businessOrigin: WallTime, factor: Int64) {
        guard (1...Self.factorMax).contains(factor) else { return nil }
        self.init(realOrigin: realOrigin, businessOrigin: businessOrigin, unchecked: factor)
    }

    private init(realOrigin: WallTime, businessOrigin: WallTime, unchecked factor: Int64) {
        self.realOrigin = realOrigin
        self.businessOrigin = businessOrigin
        self.factor = factor
    }

    /// What the business clock shows at the real moment `real`; stops at both ends of the range.
    public func businessTime(at real: WallTime) -> WallTime {
        let (elapsed, lost) =
            real.microseconds.subtractingReportingOverflow(realOrigin.microseconds)
        let (scaled, scaledLost) = elapsed.multipliedReportingOverflow(by: factor)
        let (sum, sumLost) = businessOrigin.microseconds.addingReportingOverflow(scaled)
        guard !lost, !scaledLost, !sumLost else {
            return WallTime(microseconds: real < realOrigin ? .min : .max)
        }
        return WallTime(microseconds: sum)
    }

    /// How long the real wait is for a business wait of `duration`; rounds up, so no timer fires early.
    public func realDuration(of duration: Duration) -> Duration {
        let microseconds = duration.wholeMicroseconds
        let whole = microseconds / factor
        return .microseconds(microseconds > 0 && microseconds % factor != 0 ? whole + 1 : whole)
    }
}
