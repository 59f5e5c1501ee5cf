internal import Crypto
internal import Glibc
internal import Model

/// The keys and secrets of an installation as programs in containers find them: a folder for each program, mounted at
/// `/etc/nexors`, and in it one for each Secret of the Kubernetes base.
///
///     gateway/tls/{tls.crt,tls.key,ca.crt}  gateway/public-tls/{tls.crt,tls.key}
///     gateway/token-keys/keys.pem           gateway/secrets/{api-key-secret,admin-key}
///     ingest/driver-tls/{tls.crt,tls.key}   payments/paypal/{client-id,client-secret}
///     and tls and token-keys for each of the five
package struct SecretsFolder: Sendable {
    /// Whom the images' programs run as.
    package static let owner: UInt32 = 10_001

    /// One file of it.
    package struct File: Hashable, Sendable {
        /// Where it lies, from the folder on.
        package let path: String
        /// What is in it.
        package let bytes: [UInt8]
    }

    /// What payments proves itself with to PayPal.
    package struct ProviderCredentials: Hashable, Sendable {
        /// The client id.
        package let clientID: String
        /// Its secret.
        package let secret: String

        /// The two halves.
        package init(clientID: String, secret: String) {
            self.clientID = clientID
            self.secret = secret
        }
    }

    /// Its files, in the order of writing.
    package let files: [File]

    /// The folder for `installation`, whose keys are complete.
    ///
    /// - Throws: The key that cannot be read.
    package init(
        _ installation: Installation,
        _ provider: ProviderCredentials
    ) throws(OperatorError) {
        typealias Key = KeyMaterial.File
        var sources: [(path: String, key: String)] = []
        for service in ServiceName.allCases {
            let name = service.text
            sources += [
                ("\(name)/tls/tls.crt", "\(name).crt"), ("\(name)/tls/tls.key", "\(name).key"),
                ("\(name)/tls/ca.crt", Key.authority),
            ]
            switch service {
            case .gateway:
                sources += [
                    ("gateway/public-tls/tls.crt", "public.crt"),
                    ("gateway/public-tls/tls.key", "public.key"),
                    ("gateway/token-keys/keys.pem", Key.gatewaySigning),
                    ("gateway/secrets/api-key-secret", Key.keyHashSecret),
                    ("gateway/secrets/admin-key", Key.adminKey),
                ]
            case .ingest:
                sources += [
                    ("ingest/driver-tls/tls.crt", "drivers.crt"),
                    ("ingest/driver-tls/tls.key", "drivers.key"),
                    ("ingest/token-keys/keys.pem", Key.ingestTokenKeys),
                ]
            case .dispatch, .payments, .billing:
                sources.append(("\(name)/token-keys/keys.pem", Key.tokenKeys))
            }
        }
        var files: [File] = []
        for (path, key) in sources {
            do {
                files.append(File(path: path, bytes: try SecretFile.read(installation.key(key))))
            } catch {
                throw OperatorError(error.message)
            }
        }
        files += [
            File(path: "payments/paypal/client-id", bytes: Array(provider.clientID.utf8)),
            File(path: "payments/paypal/client-secret", bytes: Array(provider.secret.utf8)),
        ]
        self.files = files
    }

    /// Writes all of it under `folder`: files of mode 0600 in folders of 0700, each renamed into place so that a
    /// program that reads meanwhile sees the old or the new one.
    ///
    /// - Parameter owner: Who gets them; `nil` leaves them with whoever runs this.
    /// - Throws: The path that cannot be made.
    package func write(to folder: String, owner: UInt32?) throws(OperatorError) {
        for file in files {
            let path = "\(folder)/\(file.path)"
            var made = folder
            for part in [""] + file.path.split(separator: "/").dropLast().map(String.init) {
                if !part.isEmpty { made += "/\(part)" }
                guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw Self.failure(made) }
                try Self.give(made, to: owner)
            }
            do {
                try SecretFile.write(file.bytes, to: path)
            } catch {
                throw OperatorError(error.message)
            }
            try Self.give(path, to: owner)
        }
    }

    private static func give(_ path: String, to owner: UInt32?) throws(OperatorError) {
        guard let owner else { return }
        guard chown(path, owner, owner) == 0 else { throw failure(path) }
    }

    private static func failure(_ path: String) -> OperatorError {
        OperatorError(
            "\(path) cannot be written: \(String(cString: strerror(errno))).",
            advice: "Name another folder, or correct its rights."
        )
    }
}
