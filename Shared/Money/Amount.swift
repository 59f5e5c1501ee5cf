/// An amount of money: a count of minor units and their currency.
///
/// Never a fraction and never a floating point number. Arithmetic that would leave 64 bits or mix currencies
/// throws; nothing wraps and nothing rounds unless the call names a `RoundingMode`.
@frozen
package struct Amount: Hashable, Sendable {
    /// Minor units of `currency` (cents, or whole yen); negative for what is owed the other way.
    package let minorUnits: Int64
    /// What is counted.
    package let currency: Currency

    /// `minorUnits` of `currency`.
    package init(minorUnits: Int64, currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }

    /// Nothing, in `currency`: there is no zero without one.
    package static func zero(_ currency: Currency) -> Amount {
        Amount(minorUnits: 0, currency: currency)
    }

    /// Whether the count is zero.
    package var isZero: Bool { minorUnits == 0 }
    /// Whether the count is below zero.
    package var isNegative: Bool { minorUnits < 0 }
    /// Whether the count is above zero.
    package var isPositive: Bool { minorUnits > 0 }
}

extension Amount {
    /// The sum.
    ///
    /// - Throws: `.currencyMismatch`, `.overflow`.
    package func adding(_ other: Amount) throws(MoneyError) -> Amount {
        try requireSameCurrency(other)
        return try checked(minorUnits.addingReportingOverflow(other.minorUnits))
    }

    /// The difference.
    ///
    /// - Throws: `.currencyMismatch`, `.overflow`.
    package func subtracting(_ other: Amount) throws(MoneyError) -> Amount {
        try requireSameCurrency(other)
        return try checked(minorUnits.subtractingReportingOverflow(other.minorUnits))
    }

    /// The amount with the other sign.
    ///
    /// - Throws: `.overflow` for the smallest 64-bit number, which has no positive counterpart.
    package func negated() throws(MoneyError) -> Amount {
        try Amount.zero(currency).subtracting(self)
    }

    /// The amount `count` times.
    ///
    /// - Throws: `.overflow`.
    package func multiplied(by count: Int64) throws(MoneyError) -> Amount {
        try checked(minorUnits.multipliedReportingOverflow(by: count))
    }

    /// Whether this is less than `other`.
    ///
    /// - Throws: `.currencyMismatch`: amounts have no order across currencies, so this is no `Comparable`.
    package func isLess(than other: Amount) throws(MoneyError) -> Bool {
        try requireSameCurrency(other)
        return minorUnits < other.minorUnits
    }

    /// The sum of `amounts`, which are all in `currency`; zero for none.
    ///
    /// - Throws: `.currencyMismatch`, `.overflow`.
    package static func sum(
        of amounts: some Sequence<Amount>,
        in currency: Currency
    ) throws(MoneyError) -> Amount {
        var total = Amount.zero(currency)
        for amount in amounts {
            total = try total.adding(amount)
        }
        return total
    }

    private func requireSameCurrency(_ other: Amount) throws(MoneyError) {
        guard currency == other.currency else {
            throw MoneyError(
                .currencyMismatch,
                "\(currency) and \(other.currency) are two currencies."
            )
        }
    }

    private func checked(
        _ result: (partialValue: Int64, overflow: Bool)
    ) throws(MoneyError) -> Amount {
        guard !result.overflow else { throw Self.overflow(currency) }
        return Amount(minorUnits: result.partialValue, currency: currency)
    }

    /// The error of a result that does not fit.
    static func overflow(_ currency: Currency) -> MoneyError {
        MoneyError(.overflow, "The result in \(currency) does not fit 64 bits of minor units.")
    }
}
