/// Names a booking: what a partner asks for.
package typealias BookingID = EntityID<BookingKind>
/// Names a leg: one ride of a booking.
package typealias LegID = EntityID<LegKind>
/// Names a trip: a leg being driven.
package typealias TripID = EntityID<TripKind>
/// Names a quote: a price with an expiry.
package typealias QuoteID = EntityID<QuoteKind>
/// Names an offer: a trip shown to one driver, with an expiry.
package typealias OfferID = EntityID<OfferKind>
/// Names a driver.
package typealias DriverID = EntityID<DriverKind>
/// Names a vehicle.
package typealias VehicleID = EntityID<VehicleKind>
/// Names a shift: a driver's time on duty with one vehicle.
package typealias ShiftID = EntityID<ShiftKind>
/// Names a zone: a geofence.
package typealias ZoneID = EntityID<ZoneKind>
/// Names a payment: one booking's way from hold to capture or release.
package typealias PaymentID = EntityID<PaymentKind>
/// Names a vaulted payment method (a provider's token, never card data).
package typealias PaymentMethodID = EntityID<PaymentMethodKind>
/// Names a partner: who books.
package typealias PartnerID = EntityID<PartnerKind>
/// Names an API key; the secret part is never stored.
package typealias KeyID = EntityID<APIKeyKind>
/// Names whom a token speaks for: a partner, a driver or a person, by its own 128 bits.
package typealias SubjectID = EntityID<SubjectKind>
/// Names a ledger posting: one balanced set of entries.
package typealias PostingID = EntityID<PostingKind>
/// Names one wish for an effect, made by the side that wants it; a retry carries the same.
package typealias IdempotencyKey = EntityID<IdempotencyKind>

/// What each identifier names, with its prefix.
package enum BookingKind: EntityKind { package static var prefix: String { "bk" } }
package enum LegKind: EntityKind { package static var prefix: String { "leg" } }
package enum TripKind: EntityKind { package static var prefix: String { "trp" } }
package enum QuoteKind: EntityKind { package static var prefix: String { "qt" } }
package enum OfferKind: EntityKind { package static var prefix: String { "of" } }
package enum DriverKind: EntityKind { package static var prefix: String { "drv" } }
package enum VehicleKind: EntityKind { package static var prefix: String { "veh" } }
package enum ShiftKind: EntityKind { package static var prefix: String { "shf" } }
package enum ZoneKind: EntityKind { package static var prefix: String { "zn" } }
package enum PaymentKind: EntityKind { package static var prefix: String { "pay" } }
package enum PaymentMethodKind: EntityKind { package static var prefix: String { "pm" } }
package enum PartnerKind: EntityKind { package static var prefix: String { "ptn" } }
package enum APIKeyKind: EntityKind { package static var prefix: String { "key" } }
package enum SubjectKind: EntityKind { package static var prefix: String { "sub" } }
package enum PostingKind: EntityKind { package static var prefix: String { "pst" } }
package enum IdempotencyKind: EntityKind { package static var prefix: String { "idem" } }
