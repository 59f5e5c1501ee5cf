/// Why a booking ended, lost its driver or is at risk, beyond what the step says. Raw values are stored and travel;
/// they are never reused, and 0 stands for "none given".
package enum BookingReason: UInt16, Hashable, Sendable, CaseIterable {
    case none = 0
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
}
