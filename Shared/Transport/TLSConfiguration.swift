/// What one side of TLS 1.3 shows, trusts and speaks.
///
/// TLS 1.3 only, without early data (which can be replayed), renegotiation or compression.
package struct TLSConfiguration: Hashable, Sendable {
    /// Which side.
    package enum Role: Sendable {
        case server
        case client
    }

    /// The most application protocols.
    package static let applicationProtocolsMax = 8

    /// Which side.
    package let role: Role
    /// The certificate chain shown, a PEM file, our own certificate first; `nil` shows none.
    package let certificatePath: String?
    /// The certificate's unencrypted private key, a PEM file.
    package let privateKeyPath: String?
    /// The authorities trusted, a PEM file; `nil` trusts the system's.
    package let authorityPath: String?
    /// Whether the peer must show a certificate of a trusted authority. Always so for clients.
    package let verifiesPeer: Bool
    /// What is spoken inside, by preference: "lbp/1", "http/1.1". A peer with none of them is refused.
    package let applicationProtocols: [String]
    /// What a client speaks that names no protocol at all; `nil` refuses it.
    package let assumedProtocol: String?

    private init(
        role: Role,
        certificatePath: String?,
        privateKeyPath: String?,
        authorityPath: String?,
        verifiesPeer: Bool,
        applicationProtocols: [String],
        assumedProtocol: String?
    ) {
        precondition(
            (1...Self.applicationProtocolsMax).contains(applicationProtocols.count)
                && applicationProtocols.allSatisfy { (1...255).contains($0.utf8.count) },
            "TLS needs 1 to 8 application protocols"
        )
        self.role = role
        self.certificatePath = certificatePath
        self.privateKeyPath = privateKeyPath
        self.authorityPath = authorityPath
        self.verifiesPeer = verifiesPeer
        self.applicationProtocols = applicationProtocols
        self.assumedProtocol = assumedProtocol
    }

    /// A server at the edge: it shows a certificate and asks for none.
    ///
    /// - Parameter assumedProtocol: what a client speaks that names no protocol; `nil` refuses it.
    package static func server(
        certificatePath: String,
        privateKeyPath: String,
        applicationProtocols: [String],
        assumedProtocol: String? = nil
    ) -> TLSConfiguration {
        TLSConfiguration(
            role: .server,
            certificatePath: certificatePath,
            privateKeyPath: privateKeyPath,
            authorityPath: nil,
            verifiesPeer: false,
            applicationProtocols: applicationProtocols,
            assumedProtocol: assumedProtocol
        )
    }

    /// A server between our services: it lets in holders of a certificate of the private authority, whose names
    /// `ByteChannel.peerNames` tells.
    package static func mutualServer(
        certificatePath: String,
        privateKeyPath: String,
        authorityPath: String,
        applicationProtocols: [String]
    ) -> TLSConfiguration {
        TLSConfiguration(
            role: .server,
            certificatePath: certificatePath,
            privateKeyPath: privateKeyPath,
            authorityPath: authorityPath,
            verifiesPeer: true,
            applicationProtocols: applicationProtocols,
            assumedProtocol: nil
        )
    }

    /// A client that shows no certificate, or one for mutual TLS.
    ///
    /// - Parameter authorityPath: `nil` trusts the system's authorities.
    package static func client(
        authorityPath: String?,
        certificatePath: String? = nil,
        privateKeyPath: String? = nil,
        applicationProtocols: [String]
    ) -> TLSConfiguration {
        TLSConfiguration(
            role: .client,
            certificatePath: certificatePath,
            privateKeyPath: privateKeyPath,
            authorityPath: authorityPath,
            verifiesPeer: true,
            applicationProtocols: applicationProtocols,
            assumedProtocol: nil
        )
    }
}
