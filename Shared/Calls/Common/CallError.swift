internal import Timekeeping
package import WireFormat

/// Why a call failed: the status that the peer sent, or what stands for it where none came.
package struct CallError: Error, Hashable, Sendable {
    /// What the caller may do about it.
    package let code: StatusCode
    /// The service's own finer code from the registry; 0 where there is none.
    package let subCode: UInt16
    /// How long the peer asks to wait before another try.
    package let retryAfter: Duration?
    /// The peer promises that nothing happened: any call may be tried again.
    package let isNotProcessed: Bool
    /// The connection was lost with the call under way: the outcome is unknown.
    package let isConnectionLost: Bool
    /// For operators; never shown to end users and never holding internals of the peer.
    package let message: String

    /// A failure of this code.
    package init(
        _ code: StatusCode,
        _ message: String,
        subCode: UInt16 = 0,
        retryAfter: Duration? = nil,
        isNotProcessed: Bool = false,
        isConnectionLost: Bool = false
    ) {
        self.code = code
        self.message = message
        self.subCode = subCode
        self.retryAfter = retryAfter
        self.isNotProcessed = isNotProcessed
        self.isConnectionLost = isConnectionLost
    }

    /// The failure that a STATUS frame tells.
    package init(_ status: StatusPayload) {
        self.init(
            status.code,
            status.text,
            subCode: status.subCode,
            retryAfter: status.retryAfterMilliseconds == 0
                ? nil : .milliseconds(Int64(status.retryAfterMilliseconds)),
            isNotProcessed: status.notProcessed
        )
    }

    /// The STATUS frame's payload that tells the failure.
    package var status: StatusPayload {
        StatusPayload(
            code,
            subCode: subCode,
            retryAfterMilliseconds: UInt32(
                clamping: retryAfter.map { max(0, $0.wholeMilliseconds) } ?? 0
            ),
            notProcessed: isNotProcessed,
            text: message
        )
    }

    /// No endpoint of the service is connected; nothing was sent.
    package static func noEndpoint(_ service: String) -> CallError {
        CallError(.unavailable, "no endpoint of \(service) is connected", isNotProcessed: true)
    }

    /// The connection went with the call under way.
    package static var connectionLost: CallError {
        CallError(.unavailable, "the connection was lost", isConnectionLost: true)
    }

    /// The caller's time ran out.
    package static func deadlineExceeded(isNotProcessed: Bool = false) -> CallError {
        CallError(
            .deadlineExceeded,
            "the call's time ran out",
            isNotProcessed: isNotProcessed
        )
    }
}
