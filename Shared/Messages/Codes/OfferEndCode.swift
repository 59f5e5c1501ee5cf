/// Why an offer ended without the driver's answer. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum OfferEndCode: UInt8, WireCode {
    /// Its time ran out.
    case expired = 1
    /// The booking was called off or ended.
    case bookingEnded = 2
    /// The driver went off duty.
    case shiftEnded = 3
    /// The fleet took it back.
    case withdrawn = 4

    package static var wireName: String { "OfferEndCode" }
}
