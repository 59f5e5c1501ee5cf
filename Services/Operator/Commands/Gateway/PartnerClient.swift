package import Geo
internal import HTTP
internal import HTTPClient
internal import Model
package import Timekeeping

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

    /// A step of a booking as its track tells it.
    package struct BookingEvent: Hashable, Sendable {
        /// `requested`, `driver_arrived`, ...
        package let step: String
        /// When, business time.
        package let at: WallTime

        init?(_ document: JSONValue) {
            guard let step = document["step"]?.text,
                let at = document["at"]?.text.flatMap({ RFC3339.parse($0) })
            else { return nil }
            self.step = step
            self.at = at
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

    /// A booking that is wished for.
    package struct NewBooking: Hashable, Sendable {
        /// The price that was shown.
        package let quote: String
        /// What the partner calls it.
        package let reference: String
        /// What the passenger is called; `nil` for none.
        package let passengerReference: String?

        /// A wish.
        package init(quote: String, reference: String, passengerReference: String? = nil) {
            self.quote = quote
            self.reference = reference
            self.passengerReference = passengerReference
        }

        /// The document that books it.
        package var document: [UInt8] {
            var json = JSONWriter()
            json.beginObject()
            json.member("quote_id", quote)
            json.member("partner_reference", reference)
            json.member("passenger_reference", ifPresent: passengerReference)
            json.endObject()
            return json.finish()
        }
    }

    /// What became of a wish to book.
    package enum BookingOutcome: Sendable {
        /// It is booked.
        case booked(Booking)
        /// No, and the same under the same key will hear the same; why.
        case refused(String)
        /// Not decided: try the same again under the same key; why.
        case unsettled(String)
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

    /// Asks for a booking and says what became of it.
    ///
    /// - Parameter idempotencyKey: The same for every retry of one wish.
    /// - Throws: Where there is no answer: whether it is booked is not known, and a retry tells.
    package func request(
        _ booking: NewBooking,
        idempotencyKey: String
    ) async throws(OperatorError) -> BookingOutcome {
        let answer = try await gateway.send(
            .post,
            "/v1/bookings",
            key: key,
            idempotencyKey: idempotencyKey,
            body: booking.document
        )
        guard let booking = Booking(answer.document), (200..<300).contains(answer.status) else {
            let problem = "The gateway refuses POST /v1/bookings: \(answer.problem)"
            // In flight, too many at once, or a service is away; everything else is stored with the key.
            let mayRetry = answer.document["retryable"]?.truth ?? (answer.status >= 500)
            return mayRetry ? .unsettled(problem) : .refused(problem)
        }
        return .booked(booking)
    }

    /// Books a quote.
    ///
    /// - Parameter idempotencyKey: The same for every retry of one wish.
    /// - Throws: Also where the gateway refuses.
    package func book(
        quote: String,
        reference: String,
        idempotencyKey: String
    ) async throws(OperatorError) -> Booking {
        let wish = NewBooking(quote: quote, reference: reference)
        switch try await request(wish, idempotencyKey: idempotencyKey) {
        case .booked(let booking): return booking
        case .refused(let problem), .unsettled(let problem): throw OperatorError(problem)
        }
    }

    /// What happened to a booking so far, oldest first: the events of its track.
    package func history(of id: String) async throws(OperatorError) -> [BookingEvent] {
        try await gateway.events("/v1/bookings/\(id)/track", key: key).compactMap(BookingEvent.init)
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
