import Foundation
import Geo
import HTTP
import TestSupport
import Testing

@testable import OperatorCommands

/// JSON of tests.
enum JSONTextTests {
    static func value(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }
}

@Suite("Tenant documents")
struct TenantDocumentTests {
    @Test("the demo fleet's document holds all that the gateway asks for")
    func demo() throws {
        let plan = DemoTenant.plan(DemoCity())
        let document = try JSONReader.read(plan.document(keyReference: "k1"))
        #expect(document["currency"]?.text == "EUR")
        #expect(document["drivers"]?.elements?.count == 60)
        #expect(document["vehicles"]?.elements?.count == 60)
        #expect(document["keys"]?.elements?.first?["reference"]?.text == "k1")
        let zone = document["zones"]?.elements?.first
        #expect(zone?["purpose"]?.text == "licence")
        let ring = zone?["geometry"]?["coordinates"]?.elements?.first?.elements
        // Longitude first.
        guard case .number(let first) = ring?.first?.elements?.first else {
            Issue.record("the ring's first position holds no number")
            return
        }
        #expect(
            first.scaled(digits: 7, excess: .refused)
                == plan.boundary.first.map { Int64($0.longitudeE7) }
        )
        #expect(plan.document(keyReference: "k1") == plan.document(keyReference: "k1"))
        #expect(plan.document(keyReference: "k1") != plan.document(keyReference: "k2"))
    }

    @Test("a file's tenant is taken out, and a zone's file put in")
    func file() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write(
            #"{"type":"Feature","geometry":{"type":"Polygon","coordinates":[]}}"#,
            to: "zone.geojson"
        )
        let path = try directory.write(
            #"{"tenant":42,"name":"A","zones":[{"reference":"z","geometry":"zone.geojson"}],"x":1.50}"#,
            to: "tenant.json"
        )
        let (number, document) = try TenantApplyCommand.read(path)
        #expect(number == 42)
        let expected =
            #"{"name":"A","zones":[{"reference":"z","geometry":{"type":"Polygon","coordinates":[]}}],"x":1.50}"#
        #expect(String(decoding: document, as: UTF8.self) == expected)
    }

    @Test(
        "the example is the document of any number, with the town of the demonstration for its licence"
    )
    func example() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../../deploy/tenant.example.json").path
        let (number, document) = try TenantApplyCommand.read(path)
        // Its own number would make it no body of PUT /v1/admin/tenants/{number}.
        #expect(number == nil)
        let value = try JSONReader.read(document)
        let zone = value["zones"]?.elements?.first
        let ring = zone?["geometry"]?["coordinates"]?.elements?.first?.elements ?? []
        let corners = try ring.map { corner in
            let degrees = corner.elements?.compactMap { position -> Int64? in
                guard case .number(let number) = position else { return nil }
                return number.scaled(digits: 7, excess: .refused)
            }
            let pair = try #require(degrees?.count == 2 ? degrees : nil)
            return try #require(
                GeoPoint(latitudeE7: Int32(pair[1]), longitudeE7: Int32(pair[0]))
            )
        }
        let licence = try Polygon(rings: [corners])
        for corner in DemoCity().streets.corners {
            #expect(licence.contains(DemoCity.position(corner)))
        }
    }

    @Test("a file at fault is named")
    func faults() throws {
        let directory = try TemporaryDirectory()
        let wrong = try directory.write(#"{"a":}"#, to: "wrong.json")
        let error = #expect(throws: OperatorError.self) { try TenantApplyCommand.read(wrong) }
        #expect(error?.message.hasPrefix(wrong) == true)
        #expect(throws: OperatorError.self) { try TenantApplyCommand.read(wrong + ".none") }
    }

    @Test(
        "where a file is no JSON, line and column are told",
        arguments: [
            (#"{"a":}"#, ":1:6: A value is malformed. (in /a)"),
            ("{\n  \"name\": \"Zürich\",,\n}", ":2:20: A member's name is missing."),
            ("[\n", ":2:1: A value is missing. (in /0)"), ("", ":1:1: A value is missing."),
        ]
    )
    func place(text: String, rest: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "wrong.json")
        let error = #expect(throws: OperatorError.self) { try JSONText.file(path) }
        #expect(error?.message == path + rest)
        let installation = Installation(directory.path(of: "."))
        _ = try directory.write(text, to: "settings.json")
        let settings = #expect(throws: OperatorError.self) { try installation.settings() }
        #expect(settings?.message.hasSuffix("settings.json\(rest)") == true)
    }
}
