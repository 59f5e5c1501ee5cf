import Money
import TestSupport
import Testing

@Suite("Splitting an amount")
struct SplitTests {
    struct Case: Sendable {
        let whole: Int64
        let weights: [Int64]
        let parts: [Int64]

        init(_ whole: Int64, by weights: [Int64], gives parts: [Int64]) {
            self.whole = whole
            self.weights = weights
            self.parts = parts
        }
    }

    static let cases = [
        Case(100, by: [1, 1, 1], gives: [34, 33, 33]),
        Case(1, by: [1, 1, 1], gives: [1, 0, 0]),
        Case(-100, by: [1, 1, 1], gives: [-34, -33, -33]),
        Case(-1, by: [1, 1, 1], gives: [-1, 0, 0]),
        Case(100, by: [1, 2, 3], gives: [17, 33, 50]),
        Case(5, by: [3, 7], gives: [2, 3]),
        Case(0, by: [3, 7], gives: [0, 0]),
        Case(7, by: [0, 1, 0], gives: [0, 7, 0]),
        Case(9, by: [5], gives: [9]),
        Case(.max, by: [1, 1], gives: [4_611_686_018_427_387_904, 4_611_686_018_427_387_903]),
        Case(.min, by: [1, 1], gives: [-4_611_686_018_427_387_904, -4_611_686_018_427_387_904]),
        Case(.min, by: [.max, 0], gives: [.min, 0]),
    ]

    @Test(
        "the largest remainders get the units left over, the earlier part first",
        arguments: cases
    )
    func table(row: Case) throws {
        #expect(try usd(row.whole).split(byWeights: row.weights).map(\.minorUnits) == row.parts)
    }

    @Test("weights that are none, all zero, negative or too many are refused")
    func badWeights() throws {
        expectCode(.badFactor) { try usd(1).split(byWeights: []) }
        expectCode(.badFactor) { try usd(1).split(byWeights: [0, 0]) }
        expectCode(.badFactor) { try usd(1).split(byWeights: [2, -1]) }
        let most = [Int64](repeating: 1, count: Amount.splitPartCountMax)
        #expect(try usd(1).split(byWeights: most).count == most.count)
        expectCode(.badFactor) { try usd(1).split(byWeights: most + [1]) }
    }

    @Test("parts add up to the whole, have its sign, and are within one unit of the exact share")
    func conservation() throws {
        try forAll(seed: 12, count: 200_000) { generator in
            let shift = Int64.random(in: 0...62, using: &generator)
            let whole = Int64.random(in: .min ... .max, using: &generator) >> shift
            var weights = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
                Int64.random(in: 0 ... .max, using: &generator)
                    >> Int64.random(in: 0...62, using: &generator)
            }
            weights[0] = max(1, weights[0])
            let parts = try usd(whole).split(byWeights: weights)
            let sum = parts.reduce(Int128(0)) { $0 + Int128($1.minorUnits) }
            try hold(sum == Int128(whole), "\(whole) by \(weights): \(parts)")
            let total = weights.reduce(Int128(0)) { $0 + Int128($1) }
            for (part, weight) in zip(parts, weights) {
                try hold(
                    part.isZero || part.isNegative == (whole < 0),
                    "\(whole) by \(weights): \(part) has the wrong sign"
                )
                let share = Int128(whole) * Int128(weight) / total
                let error = Int128(part.minorUnits) - share
                try hold((-1...1).contains(error), "\(whole) by \(weights): \(part)")
            }
        }
    }

    @Test("refunds in any portions give every party back exactly its part")
    func refunds() throws {
        try forAll(seed: 13, count: 50_000) { generator in
            let whole = Int64.random(in: 0...100_000, using: &generator)
            let weights = (0..<4).map { _ in Int64.random(in: 1...100, using: &generator) }
            let parts = try usd(whole).split(byWeights: weights)
            var remaining = parts
            var rest = whole
            while rest > 0 {
                let refund = Int64.random(in: 1...rest, using: &generator)
                let shares = try usd(refund).split(fromRemaining: remaining)
                let sum = try Amount.sum(of: shares, in: .usDollar)
                try hold(sum == usd(refund), "\(refund) of \(parts): \(shares)")
                for index in remaining.indices {
                    remaining[index] = try remaining[index].subtracting(shares[index])
                    let isInRange = !remaining[index].isNegative && !shares[index].isNegative
                    try hold(isInRange, "\(refund) of \(parts): \(shares)")
                }
                rest -= refund
            }
            try hold(remaining.allSatisfy(\.isZero), "\(parts) leaves \(remaining)")
        }
    }

    @Test("a refund above the rest, below zero or of mixed currencies is refused")
    func badRefunds() throws {
        let parts = [usd(30), usd(70)]
        #expect(try usd(100).split(fromRemaining: parts) == parts)
        #expect(try usd(0).split(fromRemaining: [usd(0), usd(0)]) == [usd(0), usd(0)])
        expectCode(.badFactor) { try usd(101).split(fromRemaining: parts) }
        expectCode(.badFactor) { try usd(-1).split(fromRemaining: parts) }
        expectCode(.badFactor) { try usd(0).split(fromRemaining: [usd(-5), usd(5)]) }
        expectCode(.currencyMismatch) { try usd(1).split(fromRemaining: [.zero(.euro)]) }
    }
}

private func usd(_ cents: Int64) -> Amount { Amount(minorUnits: cents, currency: .usDollar) }
