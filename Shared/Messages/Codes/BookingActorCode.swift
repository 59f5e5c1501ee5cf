/// On whose word a booking moves. Raw values are fixed and never reused; 0 is "unspecified".
package enum BookingActorCode: UInt8, WireCode {
    /// Who booked, through the gateway.
    case partner = 1
    /// The driver the step is about, through ingest.
    case driver = 2
    /// The payments service.
    case payments = 3
    /// Dispatch itself: its clock, its matching and its rules.
    case dispatch = 4
    /// A person of the fleet.
    case fleet = 5

    package static var wireName: String { "BookingActorCode" }
}
