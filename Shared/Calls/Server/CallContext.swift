package import Messages
package import Model
package import Timekeeping
package import WireFormat

/// What a handler knows about the call beside its request.
package struct CallContext: Sendable {
    /// The method with its handler.
    let route: CallRoute
    /// Who opened the call.
    package let peer: PeerIdentity
    /// The fleet that the call names; a driver's is that of his token.
    package let tenant: TenantID
    /// What makes a retry the same wish; "none" only on methods that change nothing.
    package let key: IdempotencyKey
    let verified: VerifiedCaller?
    /// When the caller stops waiting; `nil` for streams without end.
    package let deadline: Instant?
    /// W3C trace id; 0 for none.
    @Halved package private(set) var traceID: UInt128
    /// The caller's span; 0 for none.
    package let spanID: UInt64
    /// 0 for the first try.
    package let attempt: UInt8

    /// The method, as the registry has it.
    package var method: MethodDescriptor { route.method }

    /// On whose behalf, verified; `nil` where the peer acts for itself.
    package var caller: CallerToken? { verified?.token }

    /// What is left of the caller's time for a call further on, with 5 ms kept for the way back.
    ///
    /// - Returns: `nil` where there is no deadline; zero or less where it is too late to call.
    package func remaining(at now: Instant) -> Duration? {
        deadline.map { now.duration(to: $0) - .milliseconds(5) }
    }
}

/// A verified caller token, behind a reference so that a context is small.
final class VerifiedCaller: Sendable {
    let token: CallerToken

    init(_ token: CallerToken) {
        self.token = token
    }
}
