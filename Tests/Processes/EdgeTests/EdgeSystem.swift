import Crypto
import Foundation
import ProcessSupport
import TestSupport

/// The five programs and the provider's stand-in as they are shipped, on loopback without TLS, with two fleets.
final class EdgeSystem: Sendable {
    static let names = ["payments", "billing", "dispatch", "ingest", "gateway"]
    static let adminKey = "operator-key-of-the-tests-0123456789"
    /// The numbers of the two fleets.
    static let fleets = [7, 8]

    let folder: TemporaryDirectory
    let standIn: StandInProcess
    let services: [String: ServiceProcess]
    /// Where partners arrive.
    let httpPort: UInt16
    /// Where phones arrive.
    let driverPort: UInt16
    private let endpoints: [String: String]

    /// A system that has not started.
    ///
    /// - Parameter settings: Beside what each program needs, by its name.
    init(_ settings: [String: [String: String]] = [:]) async throws {
        folder = try TemporaryDirectory(prefix: "edge")
        standIn = try await StandInProcess()
        (httpPort, driverPort) = (try FreePort.find(), try FreePort.find())
        let keys = folder.path(of: "keys.pem")
        try SecretFile.write(SigningKey.generate().pem(), to: keys)
        let own: [String: [String: String]] = [
            "payments": standIn.settings,
            "ingest": ["NEXORS_DRIVER_LISTEN": "127.0.0.1:\(driverPort)"],
            "gateway": [
                "NEXORS_HTTP_LISTEN": "127.0.0.1:\(httpPort)",
                "NEXORS_API_KEY_SECRET": "a secret of the tests, 32 bytes at least",
                "NEXORS_ADMIN_KEY": Self.adminKey,
            ],
        ]
        var services: [String: ServiceProcess] = [:]
        for name in Self.names {
            var all = ["NEXORS_TOKEN_KEYS": keys]
            all.merge(own[name] ?? [:]) { $1 }
            all.merge(settings[name] ?? [:]) { $1 }
            services[name] = try ServiceProcess(name, in: folder, settings: all)
        }
        self.services = services
        endpoints = services.mapValues { "127.0.0.1:\($0.callPort)" }
    }

    /// Starts `names`, all of them where nothing is said, and returns once each serves.
    func start(_ names: [String] = EdgeSystem.names) async throws {
        for name in names { try await service(name).start(peers(of: name)) }
    }

    /// Ends everything at once.
    func stop() async {
        for name in Self.names { await services[name]?.kill() }
        standIn.program.send(SIGKILL)
    }

    func service(_ name: String) throws -> ServiceProcess {
        guard let service = services[name] else {
            throw EdgeFailure("there is no program \(name)")
        }
        return service
    }

    private func peers(of name: String) -> [String: String] {
        var settings: [String: String] = [:]
        for (peer, address) in endpoints where peer != name {
            settings["NEXORS_\(peer.uppercased())_ENDPOINTS"] = address
        }
        return settings
    }

    // MARK: - Requests

    /// Sends one request on a connection of its own.
    func send(
        _ method: String,
        _ path: String,
        key: String? = nil,
        _ fields: [String] = [],
        body: String? = nil
    ) async throws -> Answer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + fields
        if let key { lines.append("Authorization: Bearer \(key)") }
        if let body {
            lines.append("Content-Length: \(body.utf8.count)")
            lines.append("Content-Type: application/json")
        }
        let connection = try RawConnection(port: httpPort)
        await connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        let bytes = try await connection.readToEnd()
        guard let answer = Answer(bytes) else {
            throw EdgeFailure("no answer to \(method) \(path)")
        }
        return answer
    }

    static let fleetDocument = """
        {"name": "Bay Cars", "currency": "USD",
         "tariffs": [{"base": 350, "per_kilometer": 180, "per_minute": 45}],
         "zones": [{"reference": "city", "name": "San Francisco", "geometry": {"type": "Polygon",
           "coordinates": [[[-122.52, 37.70], [-122.35, 37.70], [-122.35, 37.83],
             [-122.52, 37.83], [-122.52, 37.70]]]}}],
         "drivers": [{"reference": "d-1", "name": "Ana"}],
         "vehicles": [{"reference": "v-1", "plate": "BAY 001"}],
         "partners": [{"reference": "agency", "payment_method":
             {"provider": "paypal", "vault_token": "vault-a"}},
           {"reference": "rival", "payment_method":
             {"provider": "paypal", "vault_token": "vault-b"}}],
         "plan": {"name": "standard", "commission_basis_points": 1200, "tax_basis_points": 0},
         "keys": [
           {"reference": "agency", "partner": "agency", "scopes": ["book", "read_bookings"]},
           {"reference": "rival", "partner": "rival", "scopes": ["book", "read_bookings"]},
           {"reference": "fleet", "scopes": ["book", "read_bookings", "manage_fleet"]}]}
        """

    static let quoteBody = """
        {"pickup": {"lat": 37.7793, "lon": -122.4192, "label": "City Hall"},
         "drop_off": {"lat": 37.7955, "lon": -122.3937}, "vehicle_class": "standard"}
        """

    /// Sets up a fleet and waits until all programs have what concerns them; its keys by reference.
    func provision(_ fleet: Int = 7) async throws -> [String: String] {
        let path = "/v1/admin/tenants/\(fleet)"
        let made = try await send("PUT", path, key: Self.adminKey, body: Self.fleetDocument)
        guard made.status == 200 else {
            throw EdgeFailure("\(made)")
        }
        var secrets: [String: String] = [:]
        for key in made.json["keys"] as? [[String: Any]] ?? [] {
            guard let name = key["reference"] as? String, let secret = key["secret"] as? String
            else { continue }
            secrets[name] = secret
        }
        guard let agency = secrets["agency"] else {
            throw EdgeFailure("no key in \(made)")
        }
        // A quote needs the zone at ingest and the tariff at dispatch.
        try await until { try await self.quote(agency) != nil }
        return secrets
    }

    /// A new quote's id; `nil` where the system cannot give one now.
    func quote(_ key: String) async throws -> String? {
        let answer = try await send("POST", "/v1/quotes", key: key, body: Self.quoteBody)
        return ((answer.json["data"] as? [[String: Any]])?.first)?["id"] as? String
    }

    /// Books `quote` under an `Idempotency-Key`.
    func book(_ key: String, quote: String, under idempotencyKey: String) async throws -> Answer {
        try await send(
            "POST",
            "/v1/bookings",
            key: key,
            ["Idempotency-Key: \"\(idempotencyKey)\""],
            body: "{\"quote_id\": \"\(quote)\"}"
        )
    }

    /// A new booking that is acknowledged.
    func booked(_ key: String) async throws -> Answer {
        guard let quote = try await quote(key) else {
            throw EdgeFailure("no quote")
        }
        let answer = try await book(key, quote: quote, under: UUID().uuidString)
        guard answer.status == 201 else {
            throw EdgeFailure("\(answer)")
        }
        return answer
    }

    /// Asks a program again and again until `condition` holds; the test's own time limit ends it.
    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try Task.checkCancellation() }
    }
}

/// Runs `body` with a running system that is ended afterwards.
func withEdge(
    _ settings: [String: [String: String]] = [:],
    _ body: (EdgeSystem) async throws -> Void
) async throws {
    let system = try await EdgeSystem(settings)
    do {
        try await system.start()
        try await body(system)
    } catch {
        for name in EdgeSystem.names {
            let lines = await system.services[name]?.lines.suffix(8) ?? []
            print("\(name): \(lines.joined(separator: "\n"))")
        }
        await system.stop()
        throw error
    }
    await system.stop()
}
