/// What became of a driver's answer. Raw values are fixed and never reused; 0 is "unspecified".
package enum OfferOutcomeCode: UInt8, WireCode {
    /// The trip is his.
    case assigned = 1
    /// His refusal is recorded.
    case declined = 2
    /// The offer had run out.
    case tooLate = 3
    /// The booking had ended, or another has it.
    case withdrawn = 4

    package static var wireName: String { "OfferOutcomeCode" }
}
