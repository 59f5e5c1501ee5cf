package import Configuration
package import Model
package import Transport

/// Which settings name the files of a TLS context: what is wrong with a file is told as a fault of its setting.
package struct TLSSettings: Hashable, Sendable {
    /// The setting that names the certificate and its chain.
    package let certificate: String
    /// The setting that names the certificate's private key.
    package let key: String
    /// The setting that names the authorities; `nil` where none does, so that none can be at fault.
    package let authority: String?

    /// The settings of these names.
    package init(certificate: String, key: String, authority: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.authority = authority
    }

    /// Those of the certificates between services, by which `service` proves who it is.
    package static func links(of service: ServiceName) -> TLSSettings {
        let keys = CommonKeys(service)
        return TLSSettings(
            certificate: keys.certificate.name,
            key: keys.key.name,
            authority: keys.authority.name
        )
    }

    /// Makes sure that a file of authorities can be used which is otherwise read only when something connects.
    ///
    /// - Parameter setting: What names the file.
    /// - Throws: Why it cannot, by its setting.
    package static func checkAuthorities(
        at path: String,
        setting: String
    ) throws(ConfigurationError) {
        do throws(TLSContextError) {
            _ = try TLSContext(.client(authorityPath: path, applicationProtocols: ["http/1.1"]))
        } catch {
            let advice =
                "name a file of certificates (PEM), or none to trust the system's authorities"
            throw ConfigurationError([.init(setting, "\(error.message); \(advice)")])
        }
    }

    /// What is said to whoever set the file that `error` is about.
    package func refusal(_ error: TLSContextError) -> ConfigurationError {
        let setting =
            switch error.file {
            case .authority: authority ?? certificate
            case .privateKey: key
            // Where OpenSSL itself fails, no file is at fault; the first stands for all of them.
            case .certificate, nil: certificate
            }
        return ConfigurationError([.init(setting, "\(error.message); \(KeyFileAdvice.text)")])
    }
}
