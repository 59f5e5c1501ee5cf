/// Why a payment, or one wish of it, came to nothing. Raw values are stored and travel on the wire.
///
/// These are answers, not errors: the business goes on from them. They name what the payer or the fleet can do.
package enum PaymentProblem: UInt16, Hashable, Sendable, CaseIterable {
    // The payer's means: another method may work.

    /// The payer's bank or wallet refused; another method may work.
    case instrumentDeclined = 1
    /// The card behind the method has expired.
    case methodExpired = 2
    /// The payer has to approve at the provider, and nobody can ask him to.
    case payerMustAct = 3
    /// The payer did not approve in time, or turned it down.
    case payerDidNotApprove = 4
    /// The vaulted method is not known to the provider any more.
    case methodUnknown = 5

    // Never again with this payer.

    /// The payer's account is locked or closed.
    case payerBlocked = 10
    /// Refused for risk or law; the provider gives no reason.
    case refusedForCompliance = 11

    // The operator's own account or software.

    /// The operator's account at the provider cannot take payments: an operator has to act.
    case merchantAccount = 20
    /// The provider refused what we sent as malformed: a fault of ours.
    case requestRefused = 21
    /// The currency or the amount cannot be expressed at this provider.
    case amountNotSupported = 22

    // Too late, too much, not in this state.

    /// The hold ran out before the capture.
    case holdExpired = 30
    /// The hold had been let go.
    case holdReleased = 31
    /// More than is held was to be captured.
    case exceedsHold = 32
    /// More than is left of any one capture was to be refunded.
    case exceedsCapture = 33
    /// Nothing is held that could be captured.
    case nothingHeld = 34
    /// Nothing is captured that could be refunded, or a part is still held.
    case nothingToRefund = 35
    /// It was captured and cannot be let go any more.
    case alreadyCaptured = 36
    /// The provider does not allow this refund: too late, disputed or not offered.
    case refundRefused = 37
    /// More wishes wait than a payment may have.
    case tooManyWishes = 38
    /// An amount that is not above zero, or in another currency than the payment.
    case amountInvalid = 39
}
