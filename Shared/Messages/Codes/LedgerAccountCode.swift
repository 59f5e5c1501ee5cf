/// A kind of account of the ledger. Raw values are fixed and never reused; 0 is "unspecified".
package enum LedgerAccountCode: UInt8, WireCode {
    /// What the provider owes the operator.
    case providerReceivable = 1
    /// What the provider kept.
    case providerFee = 2
    /// What is owed to the fleet.
    case fleetPayable = 3
    /// The operator's share.
    case commissionRevenue = 4
    /// Tax inside the fares.
    case taxPayable = 5
    /// What is held and is nobody's yet.
    case passengerHold = 6
    /// The holds' other side.
    case holdContra = 7

    package static var wireName: String { "LedgerAccountCode" }
}
