/// What a step of a booking sets in motion; the table names them, `Booking` gives them their values.
package enum BookingConsequence: UInt8, Hashable, Sendable, CaseIterable {
    /// Wish for a hold of the price (payments).
    case authorise = 1
    /// Wish for the release of the hold (payments). First in, first out behind `authorise`, so it is safe to
    /// wish for while the hold is still being asked for.
    case void = 2
    /// Wish for the taking of the price (payments).
    case capture = 3
    /// Wish for the taking of the fee for a missed pickup, or for the release where there is none (payments).
    case settleAbsence = 4
    /// Wish for the trip's line in the fleet's usage and commission (billing).
    case recordUsage = 5
    /// Put the booking among those that matching serves.
    case search = 6
    /// Show the offer to its driver.
    case showOffer = 7
    /// Take the open offer or the trip, if a driver has one, off his screen.
    case withdraw = 8
    /// Keep this driver from being asked again for this trip for a while.
    case excludeDriver = 9
    /// Bind driver and trip, exclusively.
    case bindDriver = 10
    /// Make the driver free for other trips.
    case releaseDriver = 11
    /// Append to the booking's event feed.
    case publish = 12
    /// Mark the trip as at risk, for partner and fleet to act on; whatever happens next takes the mark off.
    case markAtRisk = 13

    /// The name in the documents.
    package var text: String {
        switch self {
        case .authorise: "authorise"
        case .void: "void"
        case .capture: "capture"
        case .settleAbsence: "settle absence"
        case .recordUsage: "record usage"
        case .search: "search"
        case .showOffer: "show offer"
        case .withdraw: "withdraw"
        case .excludeDriver: "exclude driver"
        case .bindDriver: "bind driver"
        case .releaseDriver: "release driver"
        case .publish: "publish"
        case .markAtRisk: "mark at risk"
        }
    }
}
