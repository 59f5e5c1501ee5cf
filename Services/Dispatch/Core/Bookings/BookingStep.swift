/// What can happen to a booking. Raw values are stored and never reused.
///
/// Which step is legal in which state, on whose word and with what consequence is `BookingTable`.
package enum BookingStep: UInt8, Hashable, Sendable, CaseIterable {
    /// The partner takes the quoted price.
    case requested = 1
    /// A rule refuses the booking at the door.
    case rejected = 2
    /// The provider holds the money.
    case authorised = 3
    /// The provider refuses the hold.
    case authorisationDeclined = 4
    /// The provider's answer did not come in time.
    case authorisationExpired = 5
    /// The trip is shown to one driver.
    case offerOpened = 6
    /// That driver says no.
    case offerDeclined = 7
    /// That driver did not answer in time, or is out of reach.
    case offerExpired = 8
    /// That driver says yes in time: he is the one.
    case offerAccepted = 9
    /// The driver sets out for the pickup.
    case driverEnRoute = 10
    /// The driver stands at the pickup.
    case driverArrived = 11
    /// The passenger gets in.
    case passengerBoarded = 12
    /// The passenger is where he wanted to be.
    case tripCompleted = 13
    /// The passenger did not come within the waiting time.
    case passengerAbsent = 14
    /// The driver gives the trip back, or the fleet takes it from him.
    case driverWithdrawn = 15
    /// The driver is out of reach for longer than the fleet allows, before the passenger is on board.
    case driverLost = 16
    /// Partner or fleet calls it off.
    case cancelled = 17
    /// Nobody was found for as long as the rider waits.
    case patienceEnded = 18
    /// The provider took the money.
    case captured = 19
    /// The provider refused to take it: the payments service tries on and the fleet is told.
    case captureFailed = 20
    /// The fleet gives up on it, with a reason.
    case abandoned = 21
    /// The driver is out of reach for longer than the fleet allows, with the passenger on board.
    case contactLost = 22
    /// That driver is heard of again.
    case contactRegained = 23

    /// The name in the documents and in the event feed.
    package var text: String {
        switch self {
        case .requested: "requested"
        case .rejected: "rejected"
        case .authorised: "authorised"
        case .authorisationDeclined: "authorisation_declined"
        case .authorisationExpired: "authorisation_expired"
        case .offerOpened: "offer_opened"
        case .offerDeclined: "offer_declined"
        case .offerExpired: "offer_expired"
        case .offerAccepted: "offer_accepted"
        case .driverEnRoute: "driver_en_route"
        case .driverArrived: "driver_arrived"
        case .passengerBoarded: "passenger_boarded"
        case .tripCompleted: "trip_completed"
        case .passengerAbsent: "passenger_absent"
        case .driverWithdrawn: "driver_withdrawn"
        case .driverLost: "driver_lost"
        case .cancelled: "cancelled"
        case .patienceEnded: "patience_ended"
        case .captured: "captured"
        case .captureFailed: "capture_failed"
        case .abandoned: "abandoned"
        case .contactLost: "contact_lost"
        case .contactRegained: "contact_regained"
        }
    }
}
