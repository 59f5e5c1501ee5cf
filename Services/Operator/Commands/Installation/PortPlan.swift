package import Model

/// The ports of one installation on loopback.
package struct PortPlan: Hashable, Codable, Sendable {
    /// Who listens where.
    package struct Assignment: Hashable, Sendable {
        /// What the port is for, in words.
        package let purpose: String
        /// The port.
        package let port: UInt16
    }

    /// HTTPS of the gateway: partners.
    package var https: UInt16
    /// LBP/1 under TLS of ingest: drivers' phones.
    package var drivers: UInt16
    /// The provider stand-in.
    package var standIn: UInt16
    /// Calls between services, by the service's name.
    package var calls: [String: UInt16]
    /// Health and metrics, by the service's name.
    package var health: [String: UInt16]

    /// The usual ports: 8443, 7102, 8790, 7001 ... 7005 and 7901 ... 7905, each raised by `offset`.
    ///
    /// - Parameter offset: 0 ... 50 000, so that no port passes 65 535.
    package init(offset: UInt16 = 0) {
        https = 8443 + offset
        drivers = 7102 + offset
        standIn = 8790 + offset
        calls = Self.byService { 7000 + $0.rawValue + offset }
        health = Self.byService { 7900 + $0.rawValue + offset }
    }

    /// Ports from `next`, one for each listener: what the system says is free.
    package init(next: () throws -> UInt16) rethrows {
        https = try next()
        drivers = try next()
        standIn = try next()
        calls = try Self.byService { _ in try next() }
        health = try Self.byService { _ in try next() }
    }

    /// The largest offset.
    package static let offsetMax = 50_000

    /// The port where `service` takes calls.
    package func calls(of service: ServiceName) -> UInt16 { calls[service.text] ?? 0 }
    /// The port where `service` shows its health.
    package func health(of service: ServiceName) -> UInt16 { health[service.text] ?? 0 }

    /// Every listener, in the order of the documentation.
    package var assignments: [Assignment] {
        [
            Assignment(purpose: "HTTPS of the gateway", port: https),
            Assignment(purpose: "drivers at ingest", port: drivers),
            Assignment(purpose: "the provider stand-in", port: standIn),
        ]
            + ServiceName.allCases.map {
                Assignment(purpose: "calls of \($0.text)", port: calls(of: $0))
            }
            + ServiceName.allCases.map {
                Assignment(purpose: "health of \($0.text)", port: health(of: $0))
            }
    }

    private static func byService(
        _ port: (ServiceName) throws -> UInt16
    ) rethrows -> [String: UInt16] {
        var ports: [String: UInt16] = [:]
        for service in ServiceName.allCases { ports[service.text] = try port(service) }
        return ports
    }
}
