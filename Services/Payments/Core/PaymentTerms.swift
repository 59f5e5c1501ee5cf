package import Money

/// How a fare is shared, fixed when the payment is made, so that a later change of terms leaves it alone.
package struct PaymentTerms: Hashable, Sendable {
    /// Hundredths of a per cent of the fare without tax that the operator keeps, 0 ... 10,000.
    package let commissionBasisPoints: Int32
    /// Hundredths of a per cent of tax inside the fare, on top of the fare without it, 0 ... 10,000.
    package let taxBasisPoints: Int32

    /// Neither commission nor tax.
    package static let none = PaymentTerms(unchecked: 0, 0)

    /// Terms; `nil` where a rate is outside 0 ... 10,000.
    package init?(commissionBasisPoints: Int32, taxBasisPoints: Int32) {
        guard (0...10_000).contains(commissionBasisPoints), (0...10_000).contains(taxBasisPoints)
        else { return nil }
        self.init(unchecked: commissionBasisPoints, taxBasisPoints)
    }

    private init(unchecked commissionBasisPoints: Int32, _ taxBasisPoints: Int32) {
        self.commissionBasisPoints = commissionBasisPoints
        self.taxBasisPoints = taxBasisPoints
    }
}

/// One capture, shared out: two ways of cutting the same amount, both without a remainder.
///
/// To whom it belongs: `fleet + commission + tax == gross`. Where it lies: `net + providerFee == gross`.
/// The fleet's share is "the rest" and so bears the roundings; the provider's fee is the operator's expense.
package struct CaptureSplit: Hashable, Sendable {
    /// What the payer paid.
    package let gross: Amount
    /// Tax inside `gross`, owed to the authority.
    package let tax: Amount
    /// The operator's revenue.
    package let commission: Amount
    /// Owed to the fleet: the rest.
    package let fleet: Amount
    /// What the provider keeps.
    package let providerFee: Amount
    /// What the provider owes the operator.
    package let net: Amount

    /// Shares out `gross`.
    ///
    /// Tax is `gross x rate / (1 + rate)`, commission is `(gross - tax) x rate`; each is rounded once, half to
    /// even.
    ///
    /// - Parameters:
    ///   - gross: What was captured, above zero.
    ///   - providerFee: What the provider kept of it, 0 ... `gross`, same currency.
    ///   - terms: The shares.
    /// - Throws: `.badFactor` where `gross` or `providerFee` is out of range, `.currencyMismatch`.
    package init(
        gross: Amount,
        providerFee: Amount,
        terms: PaymentTerms
    ) throws(MoneyError) {
        guard gross.isPositive, !providerFee.isNegative, try !gross.isLess(than: providerFee) else {
            throw MoneyError(.badFactor, "A capture is above zero and its fee lies within it.")
        }
        let share = try FareShare(
            gross: gross,
            taxBasisPoints: terms.taxBasisPoints,
            commissionBasisPoints: terms.commissionBasisPoints
        )
        self.gross = gross
        self.tax = share.tax
        self.commission = share.commission
        self.fleet = share.rest
        self.providerFee = providerFee
        self.net = try gross.subtracting(providerFee)
    }
}
