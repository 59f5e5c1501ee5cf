package import Model

/// How one program of an installation is started.
package struct ProgramPlan: Hashable, Sendable {
    /// The product's name, which names its log and process file too.
    package let name: String
    /// What it reads instead of a configuration file; nothing of our own environment reaches it but `PATH`.
    package let environment: [String: String]
    /// Answers 200 once the program is ready: `http://127.0.0.1:7901/readyz`.
    package let readinessURL: String

    /// The stand-in and the five programs, in the order of starting: who is called comes before who calls.
    package static func all(_ installation: Installation, _ ports: PortPlan) -> [ProgramPlan] {
        [standIn(installation, ports)]
            + startOrder.map { service(installation, ports, $0) }
    }

    /// The services in the order of starting. A missing peer only degrades a program, but a log without such lines
    /// is easier to read.
    package static let startOrder: [ServiceName] = [
        .payments, .billing, .dispatch, .ingest, .gateway,
    ]

    /// Every product, in the order of starting.
    package static let names = [standInName] + startOrder.map(\.text)

    /// The name of the stand-in's product.
    package static let standInName = "provider-standin"

    private static func standIn(_ installation: Installation, _ ports: PortPlan) -> ProgramPlan {
        ProgramPlan(
            name: standInName,
            environment: [
                "NEXORS_ENVIRONMENT": "demo",
                "NEXORS_STANDIN_HOST": "127.0.0.1",
                "NEXORS_STANDIN_PORT": String(ports.standIn),
                "NEXORS_STANDIN_JOURNAL": "\(installation.root)/stores/standin.journal",
            ],
            readinessURL: "http://127.0.0.1:\(ports.standIn)/standin/totals"
        )
    }

    private static func service(
        _ installation: Installation,
        _ ports: PortPlan,
        _ service: ServiceName
    ) -> ProgramPlan {
        var environment = [
            "NEXORS_ENVIRONMENT": "demo",
            "NEXORS_LISTEN": "127.0.0.1:\(ports.calls(of: service))",
            "NEXORS_INTERNAL_LISTEN": "127.0.0.1:\(ports.health(of: service))",
            "NEXORS_DATABASE_URL": "sqlite:\(installation.store(service))",
            "NEXORS_TLS_CERTIFICATE": installation.key("\(service.text).crt"),
            "NEXORS_TLS_KEY": installation.key("\(service.text).key"),
            "NEXORS_TLS_AUTHORITY": installation.authorityPath,
        ]
        for peer in ServiceName.allCases where peer != service {
            environment["NEXORS_\(peer.text.uppercased())_ENDPOINTS"] =
                "127.0.0.1:\(ports.calls(of: peer))"
        }
        environment.merge(own(installation, ports, service)) { $1 }
        return ProgramPlan(
            name: service.text,
            environment: environment,
            readinessURL: "http://127.0.0.1:\(ports.health(of: service))/readyz"
        )
    }

    /// What only this service knows.
    private static func own(
        _ installation: Installation,
        _ ports: PortPlan,
        _ service: ServiceName
    ) -> [String: String] {
        typealias File = KeyMaterial.File
        switch service {
        case .gateway:
            return [
                "NEXORS_HTTP_LISTEN": "127.0.0.1:\(ports.https)",
                "NEXORS_HTTP_TLS_CERTIFICATE": installation.key("public.crt"),
                "NEXORS_HTTP_TLS_KEY": installation.key("public.key"),
                "NEXORS_TOKEN_KEYS": installation.key(File.gatewaySigning),
                "NEXORS_API_KEY_SECRET_FILE": installation.key(File.keyHashSecret),
                "NEXORS_ADMIN_KEY_FILE": installation.key(File.adminKey),
            ]
        case .ingest:
            return [
                "NEXORS_DRIVER_LISTEN": "127.0.0.1:\(ports.drivers)",
                "NEXORS_DRIVER_TLS_CERTIFICATE": installation.key("drivers.crt"),
                "NEXORS_DRIVER_TLS_KEY": installation.key("drivers.key"),
                "NEXORS_TOKEN_KEYS": installation.key(File.ingestTokenKeys),
            ]
        case .payments:
            return [
                "NEXORS_TOKEN_KEYS": installation.key(File.tokenKeys),
                "NEXORS_PAYPAL_URL": "http://127.0.0.1:\(ports.standIn)",
                "NEXORS_PAYPAL_CLIENT_ID": KeyMaterial.standInClientID,
                "NEXORS_PAYPAL_CLIENT_SECRET_FILE": installation.key(File.providerSecret),
            ]
        case .dispatch, .billing:
            return ["NEXORS_TOKEN_KEYS": installation.key(File.tokenKeys)]
        }
    }
}
