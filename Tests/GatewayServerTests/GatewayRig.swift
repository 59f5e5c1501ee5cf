import Crypto
import Foundation
import HTTP
import HTTPClient
import LinkSupport
import Model
import Reactor
import ServiceRuntime
import Storage
import StorageSQLite
import Telemetry
import TestSupport
import Timekeeping
import WireFormat

@testable import GatewayServer

struct RigFailure: Error {
    let message: String
}

/// An answer of the gateway, with its JSON read by another reader than ours.
struct Answer: Sendable {
    let status: Int
    let body: [UInt8]
    let fields: [String: String]

    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:]
    }
    var text: String { String(decoding: body, as: UTF8.self) }
    var code: String { json["code"] as? String ?? "" }
    /// The JSON pointers of a problem.
    var pointers: [String] {
        (json["errors"] as? [[String: Any]] ?? []).compactMap { $0["pointer"] as? String }
    }
}

/// A gateway under TLS on loopback, its store in a folder, and the four services as stubs.
// Safe: what changes is changed between the awaits of one test.
final class GatewayRig: @unchecked Sendable {
    static let adminKey = "operator-key-of-the-tests-0123456789"
    let directory: TemporaryDirectory
    let stubs: StubServices
    let settings: [String: String]
    private let logger: Logger
    private let clientLoop: EventLoop
    private let client: HTTPClient
    private(set) var store: SQLiteStore
    private(set) var program: ServiceProgram
    private(set) var server: GatewayServer
    private var port: UInt16 = 0

    init(_ settings: [String: String] = [:], logger: Logger = .none) async throws {
        self.logger = logger
        directory = try TemporaryDirectory(prefix: "gateway")
        let time = SystemTimeSource()
        let files = try TestAuthority(in: directory).files("localhost", isForLoopback: true)
        try SecretFile.write(SigningKey.generate().pem(), to: directory.path(of: "keys.pem"))
        stubs = try await StubServices(keysPath: directory.path(of: "keys.pem"), time: time)
        var environment = [
            "NEXORS_ENVIRONMENT": "test",
            "NEXORS_DATABASE_URL": "sqlite:\(directory.path(of: "gateway.db"))",
            "NEXORS_LISTEN": "127.0.0.1:0",
            "NEXORS_HTTP_LISTEN": "127.0.0.1:0",
            "NEXORS_HTTP_TLS_CERTIFICATE": files.certificate,
            "NEXORS_HTTP_TLS_KEY": files.key,
            "NEXORS_TOKEN_KEYS": directory.path(of: "keys.pem"),
            "NEXORS_API_KEY_SECRET": "a secret of the tests, 32 bytes at least",
            "NEXORS_ADMIN_KEY": Self.adminKey,
            "NEXORS_REQUESTS_PER_SECOND": "100000",
        ]
        for (service, address) in stubs.addresses {
            environment["NEXORS_\(service.text.uppercased())_ENDPOINTS"] = "\(address)"
        }
        self.settings = environment.merging(settings) { $1 }
        clientLoop = try EventLoop(name: "client", timeSource: time)
        clientLoop.start()
        var options = HTTPClientOptions()
        options.authorityPath = files.authority
        options.requestCountMax = 4096
        guard let client = HTTPClient(loop: clientLoop, options: options) else {
            throw RigFailure(message: "no client")
        }
        self.client = client
        (store, program, server) = try await Self.make(self.settings, directory, logger)
        try await start()
    }

    private static func make(
        _ settings: [String: String],
        _ directory: TemporaryDirectory,
        _ logger: Logger
    ) async throws -> (SQLiteStore, ServiceProgram, GatewayServer) {
        let store = try SQLiteStore(SQLiteOptions(path: directory.path(of: "gateway.db")))
        let now = SystemTimeSource().wallTime
        _ = try await Migrator.run(GatewayServer.migrations, on: store, at: now)
        let program = try ServiceProgram.test(
            .gateway,
            settings,
            keys: { GatewayKeys().add(to: &$0) },
            logger: logger
        )
        return (store, program, try GatewayServer(program, store: store))
    }

    private func start() async throws {
        for part in server.parts { try await part.start() }
        guard let address = server.partnerPort.listening else {
            throw RigFailure(message: "no port")
        }
        port = address.port
    }

    private func stopGateway() async {
        for part in server.parts.reversed() { await part.stop(within: .milliseconds(300)) }
        await store.close()
        program.loops.stop()
    }

    /// Ends the gateway in order and starts another on the same file.
    func restart() async throws {
        await stopGateway()
        (store, program, server) = try await Self.make(settings, directory, logger)
        try await start()
    }

    /// Ends the gateway as a crash would: nothing more reaches the store. Starts another on the same file.
    func crash() async throws {
        await store.close()
        try await restart()
    }

    func stop() async {
        await stopGateway()
        await clientLoop.submit { [client] in client.close() }
        clientLoop.stop()
        clientLoop.join()
        await stubs.stop()
    }

    // MARK: - Requests

    func send(
        _ method: HTTPClientRequest.Method,
        _ path: String,
        key: String? = nil,
        fields: [(name: String, value: String)] = [],
        body: String? = nil
    ) async throws -> Answer {
        var all = fields
        if let key { all.append(("Authorization", "Bearer \(key)")) }
        if body != nil, !fields.contains(where: { $0.name == "Content-Type" }) {
            all.append(("Content-Type", "application/json"))
        }
        var request = HTTPClientRequest(
            method,
            "https://127.0.0.1:\(port)\(path)",
            fields: all,
            body: Array((body ?? "").utf8)
        )
        // A kept connection may be one to the gateway before a restart.
        request.mayResend = true
        let response = try await client.send(request)
        var found: [String: String] = [:]
        for field in response.fields { found[field.name.lowercased()] = field.value }
        return Answer(status: Int(response.status), body: response.body, fields: found)
    }

    /// Lets the loops go round until `condition` holds.
    func until(_ condition: () async throws -> Bool) async throws {
        for _ in 0..<200_000 {
            if try await condition() { return }
            await clientLoop.submit {}
        }
        throw RigFailure(message: "it never came")
    }

    // MARK: - Fleets

    static func tenantDocument(
        _ name: String = "Bay Cars",
        keys: String = """
        {"reference": "agency", "partner": "agency", "scopes": ["book", "read_bookings"]},
        {"reference": "other", "partner": "other", "scopes": ["book", "read_bookings"]},
        {"reference": "fleet", "scopes": ["read_bookings", "manage_fleet", "book"]}
        """
    ) -> String {
        """
        {"name": "\(name)", "currency": "USD",
         "tariffs": [{"base": 350, "per_kilometer": 180, "per_minute": 45}],
         "zones": [{"reference": "city", "name": "San Francisco", "geometry": {"type": "Polygon",
           "coordinates": [[[-122.52, 37.70], [-122.35, 37.70], [-122.35, 37.83],
             [-122.52, 37.83], [-122.52, 37.70]]]}}],
         "drivers": [{"reference": "d-1", "name": "Ana", "rating": 4.9},
           {"reference": "d-2", "active": false}],
         "vehicles": [{"reference": "v-1", "plate": "BAY 001", "vehicle_class": "business"}],
         "partners": [{"reference": "agency", "payment_method":
             {"provider": "paypal", "vault_token": "vault-a"}},
           {"reference": "other", "payment_method":
             {"provider": "paypal", "vault_token": "vault-b"}}],
         "keys": [\(keys)]}
        """
    }

    /// Sets up a tenant; the secrets of its keys by reference.
    func provision(_ tenant: Int = 7, _ document: String? = nil) async throws -> [String: String] {
        let answer = try await send(
            .put,
            "/v1/admin/tenants/\(tenant)",
            key: Self.adminKey,
            body: document ?? Self.tenantDocument()
        )
        guard answer.status == 200 else { throw RigFailure(message: answer.text) }
        var secrets: [String: String] = [:]
        for key in answer.json["keys"] as? [[String: Any]] ?? [] {
            if let reference = key["reference"] as? String, let secret = key["secret"] as? String {
                secrets[reference] = secret
            }
        }
        return secrets
    }

    static let quoteBody = """
        {"pickup": {"lat": 37.7793, "lon": -122.4192, "label": "City Hall"},
         "drop_off": {"lat": 37.7955, "lon": -122.3937}, "vehicle_class": "standard"}
        """

    /// The id of a new quote.
    func quote(_ key: String) async throws -> String {
        let answer = try await send(.post, "/v1/quotes", key: key, body: Self.quoteBody)
        guard answer.status == 201, let data = answer.json["data"] as? [[String: Any]],
            let id = data.first?["id"] as? String
        else { throw RigFailure(message: answer.text) }
        return id
    }

    func book(
        _ key: String,
        quote: String,
        idempotencyKey: String = UUID().uuidString,
        reference: String = "R-1"
    ) async throws -> Answer {
        try await send(
            .post,
            "/v1/bookings",
            key: key,
            fields: [("Idempotency-Key", "\"\(idempotencyKey)\"")],
            body: "{\"quote_id\": \"\(quote)\", \"partner_reference\": \"\(reference)\"}"
        )
    }

    /// A new booking's id.
    func booked(_ key: String, reference: String = "R-1") async throws -> String {
        let answer = try await book(key, quote: quote(key), reference: reference)
        guard answer.status == 201, let id = answer.json["id"] as? String else {
            throw RigFailure(message: answer.text)
        }
        return id
    }
}

/// Runs `body` with a rig that is stopped afterwards.
func withRig(
    _ settings: [String: String] = [:],
    logger: Logger = .none,
    _ body: (GatewayRig) async throws -> Void
) async throws {
    let rig = try await GatewayRig(settings, logger: logger)
    do {
        try await body(rig)
    } catch {
        await rig.stop()
        throw error
    }
    await rig.stop()
}
