import Foundation
import TestSupport
import Testing
import Timekeeping

@Suite("CivilTime")
struct CivilTimeTests {
    @Test("agrees with Foundation's calendar, and back, over all years")
    func foundation() throws {
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        try forAll(seed: 52, count: 3000) { generator in
            let microseconds = Int64.random(in: CivilTime.range, using: &generator)
            let moment = WallTime(microseconds: microseconds)
            let civil = CivilTime(moment)
            try hold(civil.isValid && civil.wallTime == moment, "\(microseconds): \(civil)")
            // Foundation's calendar is Julian before 1582.
            guard microseconds > -12_219_292_800_000_000 else { return }
            let seconds = (Double(microseconds) / 1e6).rounded(.down)
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second, .weekday],
                from: Date(timeIntervalSince1970: seconds)
            )
            let isEqual =
                parts.year == civil.year && parts.month == civil.month && parts.day == civil.day
                && parts.hour == civil.hour && parts.minute == civil.minute
                && parts.second == civil.second && parts.weekday == civil.weekday + 1
            try hold(isEqual, "\(microseconds): \(civil), Foundation \(parts)")
        }
    }

    @Test("moments outside of four-digit years are moved to the nearest end")
    func ends() {
        let first = CivilTime(WallTime(microseconds: .min))
        #expect(first.year == 0 && first.month == 1 && first.day == 1 && first.microsecond == 0)
        let last = CivilTime(WallTime(microseconds: .max))
        #expect(last.year == 9999 && last.month == 12 && last.microsecond == 999_999)
    }

    @Test(
        "dates that no calendar has are not valid",
        arguments: [
            (2023, 2, 29, false), (2024, 2, 29, true), (1900, 2, 29, false), (2000, 2, 29, true),
            (2024, 4, 31, false), (2024, 13, 1, false), (2024, 0, 1, false), (2024, 1, 0, false),
            (10_000, 1, 1, false), (0, 1, 1, true),
        ]
    )
    func validity(year: Int, month: Int, day: Int, isValid: Bool) {
        let civil = CivilTime(
            year: year,
            month: month,
            day: day,
            hour: 23,
            minute: 59,
            second: 59,
            microsecond: 999_999
        )
        #expect(civil.isValid == isValid)
    }
}
