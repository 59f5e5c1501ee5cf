/// What payments tells dispatch. Raw values are fixed and never reused; 0 is "unspecified".
package enum PaymentReportCode: UInt8, WireCode {
    /// The amount is held.
    case authorised = 1
    /// The payer has to approve.
    case requiresAction = 2
    /// Nothing is held and nothing will be.
    case declined = 3
    /// The amount was taken.
    case captured = 4
    /// The capture did not happen.
    case captureFailed = 5
    /// Nothing is held any more.
    case voided = 6
    /// It could not be let go.
    case voidFailed = 7
    /// The amount went back.
    case refunded = 8
    /// The refund did not happen.
    case refundFailed = 9
    /// The hold ran out.
    case expired = 10

    package static var wireName: String { "PaymentReportCode" }
}
