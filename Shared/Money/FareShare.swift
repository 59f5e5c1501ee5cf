/// A fare cut into tax, commission and the rest, without a remainder.
///
/// The ledger of payments and the statements of billing both use it, so that their commissions agree to the
/// cent. Tax lies inside the fare: `gross x t / (10,000 + t)`. Commission is taken of what is left without tax.
/// Each is rounded once, half to even; the rest, which belongs to the fleet, takes what rounding leaves.
package struct FareShare: Hashable, Sendable {
    /// Owed to the authority.
    package let tax: Amount
    /// The operator's.
    package let commission: Amount
    /// The fleet's: `gross - tax - commission`, never negative.
    package let rest: Amount

    /// Cuts `gross`.
    ///
    /// - Parameters:
    ///   - gross: The fare with tax, zero or more.
    ///   - taxBasisPoints: 0 ... 10,000.
    ///   - commissionBasisPoints: 0 ... 10,000.
    /// - Throws: `.badFactor` where a parameter is out of its range.
    package init(
        gross: Amount,
        taxBasisPoints: Int32,
        commissionBasisPoints: Int32
    ) throws(MoneyError) {
        guard !gross.isNegative,
            (0...10_000).contains(taxBasisPoints),
            (0...10_000).contains(commissionBasisPoints),
            let taxShare = Ratio(Int64(taxBasisPoints), over: 10_000 + Int64(taxBasisPoints))
        else {
            throw MoneyError(.badFactor, "A fare is not negative and a rate is 0 to 100 per cent.")
        }
        tax = try gross.multiplied(by: taxShare, rounding: .halfEven)
        let untaxed = try gross.subtracting(tax)
        commission = try untaxed.multiplied(
            by: .basisPoints(commissionBasisPoints),
            rounding: .halfEven
        )
        rest = try untaxed.subtracting(commission)
    }
}
