/// What a message of a booking's stream is. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum BookingUpdateCode: UInt8, WireCode {
    /// Something happened: the event has a sequence number of its own.
    case step = 1
    /// The driver's position or ETA only: not counted, not stored, left out under load.
    case position = 2
    /// All stored events were sent; what follows is live.
    case caughtUp = 3

    package static var wireName: String { "BookingUpdateCode" }
}
