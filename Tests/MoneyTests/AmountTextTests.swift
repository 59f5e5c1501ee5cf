import Money
import TestSupport
import Testing

@Suite("Amount as decimal text")
struct AmountTextTests {
    @Test(
        "reads and writes exactly",
        arguments: [
            ("0.00", "USD", Int64(0)), ("0.05", "USD", 5), ("-0.05", "USD", -5),
            ("58.80", "USD", 5880),
            ("12.34", "EUR", 1234), ("500", "JPY", 500), ("-1", "CLP", -1), ("1.234", "KWD", 1234),
            ("0.0001", "CLF", 1), ("90071992547409.93", "USD", 9_007_199_254_740_993),
            ("92233720368547758.07", "USD", .max), ("-92233720368547758.08", "USD", .min),
            ("9223372036854775807", "JPY", .max),
        ]
    )
    func exact(text: String, code: String, units: Int64) throws {
        let currency = try #require(Currency(code: code))
        let amount = try Amount(decimalText: text, in: currency)
        #expect(amount == Amount(minorUnits: units, currency: currency))
        #expect(amount.decimalText == text)
        #expect(amount.description == "\(text) \(code)")
    }

    @Test(
        "other spellings of the same number are read",
        arguments: [("1", Int64(100)), ("1.5", 150), ("1.500", 150), ("007", 700), ("-0.00", 0)]
    )
    func spellings(text: String, units: Int64) throws {
        #expect(try Amount(decimalText: text, in: .usDollar).minorUnits == units)
    }

    @Test("0.1 and 0.2 are 0.30")
    func tenths() throws {
        let sum = try Amount(decimalText: "0.1", in: .usDollar)
            .adding(Amount(decimalText: "0.2", in: .usDollar))
        #expect(sum.decimalText == "0.30")
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", "-", ".", "1.", ".5", "+1", " 1", "1 ", "1,5", "1.2.3", "1e3", "0x1", "--1", "NaN",
            "inf",
            "١", "1\0", "1_000",
        ]
    )
    func malformed(text: String) {
        expectCode(.malformed) { try Amount(decimalText: text, in: .usDollar) }
    }

    @Test("a digit below the minor unit is refused, never rounded")
    func tooPrecise() {
        expectCode(.tooPrecise) { try Amount(decimalText: "1.005", in: .usDollar) }
        expectCode(.tooPrecise) { try Amount(decimalText: "1.5", in: .yen) }
    }

    @Test("a number beyond 64 bits is refused")
    func overflow() {
        expectCode(.overflow) { try Amount(decimalText: "92233720368547758.08", in: .usDollar) }
        expectCode(.overflow) { try Amount(decimalText: "-92233720368547758.09", in: .usDollar) }
    }

    @Test("a text is read up to its longest length and refused beyond")
    func length() throws {
        let longest = String(repeating: "0", count: Amount.decimalTextByteCountMax - 1) + "7"
        #expect(try Amount(decimalText: longest, in: .yen).minorUnits == 7)
        expectCode(.malformed) { try Amount(decimalText: "0" + longest, in: .yen) }
        let nines = String(repeating: "9", count: Amount.decimalTextByteCountMax)
        expectCode(.overflow) {
            try Amount(decimalText: nines, in: try #require(Currency(code: "CLF")))
        }
    }

    @Test("reading what was written gives the amount back")
    func roundTrip() throws {
        try forAll(seed: 14, count: 20_000) { generator in
            let currency = Currency.all[Int.random(in: Currency.all.indices, using: &generator)]
            let shift = Int64.random(in: 0...63, using: &generator)
            let units = Int64.random(in: .min ... .max, using: &generator) >> shift
            let amount = Amount(minorUnits: units, currency: currency)
            let back = try Amount(decimalText: amount.decimalText, in: currency)
            try hold(back == amount, "\(amount) came back as \(back)")
        }
    }
}
