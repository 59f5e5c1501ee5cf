package import Money

/// What a tenant pays for each completed trip.
package struct BillingPlan: Hashable, Sendable {
    /// More currencies than any fleet drives in.
    package static let tripFeeCountMax = 16

    /// Hundredths of a per cent of the fare without tax, 0 ... 10,000.
    package let commissionBasisPoints: Int32
    /// Hundredths of a per cent of tax inside the fare, 0 ... 10,000.
    package let taxBasisPoints: Int32
    /// A fee for each trip, one for each currency; a currency that is not named has none.
    package let tripFees: [Amount]

    /// A plan.
    ///
    /// - Returns: `nil` where a rate is outside 0 ... 10,000, a fee is negative, a currency is named twice, or there
    ///   are more fees than `tripFeeCountMax`.
    package init?(commissionBasisPoints: Int32, taxBasisPoints: Int32, tripFees: [Amount]) {
        guard (0...10_000).contains(commissionBasisPoints), (0...10_000).contains(taxBasisPoints),
            tripFees.count <= Self.tripFeeCountMax, tripFees.allSatisfy({ !$0.isNegative }),
            Set(tripFees.map(\.currency)).count == tripFees.count
        else { return nil }
        self.commissionBasisPoints = commissionBasisPoints
        self.taxBasisPoints = taxBasisPoints
        self.tripFees = tripFees
    }

    /// The fee of a trip paid in `currency`.
    package func tripFee(in currency: Currency) -> Amount {
        tripFees.first { $0.currency == currency } ?? .zero(currency)
    }
}
