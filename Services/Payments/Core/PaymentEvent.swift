package import Money
package import Timekeeping

/// What somebody wants of a payment beyond its hold.
package enum PaymentWish: Hashable, Sendable {
    /// Take `amount`; `isFinal` lets go of the rest.
    case capture(Amount, isFinal: Bool)
    /// Let go of what is held.
    case void
    /// Give back `amount` of one capture.
    case refund(Amount)
}

/// What a payment reacts to.
package enum PaymentEvent: Hashable, Sendable {
    /// It was just made: hold the amount.
    case start
    /// Somebody wants something.
    case wish(PaymentWish)
    /// The payer has approved at the provider.
    case payerApproved
    /// A provider's answer, or silence, to the operation with this ordinal.
    case answered(operation: UInt32, ProviderOutcome)
    /// Time has passed: holds run out.
    case clock
}

/// What its shell has to do. All of a call's actions are stored in one transaction, before any is performed.
package enum PaymentAction: Hashable, Sendable {
    /// Ask the provider: `operation.nextCall`, with its stored key, not before `after` from now.
    case ask(ProviderOperation, after: Duration)
    /// The operation's outcome is known: nothing is left to ask.
    case settled(ProviderOperation)
    /// Book.
    case post(LedgerPosting)
    /// Tell dispatch.
    case tell(PaymentOutcome)
    /// Tell an operator; the payment stands still until somebody acts on its operation.
    case alert(PaymentReview)
}

/// What dispatch learns of a payment, once for each.
package enum PaymentOutcome: Hashable, Sendable {
    /// The amount is held, until the given time if that is known.
    case authorised(expiresAt: WallTime?)
    /// The payer has to approve at the provider.
    case requiresAction
    /// Nothing is held and nothing will be.
    case declined(PaymentProblem)
    /// The amount was taken.
    case captured(Amount)
    /// The capture did not happen.
    case captureFailed(PaymentProblem)
    /// Nothing is held any more.
    case voided
    /// It could not be let go.
    case voidFailed(PaymentProblem)
    /// The amount went back.
    case refunded(Amount)
    /// The refund did not happen.
    case refundFailed(PaymentProblem)
    /// The hold ran out.
    case expired

    /// Why it came to nothing; absent where it did not.
    package var problem: PaymentProblem? {
        switch self {
        case .declined(let problem), .captureFailed(let problem), .voidFailed(let problem),
            .refundFailed(let problem):
            problem
        case .authorised, .requiresAction, .captured, .voided, .refunded, .expired: nil
        }
    }
}

/// Why a person has to look. Raw values are stored.
package enum PaymentReview: UInt8, Hashable, Sendable, CaseIterable {
    /// The provider forgets the key soon, so the same call could charge twice.
    case keyLifetimeOver = 1
    /// The provider did something else than was asked: another amount, object or currency.
    case answerContradicts = 2
}
