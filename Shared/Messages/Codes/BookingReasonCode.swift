/// Why a booking ended, lost its driver or is at risk. Raw values are fixed and never reused; 0 is
/// "unspecified".
package enum BookingReasonCode: UInt8, WireCode {
    /// The partner called it off.
    case partnerWish = 1
    /// The fleet called it off.
    case fleetWish = 2
    /// The provider refused the hold.
    case paymentDeclined = 3
    /// The provider's answer did not come in time.
    case paymentTimeout = 4
    /// No driver was free for as long as the rider waits.
    case noDriverFound = 5
    /// As many drivers were asked as one trip may ask.
    case offersExhausted = 6
    /// The passenger did not come.
    case passengerAbsent = 7
    /// The driver gave the trip back.
    case driverWish = 8
    /// The driver was out of reach.
    case driverLost = 9
    /// The pickup lies outside the places where the fleet holds a licence.
    case outsideLicence = 10
    /// A person of the fleet gave up on it.
    case abandoned = 11
    /// The provider refused to take the held money.
    case captureFailed = 12
    /// The driver is out of reach with the passenger on board: the trip is at risk.
    case outOfReach = 13

    package static var wireName: String { "BookingReasonCode" }
}
