/// Places of a booking's way at which a test may end the process (`NEXORS_FAILPOINT`).
package enum GatewayPlace: String, CaseIterable, Sendable {
    /// The idempotency key is claimed with the ids of the booking and its effect; dispatch knows nothing yet.
    case afterIdempotencyStored = "gateway.after_idempotency_stored"
    /// Dispatch has the booking; the answer is not stored, and nobody has heard it.
    case beforeAnswerStored = "gateway.before_answer_stored"
    /// The answer is stored, whether its caller has heard it or not.
    case afterAnswerStored = "gateway.after_answer_stored"
}
