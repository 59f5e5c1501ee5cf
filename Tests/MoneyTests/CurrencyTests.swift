import Money
import Testing

@Suite("Currency")
struct CurrencyTests {
    @Test(
        "the currencies without two decimals are exactly those of ISO 4217",
        arguments: [
            (UInt8(0), "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
            (3, "BHD IQD JOD KWD LYD OMR TND"),
            (4, "CLF UYW"),
        ]
    )
    func exponents(exponent: UInt8, codes: String) {
        #expect(
            Currency.all.filter { $0.exponent == exponent }.map(\.code).joined(separator: " ")
                == codes
        )
    }

    @Test("every other currency has two decimals")
    func otherExponents() {
        #expect(Set(Currency.all.map(\.exponent)) == [0, 2, 3, 4])
    }

    @Test(
        "two decimals even where a provider has none",
        arguments: ["USD", "EUR", "GBP", "BRL", "MXN", "ARS", "COP", "PEN", "UYU", "HUF", "TWD"]
    )
    func twoDecimals(code: String) throws {
        #expect(try #require(Currency(code: code)).exponent == 2)
    }

    @Test("every currency is found by both of its codes, and is in alphabetic order")
    func lookup() {
        for currency in Currency.all {
            #expect(Currency(numericCode: currency.numericCode) == currency)
            #expect(Currency(code: currency.code) == currency)
        }
        let codes = Currency.all.map(\.code)
        #expect(codes == codes.sorted())
        #expect(Set(Currency.all.map(\.numericCode)).count == Currency.all.count)
    }

    @Test(
        "unknown letters are refused",
        arguments: [
            "", "U", "US", "usd", "USDX", "ZZZ", "AAA", "XXX", "XAU", "HRK", "BGN", "ÜSD", "US\0",
        ]
    )
    func unknownLetters(code: String) {
        #expect(Currency(code: code) == nil)
    }

    @Test("unknown numbers are refused", arguments: [UInt16(0), 1, 839, 841, 999, 1000, .max])
    func unknownNumbers(number: UInt16) {
        #expect(Currency(numericCode: number) == nil)
    }

    @Test("the named currencies are those of the table")
    func named() {
        let named: [Currency] = [
            .argentinePeso, .brazilianReal, .chileanPeso, .colombianPeso, .euro, .mexicanPeso,
            .poundSterling, .usDollar, .yen,
        ]
        for currency in named {
            #expect(Currency(numericCode: currency.numericCode) == currency)
        }
    }
}
