import BillingCore
import Foundation
import TestSupport
import Testing
import Timekeeping

@Suite("Billing months")
struct BillingMonthTests {
    @Test(
        "known moments lie in known months",
        arguments: [
            // seconds, offset, month
            (1_767_225_599, 0, "2025-12"), (1_767_225_600, 0, "2026-01"),
            (1_767_225_600, -3600, "2025-12"), (1_767_222_000, 3600, "2026-01"),
            (1_709_164_800, 0, "2024-02"),  // 29 February
            (1_709_251_200, 0, "2024-03"),
            (951_782_400, 0, "2000-02"),  // 29 February of a year that 400 divides
            (946_684_800, 0, "2000-01"), (32_503_679_999, 0, "2999-12"),
        ] as [(Int64, Int32, String)]
    )
    func known(row: (Int64, Int32, String)) throws {
        let moment = WallTime(secondsSinceEpoch: row.0)
        let month = try #require(BillingMonth(containing: moment, offsetSeconds: row.1))
        #expect(month.description == row.2)
    }

    @Test(
        "moments outside the years that are billed are refused",
        arguments: [
            946_684_799, 32_503_680_000, 0, -1,
        ] as [Int64]
    )
    func outside(seconds: Int64) {
        let moment = WallTime(secondsSinceEpoch: seconds)
        #expect(BillingMonth(containing: moment, offsetSeconds: 0) == nil)
    }

    @Test("the ends of time are refused, never trapped on")
    func extremes() {
        for microseconds in [Int64.min, .max] {
            for offset in [Int32.min, -43_200, 0, 50_400, .max] {
                let moment = WallTime(microseconds: microseconds)
                #expect(BillingMonth(containing: moment, offsetSeconds: offset) == nil)
            }
        }
    }

    @Test("offsets end at -12 and +14 hours")
    func offsets() {
        #expect(BillingMonth(year: 2026, month: 1, offsetSeconds: -43_200) != nil)
        #expect(BillingMonth(year: 2026, month: 1, offsetSeconds: -43_201) == nil)
        #expect(BillingMonth(year: 2026, month: 1, offsetSeconds: 50_400) != nil)
        #expect(BillingMonth(year: 2026, month: 1, offsetSeconds: 50_401) == nil)
        #expect(BillingMonth(year: 2026, month: 0, offsetSeconds: 0) == nil)
        #expect(BillingMonth(year: 2026, month: 13, offsetSeconds: 0) == nil)
    }

    @Test(
        "months follow each other without a gap for a thousand years, and agree with the calendar"
    )
    func consecutive() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var month = try #require(BillingMonth(year: 2000, month: 1, offsetSeconds: 0))
        var count = 1
        while let next = month.next {
            #expect(month.end == next.start)
            let date = Date(timeIntervalSince1970: Double(month.start.microseconds / 1_000_000))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
            #expect(parts.year == Int(month.year) && parts.month == Int(month.month))
            #expect(parts.day == 1 && parts.hour == 0 && parts.minute == 0)
            month = next
            count += 1
        }
        #expect(count == 12_000)
    }

    @Test("a month contains its start and its last microsecond, not its end")
    func halfOpen() throws {
        try forAll(seed: 31, count: 20_000) { generator in
            let month = BillingMonth(
                year: .random(in: 2000...2998, using: &generator),
                month: .random(in: 1...12, using: &generator),
                offsetSeconds: .random(in: -43_200...50_400, using: &generator)
            )!
            func of(_ moment: WallTime) -> BillingMonth? {
                BillingMonth(containing: moment, offsetSeconds: month.offsetSeconds)
            }
            let last = month.end.advanced(by: .microseconds(-1))
            try hold(of(month.start) == month, "start of \(month) at \(month.offsetSeconds)")
            try hold(of(last) == month, "end of \(month) at \(month.offsetSeconds)")
            try hold(of(month.end) == month.next, "after \(month) at \(month.offsetSeconds)")
        }
    }
}
