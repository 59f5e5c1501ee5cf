package import Geo
package import Model
package import Money
package import Timekeeping

/// What a partner asks for: one leg, at a price he has seen. Names are made by whoever asks.
package struct BookingRequest: Hashable, Sendable {
    /// A coach; more book another way.
    package static let passengersMax: UInt8 = 64

    /// The booking.
    package var booking: BookingID
    /// Its one ride.
    package var leg: LegID
    /// The driving of that ride.
    package var trip: TripID
    /// The fleet that is to serve it.
    package var tenant: TenantID
    /// The quote that showed the price; "none" where the booking came without.
    package var quote: QuoteID
    /// Who books.
    package var partner: PartnerID
    /// Where the passenger stands.
    package var pickup: GeoPoint
    /// Where he wants to be.
    package var dropoff: GeoPoint
    /// When the passenger wants to be picked up, business time.
    package var pickupAt: WallTime
    /// How many ride, 0 (not said) ... `passengersMax`.
    package var passengerCount: UInt8
    /// The class of vehicle that he is promised.
    package var vehicleClass: VehicleClass
    /// What was quoted, zero or more; held, and taken at completion.
    package var price: Amount
    /// The drive that was priced.
    package var travel: Travel
    /// The tariff that the price came from.
    package var tariffVersion: UInt32
    /// The payment's way from hold to capture.
    package var payment: PaymentID
    /// The vaulted method that pays.
    package var paymentMethod: PaymentMethodID
    /// The fleet's rules at the time.
    package var terms: BookingTerms

    /// A request that was checked: places within range, one passenger or more, a price that was quoted.
    package init(
        booking: BookingID,
        leg: LegID,
        trip: TripID,
        tenant: TenantID,
        quote: QuoteID,
        partner: PartnerID,
        pickup: GeoPoint,
        dropoff: GeoPoint,
        pickupAt: WallTime,
        passengerCount: UInt8,
        vehicleClass: VehicleClass,
        price: Amount,
        travel: Travel,
        tariffVersion: UInt32,
        payment: PaymentID,
        paymentMethod: PaymentMethodID,
        terms: BookingTerms
    ) {
        self.booking = booking
        self.leg = leg
        self.trip = trip
        self.tenant = tenant
        self.quote = quote
        self.partner = partner
        self.pickup = pickup
        self.dropoff = dropoff
        self.pickupAt = pickupAt
        self.passengerCount = passengerCount
        self.vehicleClass = vehicleClass
        self.price = price
        self.travel = travel
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
