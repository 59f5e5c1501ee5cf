package import Timekeeping

/// One calendar month of a tenant: half open, from its first instant to the first of the next.
///
/// A month lies in the tenant's civil time. Cores have no time-zone database: the caller gives the zone's offset
/// from UTC, and so far that is one fixed offset for each tenant, 0 unless it says otherwise. A zone with
/// daylight saving is off by its hour at one end of some months until the caller passes the offset of each end.
package struct BillingMonth: Hashable, Sendable {
    /// Offsets that exist on Earth: UTC-12:00 ... UTC+14:00, in seconds.
    package static let offsetSecondsRange: ClosedRange<Int32> = -43_200...50_400
    /// Years that can be billed; a bound against a nonsense clock.
    package static let yearRange: ClosedRange<Int32> = 2000...2999

    /// Months since January of year 0.
    package let index: Int32
    /// Seconds to add to UTC for the tenant's civil time.
    package let offsetSeconds: Int32

    /// The month with this year and number.
    ///
    /// - Returns: `nil` outside `yearRange`, 1 ... 12 or `offsetSecondsRange`.
    package init?(year: Int32, month: Int32, offsetSeconds: Int32) {
        guard Self.yearRange.contains(year), (1...12).contains(month),
            Self.offsetSecondsRange.contains(offsetSeconds)
        else { return nil }
        index = year * 12 + month - 1
        self.offsetSeconds = offsetSeconds
    }

    /// The month in which `moment` lies; `nil` outside `yearRange` or `offsetSecondsRange`.
    package init?(containing moment: WallTime, offsetSeconds: Int32) {
        guard Self.offsetSecondsRange.contains(offsetSeconds) else { return nil }
        let shifted = moment.advanced(by: .seconds(Int64(offsetSeconds)))
        let day = shifted.microseconds.flooredQuotient(by: Self.dayMicroseconds)
        // Days of a 400-year cycle give the year to within one; the first of its January decides.
        guard
            (Self.day(
                ofYear: Self.yearRange.lowerBound
            )..<Self.day(
                ofYear: Self.yearRange.upperBound + 1
            )).contains(day)
        else { return nil }
        var year = Int32(truncatingIfNeeded: (day * 400).flooredQuotient(by: 146_097)) + 1970
        if Self.day(ofYear: year) > day { year -= 1 }
        if Self.day(ofYear: year + 1) <= day { year += 1 }
        let month = Int32(
            (1...12).last { Self.day(ofMonth: Int32($0), in: year) <= day } ?? 1
        )
        self.init(year: year, month: month, offsetSeconds: offsetSeconds)
    }

    /// The year.
    package var year: Int32 { index / 12 }
    /// The month of the year, 1 ... 12.
    package var month: Int32 { index % 12 + 1 }

    /// The first instant.
    package var start: WallTime { Self.instant(of: index, offsetSeconds) }
    /// The first instant after it.
    package var end: WallTime { Self.instant(of: index + 1, offsetSeconds) }

    /// The month after; `nil` past `yearRange`.
    package var next: BillingMonth? {
        BillingMonth(
            year: (index + 1) / 12,
            month: (index + 1) % 12 + 1,
            offsetSeconds: offsetSeconds
        )
    }
}

extension BillingMonth: CustomStringConvertible {
    /// `2026-11`.
    package var description: String {
        "\(year)-\(month < 10 ? "0" : "")\(month)"
    }
}

extension BillingMonth {
    private static let dayMicroseconds: Int64 = 86_400_000_000

    private static func instant(of index: Int32, _ offsetSeconds: Int32) -> WallTime {
        let day = day(ofMonth: index % 12 + 1, in: index / 12)
        return WallTime(microseconds: day * dayMicroseconds - Int64(offsetSeconds) * 1_000_000)
    }

    /// The first of January, in days since 1970-01-01, by the Gregorian rule.
    private static func day(ofYear year: Int32) -> Int64 {
        let past = Int64(year) - 1
        let leapDays = past / 4 - past / 100 + past / 400
        // Up to the end of 1969 there were 477 leap days.
        return (past - 1969) * 365 + leapDays - 477
    }

    /// The first of a month, in days since 1970-01-01.
    private static func day(ofMonth month: Int32, in year: Int32) -> Int64 {
        let before: [Int64] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return day(ofYear: year) + before[Int(month) - 1] + (isLeap && month > 2 ? 1 : 0)
    }
}

extension Int64 {
    /// The quotient, rounded down.
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
