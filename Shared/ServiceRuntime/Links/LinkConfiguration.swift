package import Calls
package import Configuration
package import Crypto
package import Messages
internal import Model
package import Timekeeping
package import WireConnection
internal import WireFormat

extension Deployment {
    /// What HELLO carries, so that a rehearsal and production never talk to each other.
    package var environmentNumber: UInt64 {
        switch self {
        case .production: 1
        case .demo: 2
        case .test: 3
        }
    }
}

extension CommonConfiguration {
    /// Tells this process from the one before it in its peers' logs.
    private static let process = UInt128.random(in: 1 ... .max)

    /// What all connections between our services are made with.
    package var connection: ConnectionConfiguration {
        ConnectionConfiguration(
            profile: .betweenServices,
            agent: "\(service.text)/\(BuildInfo.version)",
            environment: deployment.environmentNumber,
            instance: Self.process
        )
    }
}

/// Trusts nobody: for a program that was given no keys to check caller tokens with.
package struct NoCallers: CallerVerifier {
    /// A verifier that refuses every token.
    package init() {}

    package func verify(
        _ token: [UInt8],
        for service: RegistryService,
        now: WallTime
    ) throws(CallError) -> CallerToken {
        throw CallError(.unauthenticated, "no keys are configured to check caller tokens with")
    }
}

/// What a program's connections are proven and protected by, read once at start.
package struct LinkCredentials: Sendable {
    /// Certificates, or none.
    package let security: LinkSecurity
    /// The keys of tokens; `nil` where `NEXORS_TOKEN_KEYS` names none.
    package let keys: SigningKeySet?
    private static let keysSetting = "NEXORS_TOKEN_KEYS"

    /// The credentials that a program was configured with.
    ///
    /// - Throws: What is wrong with which file, by its setting.
    package init(_ configuration: CommonConfiguration) throws(ConfigurationError) {
        security = try LinkSecurity(configuration)
        do throws(CryptoError) {
            keys = try configuration.tokenKeysPath.map { path throws(CryptoError) in
                try SigningKeySet(path: path)
            }
        } catch {
            throw ConfigurationError([
                .init(Self.keysSetting, "\(error.message); \(KeyFileAdvice.text)")
            ])
        }
    }

    /// The keys of tokens, for a service that signs some.
    ///
    /// - Parameter purpose: What it signs, said to whoever left its private key out.
    /// - Throws: Where `NEXORS_TOKEN_KEYS` names no file, or one without a private key.
    package func signingKeys(for purpose: String) throws(ConfigurationError) -> SigningKeySet {
        let fault: String
        if let keys {
            guard keys.current.keys.signingKey == nil else { return keys }
            fault = "\(keys.path) holds no private key: \(purpose)"
        } else {
            fault = "is required: \(purpose)"
        }
        throw ConfigurationError([
            .init(Self.keysSetting, "\(fault); \(KeyFileAdvice.text)")
        ])
    }

    /// Checks caller tokens, or refuses all.
    package var callers: any CallerVerifier {
        keys.map { CallerTokenVerifier($0) } ?? NoCallers()
    }
}

extension CallContext {
    /// Makes sure that whoever the call is made for may do what `scope` says; a service that calls for itself may.
    ///
    /// - Throws: `.permissionDenied`.
    package func require(_ scope: TokenScopes) throws(CallError) {
        guard let caller else { return }
        guard TokenScopes(rawValue: caller.scopes).contains(scope) else {
            throw CallError(
                .permissionDenied,
                "the caller's token does not allow \(method.name)",
                isNotProcessed: true
            )
        }
    }
}
