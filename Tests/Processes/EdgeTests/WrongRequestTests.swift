import Foundation
import ProcessSupport
import TestSupport
import Testing

/// A request that is wrong in one thing, and what a partner is told.
struct WrongRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let body: String
    let status: Int
    let code: String
    let pointer: String
    let says: String

    var testDescription: String { name }

    init(
        _ name: String,
        _ body: String,
        _ status: Int = 422,
        _ code: String = "invalid_request",
        at pointer: String,
        says: String
    ) {
        (self.name, self.body, self.status, self.code) = (name, body, status, code)
        (self.pointer, self.says) = (pointer, says)
    }

    private static func quote(_ pickup: String, _ more: String = "") -> String {
        "{\"pickup\": {\(pickup)}, \"drop_off\": {\"lat\": 37.79, \"lon\": -122.39}\(more)}"
    }

    private static let here = "\"lat\": 37.7793, \"lon\": -122.4192"

    static let quotes = [
        WrongRequest("no body", "", 400, "malformed_json", at: "#", says: "A value is missing."),
        WrongRequest(
            "half a document",
            "{\"pickup\": ",
            400,
            "malformed_json",
            at: "#/pickup",
            says: "A value is missing."
        ),
        WrongRequest(
            "bytes that are no text",
            "{\"a\": \"\u{0}\"}",
            400,
            "malformed_json",
            at: "#/a",
            says: "control character"
        ),
        WrongRequest(
            "a member twice",
            "{\"a\": 1, \"a\": 2}",
            400,
            "malformed_json",
            at: "#/a",
            says: "used twice"
        ),
        WrongRequest(
            "nested too deeply",
            String(repeating: "[", count: 40),
            400,
            "malformed_json",
            at: "#" + String(repeating: "/0", count: 32),
            says: "nested too deeply"
        ),
        WrongRequest("an array", "[]", at: "#", says: "Expected an object, found an array."),
        WrongRequest(
            "NaN",
            quote("\"lat\": NaN, \"lon\": 1"),
            400,
            "malformed_json",
            at: "#/pickup/lat",
            says: "malformed"
        ),
        WrongRequest(
            "NaN as text",
            quote("\"lat\": \"NaN\", \"lon\": 1"),
            at: "#/pickup/lat",
            says: "Expected a number, found a string."
        ),
        WrongRequest(
            "beyond the pole",
            quote("\"lat\": 90.0000001, \"lon\": 179"),
            at: "#/pickup/lat",
            says: "between -90 and 90"
        ),
        WrongRequest(
            "beyond the date line",
            quote("\"lat\": 1, \"lon\": -180.0000001"),
            at: "#/pickup/lon",
            says: "between -180 and 180"
        ),
        WrongRequest(
            "swapped beyond the pole",
            quote("\"lat\": -122.4192, \"lon\": 37.7793"),
            at: "#/pickup/lat",
            says: "looks swapped"
        ),
        WrongRequest(
            "far away",
            quote("\"lat\": 40.71, \"lon\": -74.0"),
            422,
            "outside_licence_area",
            at: "#/pickup",
            says: "San Francisco"
        ),
        WrongRequest(
            "no such currency",
            quote(here, ", \"currency\": \"USX\""),
            422,
            "unknown_currency",
            at: "#/currency",
            says: "here USD"
        ),
        WrongRequest(
            "another currency",
            quote(here, ", \"currency\": \"EUR\""),
            422,
            "unknown_currency",
            at: "#/currency",
            says: "charges in USD"
        ),
        WrongRequest(
            "a pickup in the past",
            quote(here, ", \"pickup_at\": \"2020-01-01T00:00:00Z\""),
            422,
            "pickup_in_past",
            at: "#/pickup_at",
            says: "has passed"
        ),
        WrongRequest(
            "a pickup without a zone",
            quote(here, ", \"pickup_at\": \"2030-01-01T00:00:00\""),
            at: "#/pickup_at",
            says: "RFC 3339"
        ),
        WrongRequest(
            "a pickup in 70 years",
            quote(here, ", \"pickup_at\": \"2099-01-01T00:00:00Z\""),
            at: "#/pickup_at",
            says: "366 days"
        ),
        WrongRequest(
            "no such class",
            quote(here, ", \"vehicle_class\": \"boat\""),
            at: "#/vehicle_class",
            says: "standard, business, first or van"
        ),
        WrongRequest(
            "nobody",
            quote(here, ", \"passenger_count\": 0"),
            at: "#/passenger_count",
            says: "Expected a whole number from 1 to 64."
        ),
        WrongRequest(
            "a misspelt member",
            quote(here, ", \"curency\": \"USD\""),
            at: "#/curency",
            says: "not known"
        ),
        WrongRequest(
            "a card number",
            quote(here + ", \"label\": \"4111 1111 1111 1111\""),
            422,
            "card_number_refused",
            at: "#/pickup/label",
            says: "vaulted"
        ),
    ]
}

@Suite("Wrong requests at the running system", .timeLimit(.minutes(5)))
struct WrongRequestTests {
    @Test("each is told what is wrong, where, and what to do")
    func wrongQuotes() async throws {
        try await withEdge { system in
            let key = try #require(try await system.provision()["agency"])
            for wrong in WrongRequest.quotes {
                let answer = try await system.send("POST", "/v1/quotes", key: key, body: wrong.body)
                let errors = answer.json["errors"] as? [[String: Any]] ?? []
                let comment: Comment = "\(wrong.name): \(answer)"
                #expect(answer.status == wrong.status, comment)
                #expect(answer.code == wrong.code, comment)
                #expect(errors.first?["pointer"] as? String == wrong.pointer, comment)
                #expect(answer.text.contains(wrong.says), comment)
                #expect(answer.isWholeProblem, comment)
            }
            // Swapped within the ranges of both: only the zones can tell.
            try await Self.expectSwapHint(system)
            try await Self.expectIdempotencyRules(system, key)
        }
    }

    /// A fleet whose zone a swapped place misses, though both numbers are in range.
    private static func expectSwapHint(_ system: EdgeSystem) async throws {
        let document = EdgeSystem.fleetDocument
            .replacingOccurrences(of: "-122.52", with: "11.4")
            .replacingOccurrences(of: "-122.35", with: "11.7")
            .replacingOccurrences(of: "37.70", with: "48.0")
            .replacingOccurrences(of: "37.83", with: "48.3")
        let made = try await system.send(
            "PUT",
            "/v1/admin/tenants/9",
            key: EdgeSystem.adminKey,
            body: document
        )
        let keys = try #require(made.json["keys"] as? [[String: Any]], "\(made)")
        let key = try #require(keys.first?["secret"] as? String)
        let swapped = """
            {"pickup": {"lat": 11.57, "lon": 48.14}, "drop_off": {"lat": 48.1, "lon": 11.5}}
            """
        try await system.until {
            let answer = try await system.send("POST", "/v1/quotes", key: key, body: swapped)
            let errors = answer.json["errors"] as? [[String: Any]] ?? []
            return answer.code == "outside_licence_area"
                && errors.contains { $0["pointer"] as? String == "#/pickup/lat" }
        }
    }

    private static func expectIdempotencyRules(_ system: EdgeSystem, _ key: String) async throws {
        let quote = try #require(try await system.quote(key))
        let body = "{\"quote_id\": \"\(quote)\"}"
        let missing = try await system.send("POST", "/v1/bookings", key: key, body: body)
        #expect(missing.status == 400 && missing.code == "missing_idempotency_key", "\(missing)")
        let first = try await system.book(key, quote: quote, under: "one")
        #expect(first.status == 201, "\(first)")
        #expect(first.fields["location"] == "/v1/bookings/\(first.id)")
        #expect(first.fields["idempotency-replayed"] == nil)
        let again = try await system.book(key, quote: quote, under: "one")
        #expect(again.status == 201 && again.text == first.text, "\(again)")
        #expect(again.fields["location"] == first.fields["location"])
        #expect(again.fields["idempotency-replayed"] == "true")
        let other = try await system.quote(key)
        let reused = try await system.book(key, quote: other ?? "", under: "one")
        #expect(reused.status == 422 && reused.code == "idempotency_key_reused", "\(reused)")
        let used = try await system.book(key, quote: quote, under: "two")
        #expect(used.status == 409 && used.code == "quote_used", "\(used)")
        #expect(used.isWholeProblem && reused.isWholeProblem && missing.isWholeProblem)
    }

    @Test(
        "what is unknown, another partner's or another fleet's is one and the same 404 on every path"
    )
    func foreign() async throws {
        try await withEdge { system in
            let keys = try await system.provision(7)
            let others = try await system.provision(8)
            let booking = try await system.booked(try #require(keys["agency"]))
            let ids = ["bk": booking.id, "drv": try await Self.driver(system, 7)]
            let paths = try await Self.pathsWithID(system)
            #expect(paths.count >= 4, "\(paths)")
            let strangers = [try #require(keys["rival"]), try #require(others["fleet"])]
            for (method, path) in paths {
                let kind = path.hasPrefix("/v1/drivers") ? "drv" : "bk"
                let unknown = "\(kind)_01m7w7ejfgf4x9c7qnzckz0456"
                for stranger in strangers {
                    // The rival's key may not ask for tokens at all, which is no matter of whose driver it is.
                    if kind == "drv", stranger == strangers[0] { continue }
                    let real = path.replacingOccurrences(of: "{id}", with: ids[kind] ?? "")
                    let none = path.replacingOccurrences(of: "{id}", with: unknown)
                    let malformed = path.replacingOccurrences(of: "{id}", with: "42")
                    var seen: Set<String> = []
                    for target in [real, none, malformed] {
                        let answer = try await system.send(method, target, key: stranger)
                        #expect(answer.status == 404, "\(method) \(target): \(answer)")
                        #expect(answer.isWholeProblem)
                        let requestID = answer.json["request_id"] as? String ?? ""
                        seen.insert(answer.text.replacingOccurrences(of: requestID, with: ""))
                    }
                    #expect(seen.count == 1, "\(method) \(path): \(seen)")
                }
            }
            // It is there for its own partner and its fleet, and nobody has cancelled it.
            for name in ["agency", "fleet"] {
                let mine = try await system.send(
                    "GET",
                    "/v1/bookings/\(booking.id)",
                    key: keys[name]
                )
                #expect(mine.status == 200 && mine.state != "cancelled", "\(mine)")
            }
        }
    }

    /// Method and path of every operation below `/v1` that names a partner's or a fleet's object.
    private static func pathsWithID(_ system: EdgeSystem) async throws -> [(String, String)] {
        let document = try await system.send("GET", "/openapi.json").json
        let paths = document["paths"] as? [String: [String: Any]] ?? [:]
        return paths.filter { $0.key.contains("{id}") && !$0.key.hasPrefix("/v1/admin") }
            .flatMap { path, methods in methods.keys.map { ($0.uppercased(), path) } }
            .sorted { $0.1 < $1.1 }
    }

    private static func driver(_ system: EdgeSystem, _ fleet: Int) async throws -> String {
        let view = try await system.send(
            "GET",
            "/v1/admin/tenants/\(fleet)",
            key: EdgeSystem.adminKey
        )
        let drivers = view.json["drivers"] as? [[String: Any]] ?? []
        return try #require(drivers.first?["id"] as? String, "\(view)")
    }
}
