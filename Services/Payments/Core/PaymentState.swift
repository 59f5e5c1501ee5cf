/// Where a payment stands. Raw values are stored and travel on the wire; they are never reused.
///
/// Which state follows which, and why, is `PaymentTransition.table`, the only place that says so.
package enum PaymentState: UInt8, Hashable, Sendable, CaseIterable {
    /// Wanted; the provider holds nothing yet.
    case created = 1
    /// The payer has to approve at the provider before anything can be held.
    case requiresAction = 2
    /// Shown, never stored: the provider has accepted an operation and has not decided on it.
    case processing = 3
    /// The whole amount is held.
    case authorised = 4
    /// A part is taken, the rest is still held.
    case partiallyCaptured = 5
    /// Taken; nothing is held any more.
    case captured = 6
    /// Released before anything was taken. Final.
    case voided = 7
    /// The hold, or the payer's time to approve, ran out before anything was taken. Final.
    case expired = 8
    /// Refused by the provider or the payer's bank. Final.
    case declined = 9
    /// A part of what was taken has gone back.
    case partiallyRefunded = 10
    /// All that was taken has gone back. Final.
    case refunded = 11
    /// Shown, never stored: the outcome of an operation is not known and is being found out.
    case unknown = 12

    /// Whether nothing can follow.
    package var isFinal: Bool {
        self != .processing && self != .unknown
            && !PaymentTransition.table.contains { $0.from == self }
    }

    /// Whether the provider holds money for the payer.
    package var isHolding: Bool {
        self == .authorised || self == .partiallyCaptured
    }
}

/// What moves a payment from one state to another: always something that is known to have happened.
package enum PaymentCause: UInt8, Hashable, Sendable, CaseIterable {
    /// The provider asks for the payer.
    case payerMustAct = 1
    /// The provider holds the amount.
    case held = 2
    /// The provider, or the payer's bank, refused for good.
    case refused = 3
    /// The provider let go of what was held; or nothing was held and nobody wants it any more.
    case released = 4
    /// The hold ran out.
    case lapsed = 5
    /// A capture that leaves the rest held.
    case tookPart = 6
    /// A capture that leaves nothing held.
    case tookLast = 7
    /// A refund that leaves something taken.
    case returnedPart = 8
    /// A refund of all that was left.
    case returnedLast = 9
}

/// One row of the state machine: `cause` in state `from` leads to `to`. Nothing else is possible.
package struct PaymentTransition: Hashable, Sendable {
    /// The state before.
    package let from: PaymentState
    /// What happened.
    package let cause: PaymentCause
    /// The state after.
    package let to: PaymentState

    init(_ from: PaymentState, _ cause: PaymentCause, _ to: PaymentState) {
        self.from = from
        self.cause = cause
        self.to = to
    }

    /// The whole machine. All rows go forward: no path leads back to an earlier state (a test walks them).
    ///
    /// `processing` and `unknown` are no rows: they are how a payment is shown while an operation is under
    /// way, and where it goes from there is decided by the state below and by the amounts.
    package static let table: [PaymentTransition] = [
        PaymentTransition(.created, .payerMustAct, .requiresAction),
        PaymentTransition(.created, .held, .authorised),
        PaymentTransition(.created, .refused, .declined),
        PaymentTransition(.created, .released, .voided),
        PaymentTransition(.created, .lapsed, .expired),
        PaymentTransition(.requiresAction, .held, .authorised),
        PaymentTransition(.requiresAction, .refused, .declined),
        PaymentTransition(.requiresAction, .released, .voided),
        PaymentTransition(.requiresAction, .lapsed, .expired),
        PaymentTransition(.authorised, .tookPart, .partiallyCaptured),
        PaymentTransition(.authorised, .tookLast, .captured),
        PaymentTransition(.authorised, .released, .voided),
        PaymentTransition(.authorised, .lapsed, .expired),
        PaymentTransition(.partiallyCaptured, .tookPart, .partiallyCaptured),
        PaymentTransition(.partiallyCaptured, .tookLast, .captured),
        // What was taken stays taken when the rest is let go or runs out.
        PaymentTransition(.partiallyCaptured, .released, .captured),
        PaymentTransition(.partiallyCaptured, .lapsed, .captured),
        PaymentTransition(.captured, .returnedPart, .partiallyRefunded),
        PaymentTransition(.captured, .returnedLast, .refunded),
        PaymentTransition(.partiallyRefunded, .returnedPart, .partiallyRefunded),
        PaymentTransition(.partiallyRefunded, .returnedLast, .refunded),
    ]

    /// Where `cause` leads from `state`; `nil` where the table has no such row.
    package static func target(of cause: PaymentCause, from state: PaymentState) -> PaymentState? {
        table.first { $0.from == state && $0.cause == cause }?.to
    }
}
