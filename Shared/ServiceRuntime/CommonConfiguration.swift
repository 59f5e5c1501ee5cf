package import Configuration
package import Model
package import Reactor
package import Telemetry

/// The files of mutual TLS between services.
package struct TLSFiles: Hashable, Sendable {
    /// The certificate and its chain, PEM.
    package let certificate: String
    /// The private key, PEM.
    package let key: String
    /// The authority that signs every service's certificate, PEM.
    package let authority: String

    /// The paths of the three files.
    package init(certificate: String, key: String, authority: String) {
        self.certificate = certificate
        self.key = key
        self.authority = authority
    }
}

/// The checked settings that all five programs have.
package struct CommonConfiguration: Sendable {
    /// Which of the five it is.
    package let service: ServiceName
    /// What it is run for.
    package let deployment: Deployment
    /// The name of this instance.
    package let instance: String
    /// The least level of log lines.
    package let logLevel: LogLevel
    /// 1 ... 64.
    package let eventLoopCount: Int
    /// Where calls arrive.
    package let listen: SocketAddress
    /// Where health and metrics are shown.
    package let internalListen: SocketAddress
    /// Its own store.
    package let databaseURL: LocationURL
    /// Certificates; `nil` only outside production.
    package let tls: TLSFiles?
    /// The file of the keys of tokens; `nil` only outside production, where callers with tokens are then refused.
    package let tokenKeysPath: String?
    /// How long a stop may take.
    package let drainTime: Duration
    private let endpoints: [ServiceName: [Endpoint]]

    /// The common part of `values`, whose schema `CommonKeys.add(to:)` made.
    ///
    /// - Throws: What only shows between several keys: certificates in part; in production, none or no keys of
    ///   tokens.
    package init(
        _ service: ServiceName,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) {
        let keys = CommonKeys(service)
        self.service = service
        deployment = values[keys.deployment]
        instance = values[keys.instance]
        logLevel = values[keys.logLevel]
        eventLoopCount = values[keys.eventLoopCount]
        listen = values[keys.listen]
        internalListen = values[keys.internalListen]
        databaseURL = values[keys.databaseURL]
        drainTime = values[keys.drainTime]
        tokenKeysPath = values[keys.tokenKeys]
        endpoints = Dictionary(
            uniqueKeysWithValues: ServiceName.allCases.map { service in
                let members = values[CommonKeys.endpointsKey(service)] ?? []
                return (service, members.map { Endpoint(host: $0.host, port: $0.port) })
            }
        )
        var problems: [ConfigurationError.Problem] = []
        do throws(ConfigurationError) {
            tls = try Self.tlsFiles(keys, values)
        } catch {
            tls = nil
            problems += error.problems
        }
        if tokenKeysPath == nil, deployment == .production {
            problems.append(
                .init(
                    keys.tokenKeys.name,
                    "is required in production: without keys every caller is refused; "
                        + KeyFileAdvice.text
                )
            )
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }

    /// Where the instances of `service` are reached; empty where nothing was configured.
    package func endpoints(of service: ServiceName) -> [Endpoint] { endpoints[service] ?? [] }

    private static func tlsFiles(
        _ keys: CommonKeys,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) -> TLSFiles? {
        let all = [keys.certificate, keys.key, keys.authority]
        if let certificate = values[keys.certificate], let key = values[keys.key],
            let authority = values[keys.authority]
        {
            return TLSFiles(certificate: certificate, key: key, authority: authority)
        }
        let missing = all.filter { values[$0] == nil }
        if missing.count < all.count {
            throw ConfigurationError(
                missing.map { .init($0.name, "is required where another NEXORS_TLS_ key is set") }
            )
        }
        guard values[keys.deployment] != .production else {
            throw ConfigurationError(
                missing.map {
                    .init($0.name, "is required in production: services prove who they are")
                }
            )
        }
        return nil
    }
}
