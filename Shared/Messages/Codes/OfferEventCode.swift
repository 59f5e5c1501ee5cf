/// What a message of a driver's offer stream is. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum OfferEventCode: UInt8, WireCode {
    /// A trip is offered.
    case offer = 1
    /// An offer ended without the driver's answer.
    case withdrawn = 2
    /// The driver's trip changed.
    case trip = 3

    package static var wireName: String { "OfferEventCode" }
}
