import Money
import PaymentsServer
import Testing

@Suite("PayPal money")
struct PayPalMoneyTests {
    private func text(_ minorUnits: Int64, _ code: String) -> String? {
        PayPalMoney.text(of: Amount(minorUnits: minorUnits, currency: Currency(code: code)!))
    }

    @Test("amounts are written with PayPal's decimals, exactly")
    func writing() {
        #expect(text(1, "USD") == "0.01")
        #expect(text(10_000, "USD") == "100.00")
        #expect(text(500, "JPY") == "500")
        // ISO has two decimals for the forint, PayPal none.
        #expect(text(150_000, "HUF") == "1500")
        #expect(text(5_880, "BRL") == "58.80")
    }

    @Test("what PayPal cannot express is refused, not rounded")
    func refused() {
        #expect(text(150_050, "HUF") == nil)
        #expect(text(100, "TWD") == "1")
        #expect(text(101, "TWD") == nil)
        #expect(text(100, "ARS") == nil)
        #expect(text(0, "USD") == nil)
        #expect(text(-1, "USD") == nil)
        #expect(text(99_999_999_999_999_999, "USD") == "999999999999999.99")
        #expect(text(100_000_000_000_000_000, "USD") == nil)
    }

    @Test("amounts are read exactly or not at all")
    func reading() {
        #expect(PayPalMoney.amount(currencyCode: "USD", value: "10.99")?.minorUnits == 1_099)
        #expect(PayPalMoney.amount(currencyCode: "HUF", value: "1500")?.minorUnits == 150_000)
        #expect(PayPalMoney.amount(currencyCode: "USD", value: "10.999") == nil)
        #expect(PayPalMoney.amount(currencyCode: "usd", value: "10.99") == nil)
        #expect(PayPalMoney.amount(currencyCode: "USD", value: "1e3") == nil)
        #expect(PayPalMoney.amount(currencyCode: "USD", value: "") == nil)
    }
}
