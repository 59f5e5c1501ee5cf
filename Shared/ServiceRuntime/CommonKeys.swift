package import Configuration
package import Model
package import Reactor
package import Telemetry

/// What a program is run for.
package enum Deployment: String, CaseIterable, Codable, Sendable {
    /// Real trips and money: certificates are required, rehearsals and stand-ins refused.
    case production
    /// On one machine, with a demo fleet.
    case demo
    /// Under test.
    case test
}

/// The settings that all five programs have; each adds its own.
package struct CommonKeys: Sendable {
    /// What the program is run for. The default is the one that refuses most.
    package let deployment = ConfigurationKey<Deployment>.choice(
        "NEXORS_ENVIRONMENT",
        default: "production",
        "What it is run for; anything but production allows stand-ins and rehearsals."
    )
    /// The name of this instance among those of its service.
    package let instance = ConfigurationKey<String>.text(
        "NEXORS_INSTANCE",
        default: "1",
        "The name of this instance among those of its service."
    )
    /// The least level of log lines.
    package let logLevel = ConfigurationKey<LogLevel>.choice(
        "NEXORS_LOG_LEVEL",
        default: "info",
        "The least level of log lines."
    )
    /// Event loops, each a thread.
    package let eventLoopCount: ConfigurationKey<Int>
    /// Where calls of other services arrive.
    package let listen: ConfigurationKey<SocketAddress>
    /// Where health and metrics are shown.
    package let internalListen: ConfigurationKey<SocketAddress>
    /// The program's own store.
    package let databaseURL = ConfigurationKey<LocationURL>.url(
        "NEXORS_DATABASE_URL",
        schemes: ["sqlite", "postgres", "postgresql"],
        "Its own store: sqlite:/var/lib/nexors/NAME.db or postgres://user@host/database."
    )
    /// The certificate that names this service, and its chain.
    package let certificate = ConfigurationKey<String>.path(
        "NEXORS_TLS_CERTIFICATE",
        "The certificate that names this service, and its chain (PEM)."
    ).optional()
    /// The key of the certificate.
    package let key = ConfigurationKey<String>.path(
        "NEXORS_TLS_KEY",
        "The private key of the certificate (PEM, unencrypted); its rights are not checked."
    ).optional()
    /// The authority that all services trust.
    package let authority = ConfigurationKey<String>.path(
        "NEXORS_TLS_AUTHORITY",
        "The private authority that signs every service's certificate (PEM)."
    ).optional()
    /// The keys of tokens.
    package let tokenKeys = ConfigurationKey<String>.path(
        "NEXORS_TOKEN_KEYS",
        "Public keys that check tokens, and a private one where some are signed (PEM); required in production."
    ).optional()
    /// How long a stop may take.
    package let drainTime = ConfigurationKey<Duration>.duration(
        "NEXORS_DRAIN_TIME",
        .milliseconds(100)...(.seconds(600)),
        default: "20s",
        "How long a stop may take; the orchestrator's grace period is longer."
    )

    /// The keys of `service`, which differ in their default ports and in how many loops there may be.
    package init(_ service: ServiceName) {
        eventLoopCount = Self.eventLoopsKey(service)
        listen = Self.listenKey(
            "NEXORS_LISTEN",
            port: Self.port(of: service),
            "Where calls of other services and drivers arrive (LBP/1)."
        )
        internalListen = Self.listenKey(
            "NEXORS_INTERNAL_LISTEN",
            port: Self.internalPort(of: service),
            "Where /livez, /readyz and /metrics are shown; never reachable from outside."
        )
    }

    /// The event loops of `service`: dispatch decides each market in one place, and ingest keeps all positions in
    /// one, so a second loop of theirs would idle.
    private static func eventLoopsKey(_ service: ServiceName) -> ConfigurationKey<Int> {
        let isOne = service == .dispatch || service == .ingest
        return .integer(
            "NEXORS_EVENT_LOOPS",
            1...(isOne ? 1 : 64),
            default: "1",
            isOne
                ? "Event loops, each a thread; all state of \(service.text) is on one."
                : "Event loops, each a thread; five programs share two cores on a small machine."
        )
    }

    /// Where the instances of `service` are reached; every program knows the key of every other.
    package static func endpointsKey(
        _ service: ServiceName
    ) -> ConfigurationKey<[HostAndPort]?> {
        ConfigurationKey<[HostAndPort]>.addresses(
            "NEXORS_\(service.text.uppercased())_ENDPOINTS",
            "Where the instances of \(service.text) are reached; names are resolved again and again."
        ).optional()
    }

    /// The default port of calls: 7001 for the gateway ... 7005 for billing.
    package static func port(of service: ServiceName) -> UInt16 { 7000 + service.rawValue }

    /// The default internal port: 7901 for the gateway ... 7905 for billing.
    package static func internalPort(of service: ServiceName) -> UInt16 { 7900 + service.rawValue }

    /// Adds all of them to `schema`.
    package func add(to schema: inout ConfigurationSchema) {
        schema.begin(section: "How it runs")
        schema.add(deployment)
        schema.add(instance)
        schema.add(logLevel)
        schema.add(eventLoopCount)
        schema.add(drainTime)
        schema.begin(section: "Where it listens")
        schema.add([listen, internalListen])
        schema.begin(section: "Where it keeps its state")
        schema.add(databaseURL)
        schema.begin(section: "Who it is to the others, and whom it believes")
        schema.add([certificate, key, authority, tokenKeys])
        schema.begin(section: "Where the others are")
        schema.add(ServiceName.allCases.map(Self.endpointsKey))
    }

    /// A key of an address of this machine: in digits, since a name could resolve to another machine's.
    package static func listenKey(
        _ name: String,
        port: UInt16,
        _ meaning: String
    ) -> ConfigurationKey<SocketAddress> {
        ConfigurationKey(
            name,
            form: "address:port in digits",
            default: "127.0.0.1:\(port)",
            meaning
        ) { try? SocketAddress($0) }
    }
}
