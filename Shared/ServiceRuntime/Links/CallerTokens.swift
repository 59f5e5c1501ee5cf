package import Calls
package import Crypto
package import Messages
internal import Model
internal import Synchronization
package import Timekeeping
internal import WireFormat

/// The kinds of token and the contexts that keep one from passing as another.
package enum TokenContext {
    /// On whose behalf a service calls another.
    package static let caller = "caller"
    /// Who a driver's phone is.
    package static let driver = "driver"
    /// How long a caller token holds.
    package static let callerLife = Duration.seconds(60)
    /// How long a driver token holds: one shift.
    package static let driverLife = Duration.seconds(12 * 3600)
    /// How far two machines' clocks may differ before a fresh token looks like one of the future.
    package static let clockSkewMax = Duration.seconds(5)
}

/// Signs the tokens that a service issues.
package struct TokenSigner: Sendable {
    private let keys: SigningKeySet

    /// A signer with the first private key of `keys`.
    package init(_ keys: SigningKeySet) {
        self.keys = keys
    }

    /// A caller token; its times and nonce are the caller's to fill.
    ///
    /// - Throws: `.unknownKey` where the file holds no private key.
    package func sign(_ token: CallerToken) throws(CryptoError) -> [UInt8] {
        try sign(token, context: TokenContext.caller)
    }

    /// A driver token.
    ///
    /// - Throws: `.unknownKey` where the file holds no private key.
    package func sign(_ token: DriverToken) throws(CryptoError) -> [UInt8] {
        try sign(token, context: TokenContext.driver)
    }

    private func sign(_ token: some WireMessage, context: String) throws(CryptoError) -> [UInt8] {
        guard let key = keys.current.keys.signingKey else {
            throw CryptoError(.unknownKey, "the key file \(keys.path) holds no private key")
        }
        do {
            let payload = try token.encoded()
            return try SignedToken(payload: payload, context: context, key: key).bytes
        } catch let error as CryptoError {
            throw error
        } catch {
            throw CryptoError(.malformed, "a token does not encode")
        }
    }
}

/// Checks caller tokens: signature (remembered), audience and time (each time anew).
package final class CallerTokenVerifier: CallerVerifier {
    /// Tokens remembered: at 60 s of life and one per partner and service, more than any gateway issues.
    package static let cacheCapacity = 16_384

    private let keys: SigningKeySet
    private let cache: Mutex<VerifiedTokenCache>

    /// A verifier that trusts the keys of `keys`.
    package init(_ keys: SigningKeySet) {
        self.keys = keys
        cache = Mutex(
            VerifiedTokenCache(context: TokenContext.caller, capacity: Self.cacheCapacity)
        )
    }

    package func verify(
        _ token: [UInt8],
        for service: RegistryService,
        now: WallTime
    ) throws(CallError) -> CallerToken {
        let verified = try TokenCheck.payload(of: token, cache, keys)
        let caller = try TokenCheck.decode(CallerToken.self, verified)
        try TokenCheck.times(issuedAt: caller.issuedAt, expiresAt: caller.expiresAt, now: now)
        guard caller.audience == service.rawValue else {
            throw CallError(.unauthenticated, "the caller token is for another service")
        }
        return caller
    }
}

/// Lets in drivers' phones by their token.
package final class DriverAuthenticator: PeerAuthenticator {
    /// Tokens remembered: a driver reconnects often and his token lives for a shift.
    package static let cacheCapacity = 65_536

    private let keys: SigningKeySet
    private let cache: Mutex<VerifiedTokenCache>
    private let time: any TimeSource

    /// An authenticator that trusts the keys of `keys`.
    package init(_ keys: SigningKeySet, time: any TimeSource) {
        self.keys = keys
        self.time = time
        cache = Mutex(
            VerifiedTokenCache(context: TokenContext.driver, capacity: Self.cacheCapacity)
        )
    }

    package func authenticate(
        certificateNames: [String],
        token: [UInt8]
    ) throws(CallError) -> AuthenticatedPeer {
        let verified = try TokenCheck.payload(of: token, cache, keys)
        let driver = try TokenCheck.decode(DriverToken.self, verified)
        try TokenCheck.times(
            issuedAt: driver.issuedAt,
            expiresAt: driver.expiresAt,
            now: time.wallTime
        )
        guard
            driver.audience == RegistryService.ingest.rawValue,
            TokenScopes(rawValue: driver.scopes).contains(.drive),
            !driver.driver.isNone
        else { throw CallError(.unauthenticated, "the token does not let anybody drive") }
        return AuthenticatedPeer(
            identity: .driver(tenant: driver.tenant, driver: driver.driver),
            tokenExpiresAt: driver.expiresAt
        )
    }
}

/// The steps that both kinds of token share.
private enum TokenCheck {
    static func payload(
        of token: [UInt8],
        _ cache: borrowing Mutex<VerifiedTokenCache>,
        _ keys: SigningKeySet
    ) throws(CallError) -> [UInt8] {
        let outcome = cache.withLock { cache -> Result<[UInt8], CryptoError> in
            do throws(CryptoError) {
                let signed = try SignedToken(bytes: token)
                return .success(try cache.payload(of: signed, current: keys.current))
            } catch {
                return .failure(error)
            }
        }
        switch outcome {
        case .success(let payload): return payload
        case .failure(let error): throw CallError(.unauthenticated, error.message)
        }
    }

    static func decode<Token: WireMessage>(
        _ type: Token.Type,
        _ payload: [UInt8]
    ) throws(CallError) -> Token {
        do {
            return try Token(decoding: payload)
        } catch {
            throw CallError(.unauthenticated, "a signed token does not decode: \(error)")
        }
    }

    static func times(
        issuedAt: WallTime,
        expiresAt: WallTime,
        now: WallTime
    ) throws(CallError) {
        guard issuedAt <= now.advanced(by: TokenContext.clockSkewMax) else {
            throw CallError(.unauthenticated, "the token is not valid yet")
        }
        guard now < expiresAt else { throw CallError(.unauthenticated, "the token has expired") }
    }
}
