/// Where a payment stands. Raw values are fixed and never reused; 0 is "unspecified".
package enum PaymentStateCode: UInt8, WireCode {
    /// Wanted; nothing is held yet.
    case created = 1
    /// The payer has to approve.
    case requiresAction = 2
    /// The provider has not decided yet.
    case processing = 3
    /// The whole amount is held.
    case authorised = 4
    /// A part is taken, the rest is still held.
    case partiallyCaptured = 5
    /// Taken; nothing is held any more.
    case captured = 6
    /// Released before anything was taken.
    case voided = 7
    /// The hold ran out.
    case expired = 8
    /// Refused.
    case declined = 9
    /// A part of what was taken has gone back.
    case partiallyRefunded = 10
    /// All of it has gone back.
    case refunded = 11
    /// The outcome is being found out.
    case unknown = 12

    package static var wireName: String { "PaymentStateCode" }
}
