import Calls
import Crypto
import Foundation
import HTTP
import HTTPClient
import Messages
import Model
import ServiceRuntime
import TestSupport
import Testing
import Timekeeping

@testable import GatewayServer

@Suite("Provisioning", .timeLimit(.minutes(2)))
struct ProvisioningTests {
    private func tenant(_ rig: GatewayRig) async throws -> [String: Any] {
        try await rig.send(.get, "/v1/admin/tenants/7", key: GatewayRig.adminKey).json
    }

    private func progress(_ rig: GatewayRig) async throws -> [String: Any] {
        try await tenant(rig)["provisioning"] as? [String: Any] ?? [:]
    }

    @Test("a document reaches every owner, and the answer to GET tells when")
    func delivered() async throws {
        try await withRig { rig in
            _ = try await rig.provision()
            try await rig.until { try await progress(rig)["waiting"] as? Int == 0 }
            let state = try await progress(rig)
            #expect(state["delivered"] as? Int == 7)
            #expect(state["refused"] as? Int == 0)
            let commands = rig.stubs.with { $0.commands.sorted() }
            #expect(
                commands == [
                    "account true vault-a", "account true vault-b", "plan 1", "roster", "roster",
                    "tariff", "zone",
                ]
            )
            let drivers = rig.stubs.with { $0.drivers.values.map(\.fleetReference).sorted() }
            #expect(drivers == ["d-1", "d-2"])
            let zone = try #require(rig.stubs.with { $0.zones.values.first })
            #expect(zone.count == 1)
            #expect(zone[0].zoneName == "San Francisco")
            #expect(zone[0].points.count == 5)
        }
    }

    @Test("the same document changes nothing; a shorter one switches off and revokes")
    func declarative() async throws {
        try await withRig { rig in
            let keys = try await rig.provision()
            #expect(keys.count == 3)
            try await rig.until { try await progress(rig)["waiting"] as? Int == 0 }
            let before = rig.stubs.with { $0.commands.count }
            let again = try await rig.send(
                .put,
                "/v1/admin/tenants/7",
                key: GatewayRig.adminKey,
                body: GatewayRig.tenantDocument()
            )
            #expect(again.json["changed"] as? Bool == false)
            #expect(!again.text.contains("secret"))
            #expect(rig.stubs.with { $0.commands.count } == before)
            let agency = try #require(keys["agency"])
            #expect(try await rig.send(.get, "/v1/bookings", key: agency).status == 200)
            let shorter = """
                {"name": "Bay Cars", "currency": "USD",
                 "drivers": [{"reference": "d-2"}],
                 "tariffs": [{"base": 350, "per_kilometer": 180, "per_minute": 45}],
                 "keys": [{"reference": "fleet", "scopes": ["manage_fleet"]}]}
                """
            let made = try await rig.provision(7, shorter)
            #expect(made.isEmpty)
            #expect(try await rig.send(.get, "/v1/bookings", key: agency).status == 401)
            let fleet = try #require(keys["fleet"])
            #expect(try await rig.send(.get, "/v1/bookings", key: fleet).status == 403)
            try await rig.until { try await progress(rig)["waiting"] as? Int == 0 }
            let active = rig.stubs.with { state in
                state.drivers.values.filter(\.isActive).map(\.fleetReference)
            }
            #expect(active == ["d-2"])
            #expect(rig.stubs.with { $0.zones.values.first?.first?.isRemoved } == true)
            #expect(rig.stubs.with { $0.commands.filter { $0 == "tariff" }.count } == 1)
            #expect(rig.stubs.with { $0.commands.contains("account false ") })
        }
    }

    @Test(
        "a document that is wrong is refused whole, with the place",
        arguments: [
            (#"{"currency": "USD"}"#, "#/name"),
            (#"{"name": "A", "currency": "XXZ"}"#, "#/currency"),
            (#"{"name": "A", "currency": "USD", "extra": 1}"#, "#/extra"),
            (
                #"{"name": "A", "currency": "USD", "keys": [{"reference": "k", "scopes": ["operate"]}]}"#,
                "#/keys/0/scopes/0"
            ),
            (
                #"{"name": "A", "currency": "USD", "keys": [{"reference": "k", "scopes": [], "partner": "p"}]}"#,
                "#/keys/0/partner"
            ),
            (
                #"{"name": "A", "currency": "USD", "drivers": [{"reference": "d"}, {"reference": "d"}]}"#,
                "#/drivers"
            ),
            (
                #"{"name": "A", "currency": "USD", "zones": [{"reference": "z","#
                    + #""geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}}]}"#,
                "#/zones/0/geometry/coordinates"
            ),
            (
                #"{"name": "A", "currency": "USD", "zones": [{"reference": "z","#
                    + #""geometry": {"type": "Polygon", "coordinates": [[[37.7, -122.5], [1, 1]]]}}]}"#,
                "#/zones/0/geometry/coordinates/0/0"
            ),
            (
                #"{"name": "A", "currency": "USD", "partners": [{"reference": "p","#
                    + #""payment_method": {"provider": "paypal", "vault_token": "4111111111111111"}}]}"#,
                "#/partners/0/payment_method/vault_token"
            ),
        ]
    )
    func wrong(document: String, pointer: String) {
        let problem = #expect(throws: (any Error).self) {
            try TenantDocument(Array(document.utf8))
        }
        let errors = (problem as? Problem)?.errors ?? []
        #expect(errors.first?.pointer == pointer)
    }

    @Test("a driver's token is one that ingest lets in, and inactive drivers get none")
    func driverTokens() async throws {
        try await withRig { rig in
            let keys = try await rig.provision()
            let fleet = try #require(keys["fleet"])
            let drivers = try await tenant(rig)["drivers"] as? [[String: Any]] ?? []
            let ids = drivers.compactMap { $0["id"] as? String }
            #expect(ids.count == 2)
            let made = try await rig.send(.post, "/v1/drivers/\(ids[0])/token", key: fleet)
            #expect(made.status == 201)
            let text = try #require(made.json["token"] as? String)
            let token = try #require(Base64.decode(text, .url))
            let authenticator = DriverAuthenticator(
                try SigningKeySet(path: rig.directory.path(of: "keys.pem")),
                time: SystemTimeSource()
            )
            let peer = try authenticator.authenticate(certificateNames: [], token: token)
            let driver = try #require(DriverID(ids[0]))
            #expect(peer.identity == .driver(tenant: TenantID(7), driver: driver))
            let inactive = try await rig.send(.post, "/v1/drivers/\(ids[1])/token", key: fleet)
            #expect(inactive.status == 404)
            let partner = try #require(keys["agency"])
            let weak = try await rig.send(.post, "/v1/drivers/\(ids[0])/token", key: partner)
            #expect(weak.status == 403)
        }
    }

    @Test(
        "business time outside the years that can be billed is refused, and nobody is told it",
        arguments: [
            ("1999-12-31T23:59:59Z", 422), ("2900-01-01T00:00:00Z", 422),
            ("2000-01-01T00:00:00Z", 200),
        ]
    )
    func absurdTime(origin: String, status: Int) async throws {
        try await withRig { rig in
            let answer = try await rig.send(
                .post,
                "/v1/admin/business-time",
                key: GatewayRig.adminKey,
                body: "{\"business_origin\": \"\(origin)\"}"
            )
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.pointers == (status == 200 ? [] : ["#/business_origin"]))
            #expect(rig.stubs.with { $0.businessTimes.count } == (status == 200 ? 4 : 0))
        }
    }

    @Test("the operator sets business time on all five, and reads status and totals")
    func operatorViews() async throws {
        try await withRig { rig in
            _ = try await rig.provision()
            let set = try await rig.send(
                .post,
                "/v1/admin/business-time",
                key: GatewayRig.adminKey,
                body: #"{"business_origin": "2030-05-01T12:00:00Z", "factor": 60}"#
            )
            #expect(set.status == 200)
            #expect(set.json["complete"] as? Bool == true)
            let times = rig.stubs.with { $0.businessTimes }
            #expect(times.count == 4)
            #expect(Set(times.map(\.revision)).count == 1)
            #expect(rig.server.api.now > WallTime(secondsSinceEpoch: 1_900_000_000))
            let status = try await rig.send(.get, "/v1/admin/status", key: GatewayRig.adminKey)
            #expect((status.json["services"] as? [Any])?.count == 5)
            let ledger = try await rig.send(
                .get,
                "/v1/admin/tenants/7/ledger",
                key: GatewayRig.adminKey
            )
            #expect(ledger.json["balanced"] as? Bool == true)
            let statement = try await rig.send(
                .get,
                "/v1/admin/tenants/7/statement?month=2030-05",
                key: GatewayRig.adminKey
            )
            #expect(statement.json["month"] as? String == "2030-05")
            let figures = try await rig.send(
                .get,
                "/v1/admin/tenants/7/figures",
                key: GatewayRig.adminKey
            )
            let dispatch = figures.json["dispatch"] as? [String: Any]
            #expect(dispatch?["closed"] as? Int == 7)
            let nobody = try await rig.send(
                .get,
                "/v1/admin/tenants/9/ledger",
                key: GatewayRig.adminKey
            )
            #expect(nobody.status == 404)
        }
    }
}
