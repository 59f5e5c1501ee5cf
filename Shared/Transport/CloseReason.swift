/// Why a channel ended, or could not be made.
package struct CloseReason: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened; raw values are fixed, they are in logs and metrics.
    package enum Code: UInt16, Sendable, CaseIterable {
        /// We closed it.
        case closedHere = 1
        /// The peer ended it in order.
        case ended = 2
        /// The peer or the network cut it off.
        case reset = 3
        /// The peer read nothing for too long with bytes queued: a slow consumer.
        case writeStalled = 4
        /// More unused input than the limit.
        case inputOverflow = 5
        /// More queued output than the limit.
        case outputOverflow = 6
        /// No connection within the time allowed.
        case connectFailed = 7
        /// The TLS handshake did not end in time.
        case handshakeTimedOut = 20
        /// The peer speaks something else than TLS.
        case notTLS = 21
        /// The peer does not speak TLS 1.3.
        case versionRefused = 22
        /// The peer's certificate, or ours in its eyes, has expired or is not valid yet.
        case certificateExpired = 23
        /// The peer's certificate, or ours in its eyes, comes from another authority.
        case authorityUnknown = 24
        /// The peer's certificate is for another name.
        case nameMismatch = 25
        /// No client certificate was shown.
        case certificateMissing = 26
        /// The peer's certificate, or ours in its eyes, is wrong in another way.
        case certificateRefused = 27
        /// The two have no application protocol in common.
        case protocolMismatch = 28
        /// The peer ended the connection without ending TLS: bytes may be missing.
        case truncated = 29
        /// TLS failed in another way; the message holds the library's words.
        case tlsFailed = 30
    }

    /// What happened.
    package let code: Code
    /// One sentence for an operator.
    package let message: String

    /// A reason in words.
    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }

    /// We closed it, with nothing to add.
    package static let closedHere = CloseReason(.closedHere, "closed here")
    /// The peer ended it in order.
    package static let ended = CloseReason(.ended, "the peer ended the connection")
}
