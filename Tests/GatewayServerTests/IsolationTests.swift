import Foundation
import HTTP
import HTTPClient
import Messages
import Model
import TestSupport
import Testing

@testable import GatewayServer

@Suite("Tenants do not see each other", .timeLimit(.minutes(2)))
struct IsolationTests {
    @Test("on every route with an id, another tenant's answers as one that never was")
    func everyRoute() async throws {
        try await withRig { rig in
            let owners = try await rig.provision(7)
            let booking = try await rig.booked(try #require(owners["agency"]))
            let driver = try #require(rig.server.api.parts.driverID(7, "d-1", rig))
            let strangers = try await rig.provision(8, GatewayRig.tenantDocument("Night Cars"))
            let stranger = try #require(strangers["fleet"])
            var checked = 0
            for route in rig.server.api.routes() where route.template.contains("{id}") {
                guard case .key(let scopes) = route.access, scopes != .operate else { continue }
                let isDriver = route.template.hasPrefix("/v1/drivers/")
                let theirs = isDriver ? try await driver() : booking
                let never = isDriver ? "\(DriverID(bits: 99))" : "\(BookingID(bits: 99))"
                let found = try await Self.ask(rig, route, stranger, theirs)
                let nothing = try await Self.ask(rig, route, stranger, never)
                #expect(found.status == 404, "\(route.template)")
                #expect(Self.anonymous(found) == Self.anonymous(nothing), "\(route.template)")
                checked += 1
            }
            #expect(checked == 4)
            // Within one tenant a partner does not see another's bookings, and the fleet sees all.
            let other = try #require(owners["other"])
            let fleet = try #require(owners["fleet"])
            #expect(try await rig.send(.get, "/v1/bookings/\(booking)", key: other).status == 404)
            #expect(try await rig.send(.get, "/v1/bookings/\(booking)", key: fleet).status == 200)
            let list = try await rig.send(.get, "/v1/bookings", key: other)
            #expect((list.json["data"] as? [Any])?.isEmpty == true)
        }
    }

    private static func ask(
        _ rig: GatewayRig,
        _ route: APIRoute,
        _ key: String,
        _ id: String
    ) async throws -> Answer {
        let path = route.template.replacingOccurrences(of: "{id}", with: id)
        let method = try #require(HTTPClientRequest.Method(rawValue: route.method.name))
        return try await rig.send(method, path, key: key)
    }

    /// The answer without what differs between any two requests.
    private static func anonymous(_ answer: Answer) -> String {
        let id = answer.json["request_id"] as? String ?? ""
        return answer.text.replacingOccurrences(of: id, with: "")
    }
}

extension GatewayAPI.Parts {
    /// Finds the id of a driver by his reference, through the operator's view of the tenant.
    func driverID(
        _ tenant: Int,
        _ reference: String,
        _ rig: GatewayRig
    ) -> (() async throws -> String)? {
        {
            let answer = try await rig.send(
                .get,
                "/v1/admin/tenants/\(tenant)",
                key: GatewayRig.adminKey
            )
            let drivers = answer.json["drivers"] as? [[String: Any]] ?? []
            let driver = drivers.first { $0["reference"] as? String == reference }
            return driver?["id"] as? String ?? ""
        }
    }
}
