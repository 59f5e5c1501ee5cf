extension Amount {
    /// The longest decimal text that is read: a sign, 19 digits and a point, with room for leading zeros.
    package static let decimalTextByteCountMax = 32

    /// The amount as a decimal number with exactly the currency's decimals: `-0.05`, `12.30`, `500`.
    package var decimalText: String {
        let digits = String(minorUnits.magnitude)
        let exponent = Int(currency.exponent)
        let sign = isNegative ? "-" : ""
        guard exponent > 0 else { return sign + digits }
        let padding = String(repeating: "0", count: max(0, exponent + 1 - digits.count))
        let padded = padding + digits
        return sign + padded.dropLast(exponent) + "." + padded.suffix(exponent)
    }

    /// The amount that a decimal number stands for, exactly: no rounding, no floating point.
    ///
    /// One or more digits, then perhaps a point and one or more digits; a minus before it is allowed, a plus,
    /// spaces, exponents and separators are not. Fewer decimals than the currency has are filled with
    /// zeros; more are accepted only where they are zeros (`1.500` dollars).
    ///
    /// - Throws: `.malformed`, `.tooPrecise`, `.overflow`.
    package init(decimalText text: some StringProtocol, in currency: Currency) throws(MoneyError) {
        var units = Array(text.utf8.prefix(Self.decimalTextByteCountMax + 1))[...]
        guard units.count <= Self.decimalTextByteCountMax else { throw Self.malformed }
        let isNegative = units.first == UInt8(ascii: "-")
        if isNegative { units.removeFirst() }
        let parts = units.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy(Self.areDigits) else {
            throw Self.malformed
        }
        let fraction = parts.count == 2 ? Array(parts[1]) : []
        let exponent = Int(currency.exponent)
        guard fraction.dropFirst(exponent).allSatisfy({ $0 == UInt8(ascii: "0") }) else {
            throw MoneyError(.tooPrecise, "\(currency) has \(exponent) decimals.")
        }
        let missing = max(0, exponent - fraction.count)
        let digits =
            parts[0] + fraction.prefix(exponent)
            + [UInt8](repeating: UInt8(ascii: "0"), count: missing)
        // At most 32 + 4 digits: they fit 128 bits (38 digits).
        let magnitude = digits.reduce(Int128(0)) { $0 * 10 + Int128($1 - UInt8(ascii: "0")) }
        guard let minorUnits = Int64(exactly: isNegative ? -magnitude : magnitude) else {
            throw Self.overflow(currency)
        }
        self.init(minorUnits: minorUnits, currency: currency)
    }

    private static var malformed: MoneyError {
        MoneyError(.malformed, "An amount is written as digits, a point and digits.")
    }

    private static func areDigits(_ units: ArraySlice<UInt8>) -> Bool {
        !units.isEmpty && units.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension Amount: CustomStringConvertible {
    /// The decimal number and the currency's code: `12.30 USD`.
    package var description: String { "\(decimalText) \(currency)" }
}
