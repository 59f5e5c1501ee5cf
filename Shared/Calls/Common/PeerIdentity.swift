package import Messages
package import Model
package import Timekeeping

/// Who is at the other end of a connection, proven by certificate or token.
package enum PeerIdentity: Hashable, Sendable {
    /// One of the five programs, or the operator's command: the name in its certificate.
    case service(MethodCaller)
    /// A driver's phone, by its token.
    case driver(tenant: TenantID, driver: DriverID)

    /// What the registry's who-may-call-what list knows the peer as.
    package var caller: MethodCaller {
        switch self {
        case .service(let caller): caller
        case .driver: .driver
        }
    }
}

/// A peer that was let in.
package struct AuthenticatedPeer: Hashable, Sendable {
    /// Who it is.
    package let identity: PeerIdentity
    /// When its token expires, real time; `nil` for certificates, whose end the next handshake meets.
    package let tokenExpiresAt: WallTime?

    /// A peer that may stay until its token expires, or for ever without one.
    package init(identity: PeerIdentity, tokenExpiresAt: WallTime? = nil) {
        self.identity = identity
        self.tokenExpiresAt = tokenExpiresAt
    }
}

/// Decides who a new connection is; called on the connection's loop, once for each and again for a new token.
package protocol PeerAuthenticator: Sendable {
    /// - Parameters:
    ///   - certificateNames: The DNS names of the peer's verified certificate; empty where it showed none.
    ///   - token: The token of HELLO or AUTH; empty where there is none.
    /// - Throws: A text for our own log; the peer learns only that it was refused.
    func authenticate(
        certificateNames: [String],
        token: [UInt8]
    ) throws(CallError) -> AuthenticatedPeer
}

/// Checks a caller token and says on whose behalf a call is made.
package protocol CallerVerifier: Sendable {
    /// - Parameters:
    ///   - token: As it came in OPEN.
    ///   - service: Our own number, which the token's audience must be.
    ///   - now: Real time.
    /// - Throws: `.unauthenticated`.
    func verify(
        _ token: [UInt8],
        for service: RegistryService,
        now: WallTime
    ) throws(CallError) -> CallerToken
}
