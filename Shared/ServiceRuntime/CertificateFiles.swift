package import Configuration

/// A certificate and its private key that a program shows to the outside, by path: both or neither.
package struct CertificateFiles: Hashable, Sendable {
    /// The file of the certificate and its chain, PEM.
    package let certificate: String
    /// The file of the private key, PEM.
    package let key: String

    /// The two paths.
    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
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
        case (let certificate?, let key?):
            return CertificateFiles(certificate: certificate, key: key)
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
}
