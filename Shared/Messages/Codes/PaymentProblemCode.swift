/// Why a payment, or one wish of it, came to nothing. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum PaymentProblemCode: UInt8, WireCode {
    /// The payer's bank or wallet refused.
    case instrumentDeclined = 1
    /// The card behind the method has expired.
    case methodExpired = 2
    /// The payer has to approve, and nobody can ask him to.
    case payerMustAct = 3
    /// The payer did not approve in time.
    case payerDidNotApprove = 4
    /// The provider does not know the method any more.
    case methodUnknown = 5
    /// The payer's account is locked or closed.
    case payerBlocked = 10
    /// Refused for risk or law.
    case refusedForCompliance = 11
    /// The operator's account cannot take payments.
    case merchantAccount = 20
    /// The provider refused what we sent.
    case requestRefused = 21
    /// The currency or amount cannot be expressed there.
    case amountNotSupported = 22
    /// The hold ran out before the capture.
    case holdExpired = 30
    /// The hold had been let go.
    case holdReleased = 31
    /// More than is held.
    case exceedsHold = 32
    /// More than is left of the capture.
    case exceedsCapture = 33
    /// Nothing is held.
    case nothingHeld = 34
    /// Nothing is captured.
    case nothingToRefund = 35
    /// It cannot be let go any more.
    case alreadyCaptured = 36
    /// The provider does not allow the refund.
    case refundRefused = 37
    /// More wishes wait than a payment may have.
    case tooManyWishes = 38
    /// Not above zero, or in another currency.
    case amountInvalid = 39

    package static var wireName: String { "PaymentProblemCode" }
}
