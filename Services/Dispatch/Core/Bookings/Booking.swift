package import Model
internal import Money
package import Timekeeping

/// A booking with its one leg and the trip that drives it, as it stands and as it is stored.
///
/// A plain value: the stored row and the state in memory are the same thing. It changes only by
/// `applying(_:at:)`, which yields the next value; `version` makes the store's compare-and-set.
package struct Booking: Hashable, Sendable {
    /// How many drivers one trip may ask before it is given up.
    package static let offersMax: Int32 = 32
    /// How far in the past a pickup time may lie when the booking is made: clocks differ, answers take time.
    package static let pickupLatenessMax: Duration = .seconds(300)
    /// How far ahead a booking may be made.
    package static let pickupLeadMax: Duration = .seconds(366 * 86_400)

    /// What was asked for; never changes.
    package let request: BookingRequest
    /// When it was asked for, business time.
    package let createdAt: WallTime
    /// Where it stands.
    package var state: BookingState
    /// Grows by one with every change, 1 once stored: the store writes only over the version before.
    package var version: UInt64
    /// The number of its latest published event; events of a booking have no gaps.
    package var sequence: UInt64
    /// When it came into `state`.
    package var stateSince: WallTime
    /// Why it ended, last lost its driver or is at risk.
    package var reason: BookingReason
    /// Who drives it, from acceptance on; stays for the record after the end.
    package var driver: DriverID?
    /// What he drives.
    package var vehicle: VehicleID?
    /// The offer by which he was bound; an acceptance said again is recognised by it.
    package var acceptedOffer: OfferID?
    /// The offer on a driver's screen now; only while `confirmed`.
    package var offer: OpenOffer?
    /// How many offers were made, 0 ... `offersMax`.
    package var offerCount: Int32
    /// When the rider stops waiting for a driver to be found; starts anew when a bound driver is lost.
    package var patienceEndsAt: WallTime
    /// Drivers not to be asked again for a while; at most one a driver, at most `offersMax`.
    package var exclusions: [DriverExclusion]

    /// The booking before its first step: not stored yet.
    ///
    /// - Throws: `.outOfRange` for a price below zero, too many passengers or terms out of their ranges,
    ///   `.pickupTimeOutOfRange`.
    package init(_ request: BookingRequest, at now: WallTime) throws(Refusal) {
        guard !request.price.isNegative, request.terms.isInRange, !request.booking.isNone,
            request.passengerCount <= BookingRequest.passengersMax
        else { throw .outOfRange }
        let lead = now.duration(to: request.pickupAt)
        guard lead >= .zero - Self.pickupLatenessMax, lead <= Self.pickupLeadMax else {
            throw .pickupTimeOutOfRange
        }
        self.init(stored: request, createdAt: now)
    }

    /// The booking as a store holds it; the repository sets the moving fields.
    package init(stored request: BookingRequest, createdAt: WallTime) {
        self.request = request
        self.createdAt = createdAt
        state = .quoted
        version = 0
        sequence = 0
        stateSince = createdAt
        reason = .none
        offerCount = 0
        patienceEndsAt = request.patienceEnd(from: createdAt)
        exclusions = []
    }

    /// Its name.
    package var id: BookingID { request.booking }

    /// The driver whom it keeps from other trips: asked, or bound. A store keeps this unique among the bookings
    /// of a tenant, so that even two dispatchers that both believe to own a market cannot give a driver two trips.
    package var engagedDriver: DriverID? {
        if let offer { return offer.driver }
        return BookingTable.boundStates.contains(state) ? driver : nil
    }

    /// Whether matching should look for a driver, apart from the time.
    package var isSearching: Bool { state == .confirmed && offer == nil }

    /// Whether the driver is out of reach with the passenger on board.
    package var isAtRisk: Bool { state == .onTrip && reason == .outOfReach }

    /// Whether nothing can change it any more.
    package var isFinal: Bool { BookingTable.finalStates.contains(state) }

    /// Whether `driver` may not be asked at `now`.
    package func excludes(_ driver: DriverID, at now: WallTime) -> Bool {
        exclusions.contains { $0.driver == driver && now < $0.until }
    }
}
