package import Geo
package import Model
package import Money
package import Timekeeping

/// What a partner asks for: one leg, at a price he has seen. Names are made by whoever asks.
package struct BookingRequest: Hashable, Sendable {
    /// The booking.
    package var booking: BookingID
    /// Its one ride.
    package var leg: LegID
    /// The driving of that ride.
    package var trip: TripID
    /// The fleet that is to serve it.
    package var tenant: TenantID
    /// Who books.
    package var partner: PartnerID
    /// Where the passenger stands.
    package var pickup: GeoPoint
    /// Where he wants to be.
    package var dropoff: GeoPoint
    /// When the passenger wants to be picked up, business time.
    package var pickupAt: WallTime
    /// The class of vehicle that he is promised.
    package var vehicleClass: VehicleClass
    /// What was quoted, zero or more; held, and taken at completion.
    package var price: Amount
    /// The tariff that the price came from.
    package var tariffVersion: UInt32
    /// The payment's way from hold to capture.
    package var payment: PaymentID
    /// The vaulted method that pays.
    package var paymentMethod: PaymentMethodID
    /// The fleet's rules at the time.
    package var terms: BookingTerms

    package init(
        booking: BookingID,
        leg: LegID,
        trip: TripID,
        tenant: TenantID,
        partner: PartnerID,
        pickup: GeoPoint,
        dropoff: GeoPoint,
        pickupAt: WallTime,
        vehicleClass: VehicleClass,
        price: Amount,
        tariffVersion: UInt32,
        payment: PaymentID,
        paymentMethod: PaymentMethodID,
        terms: BookingTerms
    ) {
        self.booking = booking
        self.leg = leg
        self.trip = trip
        self.tenant = tenant
        self.partner = partner
        self.pickup = pickup
        self.dropoff = dropoff
        self.pickupAt = pickupAt
        self.vehicleClass = vehicleClass
        self.price = price
        self.tariffVersion = tariffVersion
        self.payment = payment
        self.paymentMethod = paymentMethod
        self.terms = terms
    }
}

extension BookingRequest {
    /// When a rider who asks at `moment` stops waiting: his patience counts from the pickup time, or from the
    /// asking where that is later.
    func patienceEnd(from moment: WallTime) -> WallTime {
        max(moment, pickupAt).advanced(by: .seconds(Int64(terms.patienceSeconds)))
    }
}
