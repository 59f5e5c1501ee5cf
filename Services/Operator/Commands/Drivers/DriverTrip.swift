package import Geo
package import Messages
package import Model

/// A trip that is a driver's.
package struct DriverTrip: Hashable, Sendable {
    /// The booking.
    package let booking: BookingID
    /// The trip.
    package let trip: TripID
    /// Where the ride starts.
    package let pickup: GeoPoint
    /// Where it ends.
    package let dropOff: GeoPoint

    /// A trip.
    package init(booking: BookingID, trip: TripID, pickup: GeoPoint, dropOff: GeoPoint) {
        self.booking = booking
        self.trip = trip
        self.pickup = pickup
        self.dropOff = dropOff
    }

    /// The trip that an accepted offer became.
    package init(_ reply: OfferAnswerReply, _ offer: OfferEvent) {
        self.init(
            booking: reply.booking,
            trip: reply.trip,
            pickup: offer.pickup,
            dropOff: offer.dropOff
        )
    }

    /// The trip that news on the driver's stream speak of; `nil` where it names none.
    package init?(_ news: OfferEvent) {
        guard !news.trip.isNone, !news.booking.isNone else { return nil }
        self.init(
            booking: news.booking,
            trip: news.trip,
            pickup: news.pickup,
            dropOff: news.dropOff
        )
    }
}

extension BookingState {
    /// Whether a driver still has something to do for a booking in this state.
    package var isBeingDriven: Bool {
        switch self {
        case .assigned, .enRoute, .arrived, .onTrip: true
        case .quoted, .requested, .confirmed, .completed, .closed, .noShow, .cancelled, .rejected,
            .unfulfilled, .failed:
            false
        }
    }
}
