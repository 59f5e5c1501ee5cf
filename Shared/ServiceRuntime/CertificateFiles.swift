package import Configuration
package import Model
package import Transport

/// A certificate and its private key that a program shows to the outside, by path: both or neither.
package struct CertificateFiles: Hashable, Sendable {
    /// The file of the certificate and its chain, PEM.
    package let certificate: String
    /// The file of the private key, PEM.
    package let key: String
    private let settings: TLSSettings

    private init(certificate: String, key: String, settings: TLSSettings) {
        self.certificate = certificate
        self.key = key
        self.settings = settings
    }

    /// What `service` shows to the other services, for outsiders who trust the same authority.
    package init(_ files: TLSFiles, of service: ServiceName) {
        self.init(
            certificate: files.certificate,
            key: files.key,
            settings: .links(of: service)
        )
    }

    /// What two settings name; `nil` where neither does.
    ///
    /// - Throws: Where one is set alone; names the other.
    package static func read(
        _ certificate: ConfigurationKey<String?>,
        _ key: ConfigurationKey<String?>,
        in values: ConfigurationValues
    ) throws(ConfigurationError) -> CertificateFiles? {
        switch (values[certificate], values[key]) {
        case (nil, nil): return nil
        case (let certificatePath?, let keyPath?):
            return CertificateFiles(
                certificate: certificatePath,
                key: keyPath,
                settings: TLSSettings(certificate: certificate.name, key: key.name)
            )
        case (nil, _?):
            throw ConfigurationError([
                .init(certificate.name, "is required where \(key.name) is set")
            ])
        case (_?, nil):
            throw ConfigurationError([
                .init(key.name, "is required where \(certificate.name) is set")
            ])
        }
    }

    /// What a port shows that asks nobody for a certificate.
    ///
    /// - Parameters:
    ///   - applicationProtocols: What is spoken there.
    ///   - assumedProtocol: What a client speaks that names no protocol; `nil` refuses it.
    /// - Throws: What is wrong with which file, by its setting.
    package func serverContext(
        applicationProtocols: [String],
        assumedProtocol: String? = nil
    ) throws(ConfigurationError) -> TLSContext {
        do throws(TLSContextError) {
            return try TLSContext(
                .server(
                    certificatePath: certificate,
                    privateKeyPath: key,
                    applicationProtocols: applicationProtocols,
                    assumedProtocol: assumedProtocol
                )
            )
        } catch {
            throw settings.refusal(error)
        }
    }
}
