package import Messages
package import Model
package import WireFormat

/// A call that a server ended with another status than OK; for the log.
package struct FailedCall: Sendable {
    /// What the registry says of its method; `nil` for one that is not served here.
    package let method: MethodDescriptor?
    /// The number of the service that it names.
    package let serviceNumber: UInt16
    /// The method's number within the service.
    package let methodNumber: UInt16
    /// Who opened it; `nil` for a peer that was not let in.
    package let peer: PeerIdentity?
    /// What makes a retry the same wish, by which a sender's log is joined; "none" where nothing changes.
    package let key: IdempotencyKey
    /// W3C trace id; 0 for none.
    @Halved package private(set) var traceID: UInt128
    /// The caller's span; 0 for none.
    package let spanID: UInt64
    /// What the caller is told.
    package let error: CallError
    /// Whether the server takes no more calls: then its callers are sent elsewhere, and that is no news.
    package let isDraining: Bool

    /// A call that was refused before its handler.
    init(
        _ call: CallBlock,
        _ method: MethodDescriptor?,
        of peer: PeerIdentity?,
        _ error: CallError,
        isDraining: Bool
    ) {
        self.method = method
        serviceNumber = call.service
        methodNumber = call.method
        self.peer = peer
        key = IdempotencyKey(bits: call.idempotencyKey)
        traceID = call.traceID
        spanID = call.parentSpanID
        self.error = error
        self.isDraining = isDraining
    }

    /// A call whose handler failed, or was too late.
    init(_ context: CallContext, _ error: CallError, isDraining: Bool) {
        method = context.method
        serviceNumber = context.method.service.rawValue
        methodNumber = context.method.id
        peer = context.peer
        key = context.key
        traceID = context.traceID
        spanID = context.spanID
        self.error = error
        self.isDraining = isDraining
    }
}
