import Money
import Testing

private func usd(_ cents: Int64) -> Amount { Amount(minorUnits: cents, currency: .usDollar) }

@Suite("Amount")
struct AmountTests {
    @Test("adds and subtracts in its currency")
    func arithmetic() throws {
        #expect(try usd(10).adding(usd(20)) == usd(30))
        #expect(try usd(10).subtracting(usd(20)) == usd(-10))
        #expect(try usd(10).negated() == usd(-10))
        #expect(try usd(0).negated() == usd(0))
        #expect(try usd(-7).multiplied(by: 3) == usd(-21))
        #expect(try usd(1).isLess(than: usd(2)))
        #expect(try !usd(2).isLess(than: usd(2)))
    }

    @Test("two currencies never meet")
    func mismatch() {
        let pesos = Amount(minorUnits: 10, currency: .mexicanPeso)
        expectCode(.currencyMismatch) { try usd(1).adding(pesos) }
        expectCode(.currencyMismatch) { try usd(1).subtracting(pesos) }
        expectCode(.currencyMismatch) { try usd(1).isLess(than: pesos) }
        expectCode(.currencyMismatch) { try Amount.sum(of: [usd(1), pesos], in: .usDollar) }
        expectCode(.currencyMismatch) { try Amount.sum(of: [usd(1)], in: .mexicanPeso) }
    }

    @Test("a result outside 64 bits is refused, the last one inside is not")
    func overflow() throws {
        #expect(try usd(.max - 1).adding(usd(1)) == usd(.max))
        expectCode(.overflow) { try usd(.max).adding(usd(1)) }
        #expect(try usd(.min + 1).subtracting(usd(1)) == usd(.min))
        expectCode(.overflow) { try usd(.min).subtracting(usd(1)) }
        #expect(try usd(.min + 1).negated() == usd(.max))
        expectCode(.overflow) { try usd(.min).negated() }
        expectCode(.overflow) { try usd(.max / 2 + 1).multiplied(by: 2) }
    }

    @Test("a sum of nothing is zero in the currency asked for")
    func emptySum() throws {
        #expect(try Amount.sum(of: [], in: .euro) == .zero(.euro))
        #expect(try Amount.sum(of: [usd(1), usd(2)], in: .usDollar) == usd(3))
    }

    @Test("the sign is told")
    func signs() {
        #expect(usd(0).isZero && !usd(0).isNegative && !usd(0).isPositive)
        #expect(usd(-1).isNegative && usd(1).isPositive)
    }
}

/// Expects `body` to throw a `MoneyError` with `code`.
func expectCode(
    _ code: MoneyError.Code,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Any
) {
    let error = #expect(throws: MoneyError.self, sourceLocation: sourceLocation) { _ = try body() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
}
