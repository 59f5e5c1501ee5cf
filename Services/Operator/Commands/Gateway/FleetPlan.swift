package import Geo
internal import HTTP

/// A fleet of the demonstration or the replay, as the administrator's interface takes it: declarative, so that sending
/// it twice changes nothing.
package struct FleetPlan: Sendable {
    /// A driver, by the fleet's own name for him.
    package struct Driver: Hashable, Sendable {
        /// The fleet's name for him.
        package let reference: String
        /// What people call him.
        package let name: String
        /// 0 ... 500 hundredths of a star.
        package let ratingHundredths: Int

        /// A driver; a rating of 500 is 5 stars.
        package init(reference: String, name: String, ratingHundredths: Int) {
            self.reference = reference
            self.name = name
            self.ratingHundredths = ratingHundredths
        }
    }

    /// The tenant's number.
    package var tenant: UInt64
    /// The fleet's name.
    package var name: String
    /// Its drivers; each has the vehicle of the same reference.
    package var drivers: [Driver]
    /// Where it holds its licence: one ring, closed.
    package var boundary: [GeoPoint]
    /// What people call that place.
    package var zoneName: String
    /// How long a rider waits, business seconds.
    package var patienceSeconds: Int
    /// What the partner's key may ask in a second; a replay books some twenty.
    package var requestsPerSecond: Int64 = 2000

    /// What the fleet charges in.
    package static let currency = "EUR"
    /// The one partner's reference.
    package static let partner = "agency"

    /// A plan with these values.
    package init(
        tenant: UInt64,
        name: String,
        drivers: [Driver],
        boundary: [GeoPoint],
        zoneName: String,
        patienceSeconds: Int = 900
    ) {
        self.tenant = tenant
        self.name = name
        self.drivers = drivers
        self.boundary = boundary
        self.zoneName = zoneName
        self.patienceSeconds = patienceSeconds
    }

    /// The document that `PUT /v1/admin/tenants/{number}` takes.
    ///
    /// - Parameter keyReference: What the partner's key is called. A name that was not there before makes a key and
    ///   voids the one that is no longer named.
    package func document(keyReference: String) -> [UInt8] {
        var json = JSONWriter(capacity: 512 + 256 * drivers.count)
        json.beginObject()
        json.member("name", name)
        json.member("currency", Self.currency)
        json.member("utc_offset_minutes", 0)
        writePartners(&json)
        writeFleet(&json)
        writeZones(&json)
        writeTariff(&json)
        writeKey(keyReference, &json)
        json.key("plan")
        json.beginObject()
        json.member("name", "demo")
        json.member("commission_basis_points", 1500)
        json.member("tax_basis_points", 0)
        json.endObject()
        json.endObject()
        return json.finish()
    }

    private func writePartners(_ json: inout JSONWriter) {
        json.key("partners")
        json.beginArray()
        json.beginObject()
        json.member("reference", Self.partner)
        json.member("name", "Demo agency")
        json.key("payment_method")
        json.beginObject()
        json.member("provider", "paypal")
        // What the stand-in takes for a vaulted payment method; no card stands behind it.
        json.member("vault_token", "demo-vault-\(tenant)")
        json.member("label", "demo account")
        json.endObject()
        json.endObject()
        json.endArray()
    }

    private func writeFleet(_ json: inout JSONWriter) {
        json.key("drivers")
        json.beginArray()
        for driver in drivers {
            json.beginObject()
            json.member("reference", driver.reference)
            json.member("name", driver.name)
            json.member("rating", fixedPoint: Int64(driver.ratingHundredths), digits: 2)
            json.endObject()
        }
        json.endArray()
        json.key("vehicles")
        json.beginArray()
        for (index, driver) in drivers.enumerated() {
            json.beginObject()
            json.member("reference", driver.reference)
            json.member("vehicle_class", "standard")
            json.member("seats", 4)
            json.member("plate", "NX \(1000 + index)")
            json.member("model", "Saloon")
            json.endObject()
        }
        json.endArray()
    }

    private func writeZones(_ json: inout JSONWriter) {
        json.key("zones")
        json.beginArray()
        json.beginObject()
        json.member("reference", "licence")
        json.member("name", zoneName)
        json.member("purpose", "licence")
        json.key("geometry")
        json.beginObject()
        json.member("type", "Polygon")
        json.key("coordinates")
        json.beginArray()
        json.beginArray()
        for point in boundary {
            json.beginArray()
            // RFC 7946: longitude first.
            json.fixedPoint(Int64(point.longitudeE7), digits: 7)
            json.fixedPoint(Int64(point.latitudeE7), digits: 7)
            json.endArray()
        }
        json.endArray()
        json.endArray()
        json.endObject()
        json.endObject()
        json.endArray()
    }

    private func writeTariff(_ json: inout JSONWriter) {
        json.key("tariffs")
        json.beginArray()
        json.beginObject()
        json.member("vehicle_class", "standard")
        json.member("base", 350)
        json.member("per_kilometer", 180)
        json.member("per_minute", 35)
        json.member("minimum", 700)
        json.member("patience_seconds", Int64(patienceSeconds))
        json.member("absence_seconds", 300)
        json.member("absence_fee_basis_points", 5000)
        json.endObject()
        json.endArray()
    }

    /// One key for the partner, which may do all that the demonstration and the replay do.
    private func writeKey(_ reference: String, _ json: inout JSONWriter) {
        json.key("keys")
        json.beginArray()
        json.beginObject()
        json.member("reference", reference)
        json.member("partner", Self.partner)
        json.key("scopes")
        json.beginArray()
        for scope in ["book", "read_bookings", "manage_fleet", "read_money"] { json.string(scope) }
        json.endArray()
        json.member("requests_per_second", requestsPerSecond)
        json.endObject()
        json.endArray()
    }
}
