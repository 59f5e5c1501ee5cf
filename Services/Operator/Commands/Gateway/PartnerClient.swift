package import Geo
internal import HTTP
internal import HTTPClient
internal import Model

/// A partner's application: quotes, books and reads bookings back through the public interface.
package struct PartnerClient: Sendable {
    /// A place with what people call it.
    package struct Place: Hashable, Sendable {
        /// Where.
        package let point: GeoPoint
        /// In words.
        package let label: String

        /// A place.
        package init(_ point: GeoPoint, _ label: String) {
            self.point = point
            self.label = label
        }
    }

    /// A booking as the interface shows it.
    package struct Booking: Hashable, Sendable {
        /// Its id, `bk_...`.
        package let id: String
        /// `requested`, `confirmed`, ...
        package let state: String
        /// The fleet's id of its driver; `nil` without one.
        package let driver: String?
        /// Minor units that were taken.
        package let capturedMinorUnits: Int64
        /// The price, minor units.
        package let priceMinorUnits: Int64
        /// Why it ended, where it did not end well.
        package let reason: String?
        /// What the partner calls it.
        package let reference: String?

        init?(_ document: JSONValue) {
            guard let id = document["id"]?.text, let state = document["state"]?.text else {
                return nil
            }
            self.id = id
            self.state = state
            driver = document["assignment"]?["driver_id"]?.text
            capturedMinorUnits = document["captured"]?["amount"]?.whole ?? 0
            priceMinorUnits = document["price"]?["amount"]?.whole ?? 0
            reason = document["reason"]?.text
            reference = document["partner_reference"]?.text
        }
    }

    private let gateway: GatewayClient
    private let key: String

    /// An application with an API key.
    package init(_ gateway: GatewayClient, key: String) {
        self.gateway = gateway
        self.key = key
    }

    /// The document that asks for a price.
    package static func quoteDocument(from pickup: Place, to dropOff: Place) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        write(pickup, "pickup", &json)
        write(dropOff, "drop_off", &json)
        json.member("vehicle_class", "standard")
        json.member("passenger_count", 1)
        json.endObject()
        return json.finish()
    }

    /// The document that books what was quoted.
    package static func bookingDocument(
        quote: String,
        reference: String,
        passengerReference: String? = nil
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("quote_id", quote)
        json.member("partner_reference", reference)
        json.member("passenger_reference", ifPresent: passengerReference)
        json.endObject()
        return json.finish()
    }

    private static func write(_ place: Place, _ name: StaticString, _ json: inout JSONWriter) {
        json.key(name)
        json.beginObject()
        json.member("lat", fixedPoint: Int64(place.point.latitudeE7), digits: 7)
        json.member("lon", fixedPoint: Int64(place.point.longitudeE7), digits: 7)
        json.member("label", place.label)
        json.endObject()
    }

    /// Asks for a price.
    ///
    /// - Returns: The quote's id.
    package func quote(from pickup: Place, to dropOff: Place) async throws(OperatorError) -> String
    {
        let answer = try await gateway.require(
            .post,
            "/v1/quotes",
            key: key,
            body: Self.quoteDocument(from: pickup, to: dropOff)
        )
        guard let id = Self.quoteID(answer) else {
            throw OperatorError("The gateway's answer to a quote holds no id.")
        }
        return id
    }

    /// The id of the first offer of an answer.
    static func quoteID(_ answer: JSONValue) -> String? {
        answer["data"]?.elements?.first?["id"]?.text
    }

    /// Every booking that this key may see, newest first, page by page.
    package func allBookings() async throws(OperatorError) -> [Booking] {
        var bookings: [Booking] = []
        var path = "/v1/bookings?limit=200"
        while true {
            let page = try await gateway.require(.get, path, key: key)
            bookings += (page["data"]?.elements ?? []).compactMap(Booking.init)
            guard let cursor = page["next_cursor"]?.text else { return bookings }
            path = "/v1/bookings?limit=200&cursor=\(cursor)"
        }
    }

    /// Books a quote.
    ///
    /// - Parameter idempotencyKey: The same for every retry of one wish.
    package func book(
        quote: String,
        reference: String,
        idempotencyKey: String,
        passengerReference: String? = nil
    ) async throws(OperatorError) -> Booking {
        let answer = try await gateway.require(
            .post,
            "/v1/bookings",
            key: key,
            idempotencyKey: idempotencyKey,
            body: Self.bookingDocument(
                quote: quote,
                reference: reference,
                passengerReference: passengerReference
            )
        )
        guard let booking = Booking(answer) else {
            throw OperatorError("The gateway's answer to a booking cannot be read.")
        }
        return booking
    }

    /// A booking as it stands.
    package func booking(_ id: String) async throws(OperatorError) -> Booking {
        let answer = try await gateway.require(.get, "/v1/bookings/\(id)", key: key)
        guard let booking = Booking(answer) else {
            throw OperatorError("The booking \(id) cannot be read.")
        }
        return booking
    }

    /// Calls a booking off.
    package func cancel(_ id: String, idempotencyKey: String) async throws(OperatorError) {
        _ = try await gateway.require(
            .post,
            "/v1/bookings/\(id)/cancel",
            key: key,
            idempotencyKey: idempotencyKey,
            body: Array("{}".utf8)
        )
    }
}
