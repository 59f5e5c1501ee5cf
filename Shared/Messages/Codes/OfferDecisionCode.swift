/// A driver's answer. Raw values are fixed and never reused; 0 is "unspecified".
package enum OfferDecisionCode: UInt8, WireCode {
    /// Yes.
    case accepted = 1
    /// No.
    case declined = 2

    package static var wireName: String { "OfferDecisionCode" }
}
