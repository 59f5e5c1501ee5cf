/// How one attempt to deliver an entry ended, as far as the sender can know.
package enum DeliveryOutcome: Hashable, Sendable {
    /// The receiver answered; whether that is the last word is `CommandReply.isTransient`.
    case replied(CommandReply)
    /// No answer: not reached, cut off, or too late. The effect may have taken place; the inbox tells on retry.
    ///
    /// - Parameters:
    ///   - retryAfter: The least wait that the receiver asked for; nil where it asked for none.
    ///   - because: What the sender saw, in words for operators.
    case unanswered(retryAfter: Duration?, because: String = "no answer")
}

extension CommandReply {
    /// Whether trying again can bring another answer, by the status codes of LBP/1.
    ///
    /// CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED and UNAVAILABLE pass by themselves;
    /// UNIMPLEMENTED and UNAUTHENTICATED end when a rolling upgrade or a change of certificates has come round. A
    /// receiver never stores such an answer, so the retry is judged afresh.
    package var isTransient: Bool {
        switch code {
        case 1, 2, 4, 8, 10, 12, 14, 16: true
        default: false
        }
    }
}
