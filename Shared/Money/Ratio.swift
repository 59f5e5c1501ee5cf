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
}
