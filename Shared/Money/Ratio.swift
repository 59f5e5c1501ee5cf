/// An exact factor for money: a rate, a share, a rate of exchange.
package struct Ratio: Hashable, Sendable {
    /// The upper number; may be negative.
    package let numerator: Int64
    /// The lower number, 1 or more.
    package let denominator: Int64

    /// `numerator / denominator`, kept as given.
    ///
    /// - Returns: `nil` where `denominator` is below one.
    package init?(_ numerator: Int64, over denominator: Int64) {
        guard denominator >= 1 else { return nil }
        self.numerator = numerator
        self.denominator = denominator
    }

    private init(basisPoints: Int32) {
        numerator = Int64(basisPoints)
        denominator = 10_000
    }

    /// Hundredths of a per cent: 250 is 2.5 %.
    package static func basisPoints(_ basisPoints: Int32) -> Ratio {
        Ratio(basisPoints: basisPoints)
    }
}

extension Amount {
    /// The amount times `ratio`, computed in 128 bits and rounded once.
    ///
    /// - Throws: `.overflow`.
    package func multiplied(
        by ratio: Ratio,
        rounding mode: RoundingMode
    ) throws(MoneyError) -> Amount {
        // 63 + 63 bits: the product always fits 127.
        let product = Int128(minorUnits) * Int128(ratio.numerator)
        let rounded = mode.divide(product, by: Int128(ratio.denominator))
        guard let units = Int64(exactly: rounded) else { throw Self.overflow(currency) }
        return Amount(minorUnits: units, currency: currency)
    }

    /// The amount in another currency at a rate of exchange, rounded once.
    ///
    /// - Parameters:
    ///   - target: The currency of the result.
    ///   - rate: Units (not minor units) of `target` for one unit of this currency.
    ///   - mode: What becomes of a fraction of a minor unit; the house's side is the caller's decision.
    /// - Throws: `.overflow`.
    package func converted(
        to target: Currency,
        at rate: Ratio,
        rounding mode: RoundingMode
    ) throws(MoneyError) -> Amount {
        // 63 + 63 bits and at most 10^4 (14 bits) would not fit: the scales are reduced against each other first.
        let (up, down) =
            target.exponent >= currency.exponent
            ? (target.minorUnitsPerUnit / currency.minorUnitsPerUnit, Int64(1))
            : (Int64(1), currency.minorUnitsPerUnit / target.minorUnitsPerUnit)
        let product = Int128(minorUnits) * Int128(rate.numerator)
        let (scaled, overflow) = product.multipliedReportingOverflow(by: Int128(up))
        guard !overflow else { throw Self.overflow(target) }
        let rounded = mode.divide(scaled, by: Int128(rate.denominator) * Int128(down))
        guard let units = Int64(exactly: rounded) else { throw Self.overflow(target) }
        return Amount(minorUnits: units, currency: target)
    }
}
