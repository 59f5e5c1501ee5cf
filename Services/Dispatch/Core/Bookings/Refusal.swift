/// Why dispatch said no: a value, never a trap. Raw values are the subcodes on the wire, never reused.
package enum Refusal: UInt16, Error, Hashable, Sendable, CaseIterable {
    /// No booking of this name is open here; its row may tell more.
    case unknownBooking = 1
    /// The booking's state does not allow this step (`BookingTable`): read it again.
    case illegalStep = 2
    /// The step is not for this kind of caller to say.
    case wrongActor = 3
    /// The caller is a driver, but another one drives this trip.
    case notThisDriver = 4
    /// The offer is not open any more: answered, withdrawn, or never made to this driver.
    case offerGone = 5
    /// The answer came at or after the offer's expiry.
    case offerLate = 6
    /// The waiting time at the pickup has not passed.
    case tooEarly = 7
    /// The fleet has as many open bookings as it may have: finish or cancel some.
    case tooManyBookings = 8
    /// The pickup time is too far in the past or the future.
    case pickupTimeOutOfRange = 9
    /// A field of the booking is outside its documented range.
    case outOfRange = 10
    /// Another booking already has this name and other content.
    case nameTaken = 11
    /// Too many steps of this booking wait for its store: try again.
    case busy = 12
    /// The driver is not free for an offer.
    case driverNotFree = 13
    /// The market has as many drivers as it may have.
    case tooManyDrivers = 14
    /// The decision was not made durable; nothing happened: try again.
    case notStored = 15
}
