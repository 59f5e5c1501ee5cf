internal import Timekeeping

/// The hours of a local day that are replayed.
package struct ReplayWindow: Hashable, Sendable {
    /// The first second of the local day, seconds since the Unix epoch.
    package let midnight: Int64
    /// The first hour, 0 ... 23.
    package let firstHour: Int
    /// The hour that ends it, above the first, at most 24.
    package let endHour: Int

    /// The window of `day` ("2008-05-22") and `hours` ("17-18").
    ///
    /// - Parameters:
    ///   - offsetHours: The local day's offset from UTC.
    /// - Returns: `nil` where a text is none of that form.
    package init?(day: String, hours: String, offsetHours: Int) {
        let parts = day.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        let bounds = hours.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let date = parts[2],
            bounds.count == 2, let first = bounds[0], let end = bounds[1],
            (0...23).contains(first), first < end, end <= 24
        else { return nil }
        let civil = CivilTime(
            year: year,
            month: month,
            day: date,
            hour: 0,
            minute: 0,
            second: 0,
            microsecond: 0
        )
        guard civil.isValid else { return nil }
        midnight = civil.wallTime.microseconds / 1_000_000 - Int64(offsetHours) * 3600
        firstHour = first
        endHour = end
    }

    /// The first second, seconds since the Unix epoch.
    package var start: Int64 { midnight + Int64(firstHour) * 3600 }
    /// The second after the last.
    package var end: Int64 { midnight + Int64(endHour) * 3600 }

    /// Seconds from the window's start; negative before it.
    package func offset(of epochSeconds: Int64) -> Int64 { epochSeconds - start }
}
