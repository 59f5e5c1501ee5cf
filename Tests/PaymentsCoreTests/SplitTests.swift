import Money
import PaymentsCore
import TestSupport
import Testing

@Suite("Splits")
struct SplitTests {
    @Test(
        "shares of a capture: tax is inside, commission is of the rest, ties go to even",
        arguments: [
            // gross, tax rate, commission rate -> tax, commission, fleet
            (10_000, 0, 1500, 0, 1500, 8500),
            (9_000, 800, 1500, 667, 1250, 7083),
            (1, 800, 1500, 0, 0, 1),
            (10, 0, 500, 0, 0, 10),  // 0.5 goes to 0
            (30, 0, 500, 0, 2, 28),  // 1.5 goes to 2
            (50, 0, 500, 0, 2, 48),  // 2.5 goes to 2
            (2, 10_000, 0, 1, 0, 1),
            (1, 10_000, 10_000, 0, 1, 0),
        ] as [(Int64, Int32, Int32, Int64, Int64, Int64)]
    )
    func vectors(row: (Int64, Int32, Int32, Int64, Int64, Int64)) throws {
        let split = try CaptureSplit(
            gross: Fixture.dollars(row.0),
            providerFee: Fixture.dollars(0),
            terms: #require(PaymentTerms(commissionBasisPoints: row.2, taxBasisPoints: row.1))
        )
        #expect(split.tax.minorUnits == row.3)
        #expect(split.commission.minorUnits == row.4)
        #expect(split.fleet.minorUnits == row.5)
    }

    @Test("rates outside 0 to 100 per cent are no terms")
    func terms() {
        #expect(PaymentTerms(commissionBasisPoints: -1, taxBasisPoints: 0) == nil)
        #expect(PaymentTerms(commissionBasisPoints: 10_001, taxBasisPoints: 0) == nil)
        #expect(PaymentTerms(commissionBasisPoints: 0, taxBasisPoints: 10_001) == nil)
        #expect(PaymentTerms(commissionBasisPoints: 10_000, taxBasisPoints: 10_000) != nil)
    }

    @Test("both cuts of a capture add up and no part is negative, in 200,000 random cases")
    func conservation() throws {
        try forAll(seed: 20_261, count: 200_000) { generator in
            let bits = Int64.random(in: 1...62, using: &generator)
            let gross = Int64.random(in: 1...(1 << bits), using: &generator)
            let fee = Int64.random(in: 0...gross, using: &generator)
            let terms = PaymentTerms(
                commissionBasisPoints: .random(in: 0...10_000, using: &generator),
                taxBasisPoints: .random(in: 0...10_000, using: &generator)
            )!
            let split = try CaptureSplit(
                gross: Fixture.dollars(gross),
                providerFee: Fixture.dollars(fee),
                terms: terms
            )
            let parts = [split.fleet, split.commission, split.tax].map(\.minorUnits)
            try hold(parts.reduce(0, +) == gross, "parts \(parts) of \(gross)")
            try hold(parts.allSatisfy { $0 >= 0 }, "a negative part: \(parts)")
            let places = split.net.minorUnits + split.providerFee.minorUnits
            try hold(places == gross, "net and fee are \(places) of \(gross)")
        }
    }

    @Test("refunds in any pieces give each party back exactly its part")
    func refunds() throws {
        try forAll(seed: 20_262, count: 20_000) { generator in
            let whole = CaptureRest(
                fleet: .random(in: 0...500, using: &generator),
                commission: .random(in: 0...500, using: &generator),
                tax: .random(in: 1...500, using: &generator)
            )
            var rest = whole
            var given = [Int64](repeating: 0, count: 3)
            while rest.total > 0 {
                let piece = Int64.random(in: 1...rest.total, using: &generator)
                let split = try RefundSplit(
                    gross: Fixture.dollars(piece),
                    feeReturned: Fixture.dollars(0),
                    of: rest
                )
                let parts = [split.fleet, split.commission, split.tax].map(\.minorUnits)
                try hold(parts.reduce(0, +) == piece, "parts \(parts) of \(piece)")
                try hold(parts.allSatisfy { $0 >= 0 }, "a negative part: \(parts)")
                rest = split.rest
                try hold(min(rest.fleet, rest.commission, rest.tax) >= 0, "over-refunded: \(rest)")
                for index in 0..<3 { given[index] += parts[index] }
            }
            try hold(given == [whole.fleet, whole.commission, whole.tax], "\(given) of \(whole)")
        }
    }

    @Test("a refund above what is left, of nothing or in another currency is refused")
    func refundBounds() {
        let rest = CaptureRest(fleet: 80, commission: 15, tax: 5)
        for (gross, fee) in [(101, 0), (0, 0), (-1, 0), (100, 101), (100, -1)] as [(Int64, Int64)] {
            #expect(throws: MoneyError.self) {
                try RefundSplit(
                    gross: Fixture.dollars(gross),
                    feeReturned: Fixture.dollars(fee),
                    of: rest
                )
            }
        }
        #expect(throws: MoneyError.self) {
            try RefundSplit(
                gross: Fixture.dollars(1),
                feeReturned: .zero(.euro),
                of: rest
            )
        }
    }
}
