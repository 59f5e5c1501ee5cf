package import Calls
package import Configuration
package import Messages
package import Model
package import Transport
internal import WireFormat

/// What protects and proves the connections between our services.
package enum LinkSecurity: Sendable {
    /// Mutual TLS: both sides show a certificate of the private authority whose DNS name is the service's.
    case mutual(server: TLSContext, client: TLSContext)
    /// Nothing: one machine, outside production. A peer says who it is in HELLO and is believed.
    case plain(own: MethodCaller)

    /// The application protocol of LBP/1 in TLS.
    package static let applicationProtocol = "lbp/1"

    /// The security that a program was configured with.
    ///
    /// - Throws: What is wrong with which file, by its setting.
    package init(_ configuration: CommonConfiguration) throws(ConfigurationError) {
        guard let files = configuration.tls else {
            self = .plain(own: MethodCaller(configuration.service))
            return
        }
        do throws(TLSContextError) {
            self = try .mutual(files)
        } catch {
            throw TLSSettings.links(of: configuration.service).refusal(error)
        }
    }

    /// Mutual TLS with these files.
    ///
    /// - Throws: What is wrong with which file.
    package static func mutual(_ files: TLSFiles) throws(TLSContextError) -> LinkSecurity {
        .mutual(
            server: try TLSContext(
                .mutualServer(
                    certificatePath: files.certificate,
                    privateKeyPath: files.key,
                    authorityPath: files.authority,
                    applicationProtocols: [Self.applicationProtocol]
                )
            ),
            client: try TLSContext(
                .client(
                    authorityPath: files.authority,
                    certificatePath: files.certificate,
                    privateKeyPath: files.key,
                    applicationProtocols: [Self.applicationProtocol]
                )
            )
        )
    }

    /// How a listener protects its channels.
    package var listening: ChannelSecurity {
        switch self {
        case .mutual(let server, _): .server(server)
        case .plain: .plain
        }
    }

    /// How a connection to the service named `name` is protected.
    package func connecting(to name: String) -> ChannelSecurity {
        switch self {
        case .mutual(_, let client): .client(client, expectedName: name)
        case .plain: .plain
        }
    }

    /// What our HELLO carries: nothing under mutual TLS, else our name.
    package var helloToken: [UInt8] {
        switch self {
        case .mutual: []
        case .plain(let own): Array(own.rawValue.utf8)
        }
    }

    /// Reads changed certificates; blocks, so not on a loop.
    ///
    /// - Throws: What is wrong with which file; the old ones stay in use.
    package func reloadIfChanged() throws(TLSContextError) {
        guard case .mutual(let server, let client) = self else { return }
        try server.reloadIfChanged()
        try client.reloadIfChanged()
    }
}

extension MethodCaller {
    /// The caller that a service is in the registry's who-may-call-what list.
    package init(_ service: ServiceName) {
        switch service {
        case .gateway: self = .gateway
        case .ingest: self = .ingest
        case .dispatch: self = .dispatch
        case .payments: self = .payments
        case .billing: self = .billing
        }
    }
}

/// Lets in our own services: by the name in their certificate or, without TLS, by the name they give.
package struct ServiceAuthenticator: PeerAuthenticator {
    private let security: LinkSecurity

    /// An authenticator for the connections that `security` protects.
    package init(_ security: LinkSecurity) {
        self.security = security
    }

    package func authenticate(
        certificateNames: [String],
        token: [UInt8]
    ) throws(CallError) -> AuthenticatedPeer {
        let names: [String]
        switch security {
        case .mutual: names = certificateNames
        case .plain: names = [String(decoding: token, as: UTF8.self)]
        }
        // "driver" is a caller of the registry, but no certificate makes one a driver.
        for name in names {
            if let caller = MethodCaller(rawValue: name), caller != .driver {
                return AuthenticatedPeer(identity: .service(caller))
            }
        }
        throw CallError(
            .unauthenticated,
            "the peer is none of our services: \(names.joined(separator: ", ").prefix(200))"
        )
    }
}
