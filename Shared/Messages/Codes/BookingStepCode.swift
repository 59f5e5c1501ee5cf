/// What happened to a booking. Raw values are fixed and never reused; 0 is "unspecified".
package enum BookingStepCode: UInt8, WireCode {
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
    /// That driver says yes in time.
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
    /// The driver is out of reach for too long.
    case driverLost = 16
    /// Partner or fleet calls it off.
    case cancelled = 17
    /// Nobody was found for as long as the rider waits.
    case patienceEnded = 18
    /// The provider took the money.
    case captured = 19
    /// The provider refused to take it.
    case captureFailed = 20
    /// The fleet gives up on it.
    case abandoned = 21
    /// The driver is out of reach for too long, with the passenger on board.
    case contactLost = 22
    /// That driver is heard of again.
    case contactRegained = 23

    package static var wireName: String { "BookingStepCode" }
}
