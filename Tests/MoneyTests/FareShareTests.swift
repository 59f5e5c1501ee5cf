import Money
import TestSupport
import Testing

@Suite("Fare shares")
struct FareShareTests {
    @Test("tax, commission and rest add up to the fare and none is negative")
    func conservation() throws {
        try forAll(seed: 90_125, count: 100_000) { generator in
            let gross =
                Int64.random(in: 0...Int64.max, using: &generator)
                >> Int64.random(in: 0...62, using: &generator)
            let share = try FareShare(
                gross: Amount(minorUnits: gross, currency: .yen),
                taxBasisPoints: .random(in: 0...10_000, using: &generator),
                commissionBasisPoints: .random(in: 0...10_000, using: &generator)
            )
            let parts = [share.tax, share.commission, share.rest].map(\.minorUnits)
            try hold(parts.reduce(0, +) == gross, "\(parts) of \(gross)")
            try hold(parts.allSatisfy { $0 >= 0 }, "negative: \(parts)")
        }
    }

    @Test("tax is the part inside the fare, not on top of it")
    func taxInside() throws {
        let share = try FareShare(
            gross: Amount(minorUnits: 11_900, currency: .euro),
            taxBasisPoints: 1900,
            commissionBasisPoints: 2000
        )
        #expect(share.tax.minorUnits == 1900)
        #expect(share.commission.minorUnits == 2000)
        #expect(share.rest.minorUnits == 8000)
    }

    @Test(
        "a negative fare and rates outside 0 to 100 per cent are refused",
        arguments: [(-1, 0, 0), (1, -1, 0), (1, 10_001, 0), (1, 0, -1), (1, 0, 10_001)]
            as [(Int64, Int32, Int32)]
    )
    func bounds(row: (Int64, Int32, Int32)) {
        #expect(throws: MoneyError.self) {
            try FareShare(
                gross: Amount(minorUnits: row.0, currency: .euro),
                taxBasisPoints: row.1,
                commissionBasisPoints: row.2
            )
        }
    }
}
