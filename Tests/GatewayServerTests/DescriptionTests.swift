import Foundation
import HTTP
import HTTPClient
import Messages
import Model
import TestSupport
import Testing

@testable import GatewayServer

@Suite("The API's description", .timeLimit(.minutes(1)))
struct DescriptionTests {
    @Test(
        "it is one JSON document that names every route, and every reference in it leads somewhere"
    )
    func whole() async throws {
        try await withRig { rig in
            let answer = try await rig.send(.get, "/openapi.json")
            #expect(answer.status == 200)
            let document = answer.json
            #expect(document["openapi"] as? String == "3.1.0")
            let paths = document["paths"] as? [String: [String: Any]] ?? [:]
            var described: Set<String> = []
            var operations: [String] = []
            for (path, methods) in paths {
                for (method, value) in methods {
                    described.insert("\(method.uppercased()) \(path)")
                    let operation = value as? [String: Any]
                    operations.append(operation?["operationId"] as? String ?? "")
                    #expect((operation?["responses"] as? [String: Any])?["default"] != nil)
                }
            }
            let served = Set(
                rig.server.api.router().routes.map { "\($0.method.name) \($0.template.text)" }
            )
            #expect(described == served)
            #expect(Set(operations).count == operations.count)
            for reference in Self.references(in: document) {
                #expect(Self.find(reference, in: document) != nil, "\(reference)")
            }
        }
    }

    @Test("whoever knows the host alone finds it by the catalogue of RFC 9727")
    func catalogue() async throws {
        try await withRig { rig in
            let answer = try await rig.send(.get, "/.well-known/api-catalog")
            #expect(answer.status == 200)
            let sets = answer.json["linkset"] as? [[String: Any]]
            let links = sets?.first?["service-desc"] as? [[String: Any]]
            let target = try #require(links?.first?["href"] as? String)
            let description = try await rig.send(.get, target)
            #expect(description.json["openapi"] as? String == "3.1.0")
            // The second one is the first one's bytes.
            #expect(try await rig.send(.get, target).body == description.body)
        }
    }

    @Test("its states are all that a booking can have")
    func states() throws {
        let document = try Self.document()
        let schema = Self.find("#/components/schemas/BookingState", in: document) as? [String: Any]
        let words = schema?["enum"] as? [String] ?? []
        #expect(words == BookingState.allCases.map(\.text))
    }

    @Test("it tells every reason and actor that a booking can have, in sentences without gaps")
    func words() throws {
        let document = try Self.document()
        func text(_ property: String) -> String {
            let found = Self.find(
                "#/components/schemas/Booking/properties/\(property)",
                in: document
            )
            return (found as? [String: Any])?["description"] as? String ?? ""
        }
        for code in BookingReasonCode.allCases {
            #expect(text("reason").contains("`\(APIWord.snake("\(code)"))`"))
        }
        for code in BookingActorCode.allCases {
            #expect(text("actor").contains("`\(APIWord.snake("\(code)"))`"))
        }
        // A line that is continued with its indentation leaves a hole in the sentence.
        let bytes = OpenAPIDocument.encode([])
        #expect(!String(decoding: bytes, as: UTF8.self).contains("  "))
    }

    @Test("its example of a tenant is one that the API takes")
    func example() throws {
        let document = try Self.document()
        let schema = Self.find("#/components/schemas/TenantDocument", in: document)
        let example = (schema as? [String: Any])?["example"]
        let body = try JSONSerialization.data(withJSONObject: try #require(example))
        let tenant = try TenantDocument(Array(body))
        #expect(tenant.zones.count == 1)
        #expect(tenant.keys.first?.partner == "agency")
    }

    @Test("the tenant's file that READMEs name is one that the API takes")
    func exampleFile() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../deploy/tenant.example.json")
        let tenant = try TenantDocument(Array(try Data(contentsOf: file)))
        #expect(tenant.zones.count == 1)
        #expect(tenant.keys.first?.partner == tenant.partners.first?.reference)
    }

    @Test("what a request may leave out it may also send as null, and its texts hold no controls")
    func closedSchemas() throws {
        let document = try Self.document()
        func property(_ path: String) -> [String: Any] {
            Self.find("#/components/schemas/\(path)", in: document) as? [String: Any] ?? [:]
        }
        let note = property("CancelRequest/properties/note")
        #expect(note["type"] as? [String] == ["string", "null"])
        #expect(note["pattern"] as? String == #"^[^\u0000-\u001f\u007f]*$"#)
        let currency = property("QuoteRequest/properties/currency")
        let choices = currency["anyOf"] as? [[String: Any]] ?? []
        #expect(choices.last?["type"] as? String == "null")
        #expect(choices.first?["$ref"] as? String == "#/components/schemas/Currency")
        #expect(property("QuoteRequest/properties/pickup")["anyOf"] == nil)
        // In lists of a document, too, and not in what we answer.
        let rating = property("TenantDocument/properties/drivers/items/properties/rating")
        #expect(rating["type"] as? [String] == ["number", "null"])
        #expect(property("Booking/properties/note")["type"] as? String == "string")
    }

    @Test("null is as good as nothing wherever a quote may leave something out")
    func nulls() async throws {
        try await withRig { rig in
            let key = try #require(try await rig.provision()["agency"])
            let body = """
                {"pickup": {"lat": 37.7793, "lon": -122.4192, "label": null},
                 "drop_off": {"lat": 37.7955, "lon": -122.3937}, "vehicle_class": null,
                 "pickup_at": null, "passenger_count": null, "currency": null}
                """
            let answer = try await rig.send(.post, "/v1/quotes", key: key, body: body)
            #expect(answer.status == 201, "\(answer.text)")
        }
    }

    @Test("no problem is described that the API does not have, and each has a title and a status")
    func problems() {
        for code in ProblemCode.allCases {
            #expect(!code.title.isEmpty)
            #expect((400...599).contains(code.status.code))
        }
    }

    static func document() throws -> [String: Any] {
        let routes = [
            APIRoute(.get, "/v1/bookings/{id}", .open, .getBooking) { (_) throws(Problem) in
                .answer(HTTPResponse(.noContent))
            }
        ]
        let bytes = OpenAPIDocument.encode(routes)
        let value = try JSONSerialization.jsonObject(with: Data(bytes))
        return try #require(value as? [String: Any])
    }

    private static func references(in value: Any) -> [String] {
        if let object = value as? [String: Any] {
            return object.flatMap { key, value in
                key == "$ref" ? [value as? String ?? ""] : references(in: value)
            }
        }
        return (value as? [Any] ?? []).flatMap { references(in: $0) }
    }

    private static func find(_ reference: String, in document: [String: Any]) -> Any? {
        var value: Any? = document
        for step in reference.split(separator: "/").dropFirst() {
            value = (value as? [String: Any])?[String(step)]
        }
        return value
    }
}
