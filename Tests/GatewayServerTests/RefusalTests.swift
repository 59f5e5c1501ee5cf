import Foundation
import HTTPClient
import Messages
import Model
import TestSupport
import Testing

@testable import GatewayServer

@Suite("What the API refuses", .timeLimit(.minutes(3)))
struct RefusalTests {
    /// A quote request that is wrong in one thing, and what is said of it.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let body: String
        let status: Int
        let code: String
        let pointer: String?
        let says: String

        init(_ body: String, _ status: Int, _ code: String, _ pointer: String?, _ says: String = "")
        {
            self.body = body
            self.status = status
            self.code = code
            self.pointer = pointer
            self.says = says
        }

        var testDescription: String { body }
    }

    private static func quote(
        pickup: String = #"{"lat": 37.7793, "lon": -122.4192}"#,
        more: String = ""
    ) -> String {
        #"{"pickup": \#(pickup), "drop_off": {"lat": 37.79, "lon": -122.39}\#(more)}"#
    }

    static let wrongQuotes: [Wrong] = [
        Wrong("", 400, "malformed_json", "#"),
        Wrong("{", 400, "malformed_json", "#"),
        Wrong("[]", 422, "invalid_request", "#"),
        Wrong("{}", 422, "invalid_request", "#/pickup"),
        Wrong(quote(pickup: #"{"lat": NaN, "lon": 1}"#), 400, "malformed_json", "#/pickup/lat"),
        Wrong(quote(pickup: #"{"lat": "NaN", "lon": 1}"#), 422, "invalid_request", "#/pickup/lat"),
        Wrong(quote(pickup: #"{"lat": 1e999, "lon": 1}"#), 422, "invalid_request", "#/pickup/lat"),
        Wrong(
            quote(pickup: #"{"lat": 90.0000001, "lon": 179}"#),
            422,
            "invalid_request",
            "#/pickup/lat",
            "-90"
        ),
        Wrong(quote(pickup: #"{"lat": 1, "lon": 180.1}"#), 422, "invalid_request", "#/pickup/lon"),
        Wrong(
            quote(pickup: #"{"lat": -122.4192, "lon": 37.7793}"#),
            422,
            "invalid_request",
            "#/pickup/lat",
            "swapped"
        ),
        Wrong(quote(more: #", "currency": "USX""#), 422, "unknown_currency", "#/currency", "USD"),
        Wrong(quote(more: #", "currency": "EUR""#), 422, "unknown_currency", "#/currency", "USD"),
        Wrong(
            quote(more: #", "pickup_at": "2020-01-01T00:00:00Z""#),
            422,
            "pickup_in_past",
            "#/pickup_at"
        ),
        Wrong(quote(more: #", "pickup_at": "noon""#), 422, "invalid_request", "#/pickup_at"),
        Wrong(
            quote(more: #", "pickup_at": "2199-01-01T00:00:00Z""#),
            422,
            "invalid_request",
            "#/pickup_at"
        ),
        Wrong(
            quote(more: #", "vehicle_class": "boat""#),
            422,
            "invalid_request",
            "#/vehicle_class"
        ),
        Wrong(quote(more: #", "vehicle_class": "van""#), 422, "no_tariff", nil),
        Wrong(
            quote(more: #", "passenger_count": 65"#),
            422,
            "invalid_request",
            "#/passenger_count"
        ),
        Wrong(quote(more: #", "colour": "red""#), 422, "invalid_request", "#/colour"),
        Wrong(
            quote(pickup: #"{"lat": 37.77, "lon": -122.41, "label": "4111 1111 1111 1111"}"#),
            422,
            "card_number_refused",
            "#/pickup/label"
        ),
        Wrong(
            quote(pickup: #"{"lat": 40.71, "lon": -74.0}"#),
            422,
            "outside_licence_area",
            "#/pickup",
            "San Francisco"
        ),
    ]

    @Test("each wrong quote request is told what is wrong and where")
    func quotes() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            for wrong in Self.wrongQuotes {
                let answer = try await rig.send(.post, "/v1/quotes", key: key, body: wrong.body)
                #expect(answer.status == wrong.status, "\(wrong.body): \(answer.text)")
                #expect(answer.code == wrong.code, "\(wrong.body): \(answer.text)")
                #expect(answer.pointers.first == wrong.pointer, "\(wrong.body): \(answer.text)")
                #expect(
                    wrong.says.isEmpty || answer.text.contains(wrong.says),
                    "\(wrong.body): \(answer.text)"
                )
                Self.expectProblem(answer)
            }
        }
    }

    @Test("each wrong booking request is told what is wrong")
    func bookings() async throws {
        try await withRig { rig in
            let keys = try await rig.provision()
            let key = try #require(keys["agency"])
            let foreign = try await rig.quote(try #require(keys["other"]))
            let table = [
                ("{}", 422, "invalid_request", "#/quote_id"),
                (#"{"quote_id": "qt_x"}"#, 422, "invalid_request", "#/quote_id"),
                (#"{"quote_id": "\#(QuoteID(bits: 5))"}"#, 422, "unknown_quote", "#/quote_id"),
                (#"{"quote_id": "\#(foreign)"}"#, 422, "unknown_quote", "#/quote_id"),
                (
                    #"{"quote_id": "\#(foreign)", "driver_note": "5555555555554444"}"#, 422,
                    "card_number_refused", "#/driver_note"
                ),
                (#"{"quote_id": "\#(foreign)", "price": 1}"#, 422, "invalid_request", "#/price"),
            ]
            for (index, row) in table.enumerated() {
                let answer = try await rig.send(
                    .post,
                    "/v1/bookings",
                    key: key,
                    fields: [("Idempotency-Key", "k\(index)")],
                    body: row.0
                )
                #expect(answer.status == row.1, "\(row.0): \(answer.text)")
                #expect(answer.code == row.2, "\(row.0): \(answer.text)")
                #expect(answer.pointers.first == row.3, "\(row.0): \(answer.text)")
                Self.expectProblem(answer)
            }
            #expect(rig.stubs.with { $0.createCount } == 0)
            let fleet = try #require(keys["fleet"])
            let unpaid = try await rig.book(fleet, quote: foreign)
            #expect(unpaid.code == "no_payment_method")
        }
    }

    @Test("a price that has run out is not booked, and the next one is")
    func expired() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            rig.stubs.with { $0.quoteLife = .zero }
            let late = try await rig.book(key, quote: try await rig.quote(key))
            #expect(late.status == 422)
            #expect(late.code == "quote_expired")
            #expect(late.pointers == ["#/quote_id"])
            Self.expectProblem(late)
            #expect(rig.stubs.with { $0.createCount } == 0)
            rig.stubs.with { $0.quoteLife = .seconds(300) }
            #expect(try await rig.book(key, quote: try await rig.quote(key)).status == 201)
        }
    }

    @Test("a licence that ended after the price was given is missed when it is booked")
    func licenceEnded() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            rig.stubs.with { $0.coversNothing = true }
            let outside = try await rig.book(key, quote: quote)
            #expect(outside.status == 422)
            #expect(outside.code == "outside_licence_area")
            Self.expectProblem(outside)
            #expect(rig.stubs.with { $0.createCount } == 0)
            // Nothing was booked on the price, so it holds once the licence is there again.
            rig.stubs.with { $0.coversNothing = false }
            #expect(try await rig.book(key, quote: quote).status == 201)
        }
    }

    @Test("keys that are missing, wrong, foreign or too weak open nothing")
    func keys() async throws {
        try await withRig { rig in
            let keys = try await rig.provision()
            let key = try #require(keys["agency"])
            for wrong in [nil, "", "nx_test_", String(key.dropLast()), key + "x", "nx_live_a_b"] {
                let answer = try await rig.send(.get, "/v1/bookings", key: wrong)
                #expect(answer.status == 401)
                #expect(answer.fields["www-authenticate"]?.hasPrefix("Bearer") == true)
                Self.expectProblem(answer)
            }
            let changed = String(key.dropLast()) + (key.last == "A" ? "B" : "A")
            #expect(try await rig.send(.get, "/v1/bookings", key: changed).status == 401)
            let forbidden = try await rig.send(.get, "/v1/admin/status", key: key)
            #expect(forbidden.status == 403)
            #expect(forbidden.code == "forbidden")
            #expect(forbidden.text.contains("a key with the scope operate"))
            let none = try await rig.send(.get, "/v1/bookings", key: GatewayRig.adminKey)
            #expect(none.status == 403)
        }
    }

    @Test("paths, methods and media types that are not served are problems too")
    func edges() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let unknown = try await rig.send(.get, "/v2/nothing", key: key)
            #expect(unknown.status == 404)
            #expect(unknown.text.contains("All paths are in /openapi.json."))
            Self.expectProblem(unknown)
            let query = try await rig.send(.get, "/v1/bookings?cursor=%FF", key: key)
            #expect(query.status == 400)
            #expect(query.code == "refused_request")
            Self.expectProblem(query)
            let name = String(repeating: "r", count: 64)
            let longest = "/v1/bookings?partner_reference=\(name)"
            #expect(try await rig.send(.get, longest, key: key).status == 200)
            let tooLong = try await rig.send(.get, longest + "r", key: key)
            #expect(tooLong.status == 422)
            Self.expectProblem(tooLong)
            let method = try await rig.send(.delete, "/v1/quotes", key: key)
            #expect(method.status == 405)
            #expect(method.code == "method_not_allowed")
            #expect(method.fields["allow"]?.contains("POST") == true)
            #expect(method.text.contains("This path takes POST, OPTIONS."))
            Self.expectProblem(method)
            let media = try await rig.send(
                .post,
                "/v1/quotes",
                key: key,
                fields: [("Content-Type", "text/plain")],
                body: "{}"
            )
            #expect(media.status == 415)
            let named = try await rig.send(
                .get,
                "/v1/bookings/nonsense",
                key: key,
                fields: [("X-Request-Id", "my-request_1.a")]
            )
            #expect(named.fields["x-request-id"] == "my-request_1.a")
            #expect(named.json["request_id"] as? String == "my-request_1.a")
            let unsafe = try await rig.send(
                .get,
                "/v1/bookings/nonsense",
                key: key,
                fields: [
                    ("X-Request-Id", "a b"),
                    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
                ]
            )
            #expect(unsafe.fields["x-request-id"] == "4bf92f3577b34da6a3ce929d0e0e4736")
        }
    }

    @Test("a service that is away makes 503, and nothing is booked")
    func unavailable() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let quote = try await rig.quote(key)
            rig.stubs.with { $0.ingestFails = true }
            let answer = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(answer.status == 503)
            #expect(answer.json["retryable"] as? Bool == true)
            #expect(answer.fields["retry-after"] != nil)
            #expect(rig.stubs.with { $0.createCount } == 0)
            // A repeat is not let past the question that its first try got no answer to.
            let repeated = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(repeated.status == 503)
            #expect(rig.stubs.with { $0.createCount } == 0)
            rig.stubs.with { $0.ingestFails = false }
            let retry = try await rig.book(key, quote: quote, idempotencyKey: "k")
            #expect(retry.status == 201)
        }
    }

    @Test("a key is held to its rate, is told so, and other keys are not")
    func rateLimit() async throws {
        try await withRig { rig in
            let document = GatewayRig.tenantDocument(
                keys: """
                    {"reference": "slow", "partner": "agency", "scopes": ["read_bookings"],
                     "requests_per_second": 1},
                    {"reference": "agency", "partner": "agency", "scopes": ["read_bookings"]}
                    """
            )
            let keys = try await rig.provision(7, document)
            let slow = try #require(keys["slow"])
            var refused: Answer?
            for _ in 0..<6 where refused == nil {
                let answer = try await rig.send(.get, "/v1/bookings", key: slow)
                if answer.status == 429 { refused = answer }
            }
            let answer = try #require(refused)
            #expect(answer.code == "rate_limited")
            #expect(answer.fields["ratelimit-policy"] == "\"key\";q=2;w=2")
            #expect(answer.fields["ratelimit"] == "\"key\";r=0;t=1")
            #expect(answer.fields["retry-after"] == "1")
            Self.expectProblem(answer)
            let other = try #require(keys["agency"])
            #expect(try await rig.send(.get, "/v1/bookings", key: other).status == 200)
        }
    }

    /// What every problem has.
    static func expectProblem(_ answer: Answer) {
        #expect(answer.fields["content-type"] == "application/problem+json")
        #expect(answer.json["status"] as? Int == answer.status)
        #expect((answer.json["type"] as? String)?.hasPrefix("urn:nexors:problem:") == true)
        #expect(ProblemCode(rawValue: answer.code) != nil, "\(answer.text)")
        #expect(answer.json["title"] is String)
        #expect(answer.json["retryable"] is Bool)
        #expect(answer.json["request_id"] as? String == answer.fields["x-request-id"])
        #expect(answer.fields["cache-control"] == "no-store")
    }
}
