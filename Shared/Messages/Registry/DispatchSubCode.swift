/// Why dispatch refuses a call, finer than the status code. Raw values are fixed and never reused;
/// 0 is "none".
package enum DispatchSubCode: UInt16, RegistrySubCode {
    /// No such booking of this tenant.
    case bookingUnknown = 1
    /// The booking has ended: nothing can change it any more.
    case bookingEnded = 2
    /// The step is not allowed in this state, or not on this word.
    case stepNotAllowed = 3
    /// The booking exists with other content.
    case bookingDiffers = 4
    /// The fleet has no tariff for this class.
    case tariffUnknown = 5
    /// The tariff has changed since the price was promised.
    case priceStale = 6
    /// There is no way between the two places.
    case noRoute = 7
    /// The ride is longer than the fleet drives.
    case tooFar = 8
    /// The pickup time has passed.
    case pickupPast = 9
    /// No such offer to this driver.
    case offerUnknown = 10
    /// No such driver of this tenant, or he may not drive.
    case driverUnknown = 11
    /// No such vehicle of this tenant, or it may not be driven.
    case vehicleUnknown = 12
    /// The driver has no open shift.
    case shiftNotOpen = 13
    /// Driver or vehicle is in another open shift.
    case shiftElsewhere = 14
    /// A newer revision is stored.
    case revisionStale = 15
    /// The place in the feed is no longer kept: read the state, then follow.
    case positionGone = 16
    /// Another instance owns this market.
    case wrongShard = 17
    /// The amount or its currency is not the tenant's.
    case amountInvalid = 18

    package static var service: RegistryService { .dispatch }
}
