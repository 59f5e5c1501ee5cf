package import Money

/// Amounts as PayPal writes them: a decimal text with PayPal's own number of decimals.
///
/// PayPal takes no decimals for HUF, JPY and TWD, although ISO 4217 has two for the first and the last. An amount
/// that PayPal cannot express is refused; it is never rounded.
package enum PayPalMoney {
    /// PayPal's limit on the digits before the point.
    package static let wholeDigitCountMax = 15

    /// The currencies that PayPal takes (its REST currency codes, 2024), with their decimals there.
    private static let decimals: [(code: String, count: UInt8)] = [
        ("AUD", 2), ("BRL", 2), ("CAD", 2), ("CHF", 2), ("CNY", 2), ("CZK", 2), ("DKK", 2),
        ("EUR", 2), ("GBP", 2), ("HKD", 2), ("HUF", 0), ("ILS", 2), ("JPY", 0), ("MXN", 2),
        ("MYR", 2), ("NOK", 2), ("NZD", 2), ("PHP", 2), ("PLN", 2), ("SEK", 2), ("SGD", 2),
        ("THB", 2), ("TWD", 0), ("USD", 2),
    ]

    /// The text of `amount`; `nil` where PayPal does not take the currency, the amount is not above zero, has
    /// decimals that PayPal has not, or more than 15 digits before the point.
    package static func text(of amount: Amount) -> String? {
        guard let count = decimals.first(where: { $0.code == amount.currency.code })?.count,
            amount.isPositive
        else { return nil }
        let text = amount.decimalText
        let parts = text.split(separator: ".")
        guard let whole = parts.first, whole.utf8.count <= wholeDigitCountMax else { return nil }
        guard parts.count == 2 else { return text }
        let kept = parts[1].prefix(Int(count))
        guard parts[1].dropFirst(Int(count)).allSatisfy({ $0 == "0" }) else { return nil }
        return kept.isEmpty ? String(whole) : "\(whole).\(kept)"
    }

    /// The amount of a `{"currency_code": ..., "value": ...}`; `nil` where it is none of ours or is not exact.
    package static func amount(currencyCode: String, value: String) -> Amount? {
        guard let currency = Currency(code: currencyCode) else { return nil }
        return try? Amount(decimalText: value, in: currency)
    }
}
