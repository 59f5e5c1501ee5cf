package import Model
package import Money
package import Timekeeping

/// One wished effect at a provider, stored with its key before the first byte is sent.
package struct ProviderOperation: Hashable, Sendable {
    /// What is wished; raw values are stored and never reused.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// Make the payment known, with the payer's vaulted method.
        case open = 1
        /// Hold its amount.
        case authorise = 2
        /// Take money that is held.
        case capture = 3
        /// Let go of what is held.
        case void = 4
        /// Give money back.
        case refund = 5

        var text: String {
            switch self {
            case .open: "open"
            case .authorise: "authorise"
            case .capture: "capture"
            case .void: "void"
            case .refund: "refund"
            }
        }
    }

    /// What is known of it; raw values are stored and never reused.
    package enum Status: UInt8, Hashable, Sendable, CaseIterable {
        /// To be sent; whether it ever was is not known after a crash, and does not matter.
        case waiting = 1
        /// Sent, and the outcome is not known.
        case unknown = 2
        /// The provider decides later.
        case pending = 3
        /// A person has to look: the key's life is over, or the answer contradicts the wish.
        case review = 4
        /// It happened.
        case succeeded = 5
        /// It did not and will not.
        case failed = 6

        /// Whether the outcome still has to be found out by us.
        package var isOpen: Bool { self == .waiting || self == .unknown || self == .pending }
        /// Whether the payment goes on without it.
        package var isSettled: Bool { self == .succeeded || self == .failed }
    }

    /// What to ask the provider next; raw values are stored and never reused.
    package enum Call: UInt8, Hashable, Sendable {
        /// The call itself, with its key: the first time and every time after.
        case perform = 1
        /// A read of the provider's object.
        case readBack = 2
    }

    /// The provider's limit on a key (Mercado Pago's, the smallest of the three).
    package static let keyCharacterCountMax = 64

    /// Which of its payment's operations, from 1.
    package let ordinal: UInt32
    /// What is wished.
    package let kind: Kind
    /// The idempotency key: of the payment's id, this ordinal and the kind, so it needs no randomness and a
    /// replay of the same history makes the same key.
    package let key: String
    /// How much; absent for `void`.
    package let amount: Amount?
    /// For a capture, whether the rest is let go with it.
    package let isFinal: Bool
    /// The provider's object that it acts on: an order, an authorisation or a capture; absent for `open`.
    package let target: String?
    /// When it was wished for, in business time.
    package let createdAt: WallTime

    /// What is known of it.
    package internal(set) var status: Status
    /// What to ask next.
    package internal(set) var nextCall: Call
    /// How many answers, or silences, there were.
    package internal(set) var attemptCount: UInt32
    /// Why it is unknown; absent where it is not.
    package internal(set) var unknownCause: UnknownCause?

    /// An operation as wished, or as stored.
    package init(
        ordinal: UInt32,
        kind: Kind,
        key: String,
        amount: Amount?,
        isFinal: Bool,
        target: String?,
        createdAt: WallTime,
        status: Status = .waiting,
        nextCall: Call = .perform,
        attemptCount: UInt32 = 0,
        unknownCause: UnknownCause? = nil
    ) {
        precondition(key.utf8.count <= Self.keyCharacterCountMax, "A key is at most 64 characters.")
        self.ordinal = ordinal
        self.kind = kind
        self.key = key
        self.amount = amount
        self.isFinal = isFinal
        self.target = target
        self.createdAt = createdAt
        self.status = status
        self.nextCall = nextCall
        self.attemptCount = attemptCount
        self.unknownCause = unknownCause
    }

    /// The key of a payment's operation: `pay_...-3-capture`, 48 characters at most.
    package static func key(of payment: PaymentID, ordinal: UInt32, kind: Kind) -> String {
        "\(payment)-\(ordinal)-\(kind.text)"
    }
}

/// When to ask a provider again.
package enum ProviderRetry {
    /// The longest: so that an outcome is found out within a minute of the provider's coming back.
    package static let delayMax = Duration.seconds(30)

    /// The wait after `attemptCount` answers without an outcome: 0.5, 1, 2, ... 30 s.
    ///
    /// Without chance, which a core has none of; the worker's own queue spreads the calls.
    package static func delay(afterAttempts attemptCount: UInt32) -> Duration {
        let doublings = min(attemptCount == 0 ? 0 : attemptCount - 1, 6)
        let delay = Duration.milliseconds(500 << Int64(doublings))
        return min(delay, delayMax)
    }
}
