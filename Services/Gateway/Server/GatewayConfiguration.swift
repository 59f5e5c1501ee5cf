package import Configuration
package import GatewayCore
package import Reactor
package import ServiceRuntime

/// The gateway's own settings.
package struct GatewayKeys: Sendable {
    /// Where partners arrive.
    package let httpListen = CommonKeys.listenKey(
        "NEXORS_HTTP_LISTEN",
        port: 8443,
        "Where partners arrive: HTTPS, or HTTP outside production without a certificate."
    )
    /// The certificate that partners see.
    package let httpCertificate = ConfigurationKey<String>.path(
        "NEXORS_HTTP_TLS_CERTIFICATE",
        "The certificate that partners see, and its chain (PEM); required in production."
    ).optional()
    /// Its key.
    package let httpKey = ConfigurationKey<String>.path(
        "NEXORS_HTTP_TLS_KEY",
        "The private key of that certificate (PEM, unencrypted); its rights are not checked."
    ).optional()
    /// Over which the secrets of API keys are hashed.
    package let hashSecret = ConfigurationKey<Secret>.secret(
        "NEXORS_API_KEY_SECRET",
        "Over which the secrets of API keys are hashed, 32 bytes or more; changing it voids all keys."
    )
    /// The operator's key.
    package let adminKey = ConfigurationKey<Secret>.secret(
        "NEXORS_ADMIN_KEY",
        "The operator's key for /v1/admin, 32 bytes or more of printable ASCII."
    )
    /// Requests a second of a key without a rate of its own.
    package let requestsPerSecond = ConfigurationKey<Int>.integer(
        "NEXORS_REQUESTS_PER_SECOND",
        1...1_000_000,
        default: "500",
        "Requests a second of an API key without a rate of its own; twice as many may come at once."
    )
    /// Bookings in memory.
    package let cacheCount = ConfigurationKey<Int>.integer(
        "NEXORS_BOOKING_CACHE_COUNT",
        2...10_000_000,
        default: "50000",
        "Bookings kept in memory, some 2 KiB each."
    )

    /// The keys.
    package init() {}

    /// Adds all of them to `schema`.
    package func add(to schema: inout ConfigurationSchema) {
        schema.add(httpListen)
        schema.add([httpCertificate, httpKey])
        schema.add([hashSecret, adminKey])
        schema.add([requestsPerSecond, cacheCount])
        PartnerLimitKeys().add(to: &schema)
        schema.add(Failpoint.key)
    }
}

/// The gateway's checked settings.
package struct GatewayConfiguration: Sendable {
    /// The settings that all five programs have.
    package let common: CommonConfiguration
    /// Where partners arrive.
    package let httpListen: SocketAddress
    /// What partners see; `nil` only outside production.
    package let httpTLS: CertificateFiles?
    /// Over which secrets are hashed.
    package let hashKey: HashKey
    /// The operator's key.
    package let adminKey: Secret
    /// The rate of a key without one of its own.
    package let defaultLimit: TokenBucket.Limit
    /// Bookings in memory.
    package let cacheCount: Int
    /// What clients may hold of the public port.
    package let partnerLimits: PartnerLimits
    /// Where to die, in tests.
    package let failpoint: Failpoint

    /// The settings in `values`, whose schema `GatewayKeys.add(to:)` completed.
    ///
    /// - Throws: What only shows between several keys, and secrets that are too short.
    package init(
        _ common: CommonConfiguration,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) {
        let keys = GatewayKeys()
        self.common = common
        httpListen = values[keys.httpListen]
        adminKey = values[keys.adminKey]
        cacheCount = values[keys.cacheCount]
        partnerLimits = PartnerLimits(values)
        failpoint = try Failpoint(
            values,
            common.deployment,
            places: GatewayPlace.allCases.map(\.rawValue)
        )
        let rate = UInt64(values[keys.requestsPerSecond])
        var problems: [ConfigurationError.Problem] = []
        var httpTLS: CertificateFiles?
        do throws(ConfigurationError) {
            httpTLS = try CertificateFiles.read(
                keys.httpCertificate,
                keys.httpKey,
                in: values
            )
            if httpTLS == nil, common.deployment == .production {
                problems.append(.init(keys.httpCertificate.name, "is required in production"))
            }
        } catch {
            problems += error.problems
        }
        self.httpTLS = httpTLS
        if common.tokenKeysPath == nil {
            problems.append(.init("NEXORS_TOKEN_KEYS", "is required: the gateway signs tokens"))
        }
        let adminText = values[keys.adminKey].reveal()
        let isPrintable = adminText.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        if adminText.utf8.count < CredentialBook.adminByteCountMin || !isPrintable {
            problems.append(
                .init(
                    keys.adminKey.name,
                    "needs 32 bytes or more of printable ASCII without blanks"
                )
            )
        }
        guard
            let hashKey = try? HashKey(Array(values[keys.hashSecret].reveal().utf8)),
            let limit = TokenBucket.Limit(burst: min(1_000_000, rate * 2), perSecond: rate),
            problems.isEmpty
        else {
            throw ConfigurationError(
                problems.isEmpty
                    ? [.init(keys.hashSecret.name, "needs 32 bytes or more")] : problems
            )
        }
        self.hashKey = hashKey
        defaultLimit = limit
    }

    /// Which keys of partners are good here.
    package var keyEnvironment: APIKeyText.Environment {
        common.deployment == .production ? .live : .test
    }
}
