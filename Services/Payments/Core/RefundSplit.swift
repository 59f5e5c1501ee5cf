package import Money

/// What the parties to a capture have left of it.
package struct CaptureRest: Hashable, Sendable {
    /// The fleet's part that was not refunded yet, minor units.
    package let fleet: Int64
    /// The operator's.
    package let commission: Int64
    /// The authority's.
    package let tax: Int64

    /// What each party has, in minor units, 0 or more.
    package init(fleet: Int64, commission: Int64, tax: Int64) {
        self.fleet = fleet
        self.commission = commission
        self.tax = tax
    }

    /// What can still be refunded.
    package var total: Int64 { fleet + commission + tax }
}

/// One refund, shared out in proportion to what each party has left of the capture.
///
/// Sharing the rest, and not the difference of two shares of the whole, keeps every part between zero and its
/// rest, and refunds that add up to the capture give each party back exactly its part.
package struct RefundSplit: Hashable, Sendable {
    /// What the payer gets back.
    package let gross: Amount
    /// What of it the fleet gives back.
    package let fleet: Amount
    /// What of it the operator gives back.
    package let commission: Amount
    /// What of it was tax.
    package let tax: Amount
    /// What the provider returned of its fee.
    package let feeReturned: Amount
    /// What leaves the operator's account at the provider: `gross - feeReturned`.
    package let net: Amount
    /// What is left of the capture afterwards.
    package let rest: CaptureRest

    /// Shares out `gross`, by largest remainder; among equal remainders fleet, commission, tax in this order.
    ///
    /// - Parameters:
    ///   - gross: Above zero, at most the rest's total.
    ///   - feeReturned: 0 ... `gross`, same currency.
    ///   - rest: What the parties have left.
    /// - Throws: `.badFactor` where an amount is out of range, `.currencyMismatch`.
    package init(
        gross: Amount,
        feeReturned: Amount,
        of rest: CaptureRest
    ) throws(MoneyError) {
        guard gross.isPositive, gross.minorUnits <= rest.total, !feeReturned.isNegative,
            try !gross.isLess(than: feeReturned)
        else { throw MoneyError(.badFactor, "A refund is above zero and within what is left.") }
        let currency = gross.currency
        let parts = try gross.split(fromRemaining: [
            Amount(minorUnits: rest.fleet, currency: currency),
            Amount(minorUnits: rest.commission, currency: currency),
            Amount(minorUnits: rest.tax, currency: currency),
        ])
        self.gross = gross
        fleet = parts[0]
        commission = parts[1]
        tax = parts[2]
        self.feeReturned = feeReturned
        net = try gross.subtracting(feeReturned)
        self.rest = CaptureRest(
            fleet: rest.fleet - parts[0].minorUnits,
            commission: rest.commission - parts[1].minorUnits,
            tax: rest.tax - parts[2].minorUnits
        )
    }
}
