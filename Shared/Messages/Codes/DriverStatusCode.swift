/// What a driver is doing, as his phone says; the status byte of a location record. Raw values are
/// fixed and never reused; 0 is "unspecified".
package enum DriverStatusCode: UInt8, WireCode {
    /// Waiting for a trip.
    case free = 1
    /// With a passenger.
    case occupied = 2
    /// On his way to one.
    case enRoute = 3
    /// Not to be asked.
    case paused = 4

    package static var wireName: String { "DriverStatusCode" }
}
