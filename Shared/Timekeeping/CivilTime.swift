/// A moment in UTC as a calendar shows it: proleptic Gregorian, without leap seconds.
package struct CivilTime: Equatable, Sendable {
    /// 0000 ... 9999.
    package var year: Int
    /// 1 ... 12.
    package var month: Int
    /// 1 ... 31.
    package var day: Int
    /// 0 ... 23.
    package var hour: Int
    /// 0 ... 59.
    package var minute: Int
    /// 0 ... 59.
    package var second: Int
    /// 0 ... 999 999.
    package var microsecond: Int

    private static let secondsPerDay: Int64 = 86_400
    private static let daysPerEra = 146_097
    /// Days from 0000-03-01, where the eras of 400 years below begin, to 1970-01-01.
    private static let daysToEpoch = 719_468

    /// The four-digit years 0000 ... 9999, all that RFC 3339 can write, in microseconds.
    package static let range: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// The calendar's reading at `moment`, which is moved to the nearest end of `range` where it is outside.
    ///
    /// Years are counted from March, so that the leap day is a year's last (the usual derivation, e.g.
    /// Richards, "Mapping Time", 1998): month lengths then repeat 31 30 31 30 31 every 153 days.
    package init(_ moment: WallTime) {
        let microseconds = min(
            max(moment.microseconds, Self.range.lowerBound),
            Self.range.upperBound
        )
        let (seconds, micro) = Self.floorDivide(microseconds, 1_000_000)
        let (days, inDay) = Self.floorDivide(seconds, Self.secondsPerDay)
        // Year 0 begins on January 1, 60 days before the first era: shift by one era to stay positive.
        let shifted = Int(days) + Self.daysToEpoch + Self.daysPerEra
        let era = shifted / Self.daysPerEra
        let dayOfEra = shifted % Self.daysPerEra
        let leapFree = dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096
        let yearOfEra = leapFree / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + (era - 1) * 400 + (month <= 2 ? 1 : 0)
        hour = Int(inDay / 3600)
        minute = Int(inDay / 60 % 60)
        second = Int(inDay % 60)
        microsecond = Int(micro)
    }

    /// A reading with these fields, which are not checked: see `isValid`.
    package init(
        year: Int,
        month: Int,
        day: Int,
        hour: Int,
        minute: Int,
        second: Int,
        microsecond: Int
    ) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    /// Whether the fields name a moment that exists, in the years 0000 ... 9999; no leap second.
    package var isValid: Bool {
        (0...9999).contains(year) && (1...12).contains(month)
            && day >= 1 && day <= Self.days(inMonth: month, of: year)
            && (0...23).contains(hour) && (0...59).contains(minute) && (0...59).contains(second)
            && (0...999_999).contains(microsecond)
    }

    /// The moment of valid fields.
    package var wallTime: WallTime {
        let shiftedYear = year - (month <= 2 ? 1 : 0) + 400
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = (era - 1) * Self.daysPerEra + dayOfEra - Self.daysToEpoch
        let seconds = Int64(days) * Self.secondsPerDay + Int64(hour * 3600 + minute * 60 + second)
        return WallTime(microseconds: seconds * 1_000_000 + Int64(microsecond))
    }

    /// 0 for Sunday ... 6 for Saturday.
    package var weekday: Int {
        let (days, _) = Self.floorDivide(wallTime.microseconds, Self.secondsPerDay * 1_000_000)
        // 1970-01-01 was a Thursday.
        return Int(((days + 4) % 7 + 7) % 7)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func floorDivide(
        _ dividend: Int64,
        _ divisor: Int64
    ) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
