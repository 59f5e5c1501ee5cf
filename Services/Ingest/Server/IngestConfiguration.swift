package import Configuration
internal import Model
package import Reactor
package import ServiceRuntime
internal import Timekeeping

/// The settings of ingest beside the common ones.
package struct IngestKeys: Sendable {
    /// Where phones connect.
    package let driverListen = CommonKeys.listenKey(
        "NEXORS_DRIVER_LISTEN",
        port: 7102,
        "Where drivers' phones connect (LBP/1 in TLS, without a client certificate)."
    )
    /// The certificate that phones are shown.
    package let driverCertificate = ConfigurationKey<String>.path(
        "NEXORS_DRIVER_TLS_CERTIFICATE",
        "The certificate shown to phones, and its chain (PEM); default: the service's own."
    ).optional()
    /// Its key.
    package let driverKey = ConfigurationKey<String>.path(
        "NEXORS_DRIVER_TLS_KEY",
        "The private key of that certificate (PEM, unencrypted); its rights are not checked."
    ).optional()
    /// How many phones.
    package let driverConnectionCountMax = ConfigurationKey<Int>.integer(
        "NEXORS_DRIVER_CONNECTIONS",
        1...65_536,
        default: "16384",
        "Phones connected at once; needs as many file descriptors."
    )
    /// How many phones behind one address.
    package let driverConnectionsPerAddressMax = ConfigurationKey<Int>.integer(
        "NEXORS_DRIVER_CONNECTIONS_PER_ADDRESS",
        1...65_536,
        default: "16384",
        "Phones connected at once from one address; mobile networks put thousands behind one."
    )
    /// How often drivers who wait are to measure.
    package let fixInterval = ConfigurationKey<Duration>.duration(
        "NEXORS_FIX_INTERVAL",
        .milliseconds(200)...(.seconds(60)),
        default: "2s",
        "How often the phone of a driver without a trip is told to measure; on a trip every second."
    )
    /// How long trails are kept.
    package let trailRetention = ConfigurationKey<Duration>.duration(
        "NEXORS_TRAIL_RETENTION",
        .seconds(3600)...(.seconds(3650 * 86_400)),
        default: "720h",
        "How long the ways of trips are kept."
    )

    /// The keys with their defaults.
    package init() {}

    /// Adds all of them to `schema`.
    package func add(to schema: inout ConfigurationSchema) {
        schema.add(driverListen)
        schema.add([driverCertificate, driverKey])
        schema.add(Failpoint.key)
        schema.add([driverConnectionCountMax, driverConnectionsPerAddressMax])
        schema.add([fixInterval, trailRetention])
    }
}

/// The checked settings of ingest.
package struct IngestConfiguration: Sendable {
    /// Those that all five programs have.
    package let common: CommonConfiguration
    /// Where phones connect.
    package let driverListen: SocketAddress
    /// Certificate and key shown to phones; `nil` only where the services' TLS is off too.
    package let driverTLS: CertificateFiles?
    /// Phones at once.
    package let driverConnectionCountMax: Int
    /// Phones at once from one address.
    package let driverConnectionsPerAddressMax: Int
    /// What phones are told of measuring.
    package let interval: FixInterval
    /// How long the ways of trips are kept.
    package let trailRetention: Duration

    /// The settings in `values`, whose schema `IngestKeys.add(to:)` completed.
    ///
    /// - Throws: What only shows between several keys.
    package init(
        _ common: CommonConfiguration,
        _ values: ConfigurationValues
    ) throws(ConfigurationError) {
        let keys = IngestKeys()
        self.common = common
        driverListen = values[keys.driverListen]
        driverConnectionCountMax = values[keys.driverConnectionCountMax]
        driverConnectionsPerAddressMax = values[keys.driverConnectionsPerAddressMax]
        interval = FixInterval(
            freeMilliseconds: UInt32(clamping: values[keys.fixInterval].wholeMilliseconds)
        )
        trailRetention = values[keys.trailRetention]
        let own = try CertificateFiles.read(keys.driverCertificate, keys.driverKey, in: values)
        driverTLS = own ?? common.tls.map { CertificateFiles($0, of: common.service) }
    }
}
