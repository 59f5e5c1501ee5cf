import Money
import TestSupport
import Testing

@Suite("Rounding")
struct RoundingTests {
    @Test(
        "a product is rounded as the mode says",
        arguments: [
            // numerator over denominator: halfEven, halfAwayFromZero, towardZero, awayFromZero, down, up
            (Int64(1), Int64(2), [Int64(0), 1, 0, 1, 0, 1]),
            (3, 2, [2, 2, 1, 2, 1, 2]),
            (5, 2, [2, 3, 2, 3, 2, 3]),
            (7, 2, [4, 4, 3, 4, 3, 4]),
            (-1, 2, [0, -1, 0, -1, -1, 0]),
            (-5, 2, [-2, -3, -2, -3, -3, -2]),
            (-7, 2, [-4, -4, -3, -4, -4, -3]),
            (1, 3, [0, 0, 0, 1, 0, 1]),
            (2, 3, [1, 1, 0, 1, 0, 1]),
            (-2, 3, [-1, -1, 0, -1, -1, 0]),
            (4, 2, [2, 2, 2, 2, 2, 2]),
            (0, 7, [0, 0, 0, 0, 0, 0]),
        ]
    )
    func modes(numerator: Int64, denominator: Int64, expected: [Int64]) throws {
        let ratio = try #require(Ratio(numerator, over: denominator))
        let one = Amount(minorUnits: 1, currency: .usDollar)
        for (mode, units) in zip(RoundingMode.allCases, expected) {
            #expect(try one.multiplied(by: ratio, rounding: mode).minorUnits == units, "\(mode)")
        }
    }

    @Test("1.005 is 1.00 and 2.675 is 2.68, as exact decimals half to even")
    func exactDecimals() throws {
        let thousandth = try #require(Ratio(1, over: 1000))
        #expect(try usd(100_500).multiplied(by: thousandth, rounding: .halfEven) == usd(100))
        #expect(try usd(267_500).multiplied(by: thousandth, rounding: .halfEven) == usd(268))
    }

    @Test("basis points are hundredths of a per cent")
    func basisPoints() throws {
        #expect(try usd(10_000).multiplied(by: .basisPoints(250), rounding: .halfEven) == usd(250))
        #expect(try usd(-10_000).multiplied(by: .basisPoints(1), rounding: .halfEven) == usd(-1))
        #expect(try usd(999).multiplied(by: .basisPoints(10_000), rounding: .halfEven) == usd(999))
    }

    @Test("the largest product fits its 128 bits, and a result beyond 64 is refused")
    func extremes() throws {
        let big = try #require(Ratio(.max, over: .max))
        #expect(try usd(.max).multiplied(by: big, rounding: .halfEven) == usd(.max))
        #expect(try usd(.min).multiplied(by: big, rounding: .halfEven) == usd(.min))
        let two = try #require(Ratio(2, over: 1))
        expectCode(.overflow) { try usd(.max).multiplied(by: two, rounding: .halfEven) }
        let smallest = try #require(Ratio(.min, over: 1))
        expectCode(.overflow) { try usd(.min).multiplied(by: smallest, rounding: .halfEven) }
    }

    @Test("a denominator is one or more", arguments: [Int64(0), -1, .min])
    func denominators(denominator: Int64) {
        #expect(Ratio(1, over: denominator) == nil)
        #expect(Ratio(1, over: 1) != nil)
    }

    @Test("a rounded quotient is within one unit of the exact one, on the side that the mode names")
    func property() throws {
        try forAll(seed: 11, count: 200_000) { generator in
            let shift = Int64.random(in: 0...62, using: &generator)
            let units = Int64.random(in: .min ... .max, using: &generator) >> shift
            let denominator = Int64.random(in: 1...10_000, using: &generator)
            let numerator = Int64.random(in: -10_000...10_000, using: &generator)
            let ratio = try #require(Ratio(numerator, over: denominator))
            let exact = Int128(units) * Int128(numerator)
            for mode in RoundingMode.allCases {
                guard let rounded = try? usd(units).multiplied(by: ratio, rounding: mode) else {
                    continue
                }
                // The error in units of 1 / denominator.
                let error = Int128(rounded.minorUnits) * Int128(denominator) - exact
                let limit = Int128(denominator)
                let isRight =
                    switch mode {
                    case .halfEven, .halfAwayFromZero: error.magnitude * 2 <= limit.magnitude
                    case .towardZero: error == 0 || (exact > 0) == (error < 0)
                    case .awayFromZero: error == 0 || (exact > 0) == (error > 0)
                    case .down: error <= 0
                    case .up: error >= 0
                    }
                try hold(
                    isRight && error.magnitude < limit.magnitude,
                    "\(units) * \(numerator) / \(denominator), \(mode): \(rounded.minorUnits)"
                )
            }
        }
    }
}

private func usd(_ cents: Int64) -> Amount { Amount(minorUnits: cents, currency: .usDollar) }
