/// Why there is no complete answer to a request.
package struct HTTPClientError: Error, Equatable, Sendable {
    /// What the peer may have done: what money must know before it tries again.
    package enum Outcome: UInt8, Sendable {
        /// Not one byte of the request left: the peer knows nothing of it.
        case notSent = 1
        /// The request, or part of it, left: it may have been processed. Ask before trying again, or repeat it
        /// under the same idempotency key.
        case unknown = 2
    }

    /// What happened; raw values are fixed.
    package enum Code: UInt8, Sendable {
        /// The request itself is wrong: never try again.
        case invalidRequest = 1
        /// The host's name is not known, or its servers are silent.
        case nameNotResolved = 2
        /// The host has no address that our policy allows.
        case addressRefused = 3
        /// No connection.
        case connectFailed = 4
        /// TLS failed: wrong authority, name or version.
        case tlsFailed = 5
        /// A time limit ran out.
        case timedOut = 6
        /// The connection broke, or the answer broke the rules of HTTP.
        case connectionLost = 7
        /// The answer's body exceeds the limit.
        case responseTooLarge = 8
        /// The answer's headers exceed the limit.
        case headersTooLarge = 9
        /// The calling task was cancelled.
        case cancelled = 10
        /// Too many requests are under way: try again later.
        case overloaded = 11
        /// The client is closed.
        case closed = 12
        /// libcurl failed in another way; the message has its words.
        case other = 13
    }

    /// What the peer may have done.
    package let outcome: Outcome
    /// What happened.
    package let code: Code
    /// The request's number.
    package let id: UInt64
    /// The status, where a head of an answer came before it broke off.
    package let status: UInt16?
    /// One sentence for an operator; names the host at most.
    package let message: String
}
