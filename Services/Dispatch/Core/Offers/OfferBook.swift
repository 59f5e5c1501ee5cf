package import Model

/// Who is asked or bound for what: at most one trip a driver.
///
/// The race it settles, as a story. A driver's phone sends "accept" at the last moment; the expiry timer fires;
/// the partner cancels; the driver's connection drops; a second trip finds him nearest. All five meet in one
/// place: the booking's version. Whichever is decided on first holds the booking until it is stored, the others
/// wait behind it, are then judged against what it left, and find no such offer any more. What the
/// booking's version cannot see is the second trip, which is another booking. That is this book's part: a
/// driver is reserved the moment an offer to him is decided on, before it is stored, and stays engaged until a
/// stored change lets him go.
package struct OfferBook: Sendable {
    /// Nothing is lost with the process: bookings name the drivers whom they engage.
    private var engagements: [DriverID: BookingID] = [:]

    /// A book in which everybody is free.
    package init() {}

    /// The booking that asks or binds `driver`, if one does.
    package func engagement(of driver: DriverID) -> BookingID? {
        engagements[driver]
    }

    /// How many drivers are asked or bound.
    package var engagedCount: Int { engagements.count }

    /// Reserves `driver` for `booking`.
    ///
    /// - Returns: `false` where another booking has him; nothing changed then.
    package mutating func reserve(_ driver: DriverID, for booking: BookingID) -> Bool {
        if let holder = engagements[driver] { return holder == booking }
        engagements[driver] = booking
        return true
    }

    /// Lets `driver` go if `booking` has him.
    ///
    /// - Returns: Whether he became free.
    @discardableResult
    package mutating func release(_ driver: DriverID, from booking: BookingID) -> Bool {
        guard engagements[driver] == booking else { return false }
        engagements[driver] = nil
        return true
    }
}
