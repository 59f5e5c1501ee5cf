package import Model

/// The number of a decision, rising within one life of a market.
package struct DecisionID: Hashable, Comparable, Sendable {
    /// The number.
    package let rawValue: UInt64

    /// The order of deciding.
    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Names a caller who waits for an answer; the server makes it and matches it again.
package struct Ticket: Hashable, Sendable {
    /// The number.
    package let rawValue: UInt64

    /// The ticket with this number; the server numbers them as they come.
    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// One booking's next step, decided but not yet true: the server stores it in one transaction of its own and then
/// says `committed` or `abandoned`.
///
/// The transaction writes the booking where its stored version is `change.expectedVersion` (inserts it where
/// that is 0), and with it the event, the commands to the outbox, and the explanation. Keeping
/// `Booking.engagedDriver` unique among the tenant's bookings is its part as well.
package struct Decision: Hashable, Sendable {
    /// By which the server reports what became of it.
    package let id: DecisionID
    /// What to store, and what leaves once it is.
    package let change: BookingChange
    /// Why this driver is asked; with an offer.
    package let explanation: Explanation?
    /// The caller whose step it is; `nil` for steps of dispatch itself. His idempotency key is recorded with it.
    package let ticket: Ticket?
}

/// What a market asks of the server, in this order.
package enum MarketOutput: Hashable, Sendable {
    /// Store this, then report.
    case persist(Decision)
    /// Tell the caller who waits.
    case answer(Ticket, MarketAnswer)
    /// Let this out: what calls for it is stored.
    case effect(MarketEffect)
}

/// What a caller gets to hear.
package enum MarketAnswer: Hashable, Sendable {
    /// The step is stored; the booking as it stands now.
    case done(Booking)
    /// Old news: nothing changed; the booking as it stands.
    case acknowledged(Booking)
    /// No, and nothing changed.
    case refused(Refusal)
}

/// What leaves the market once it is stored. Each may be said again after a restart and carries names by
/// which the receiver knows it.
package enum MarketEffect: Hashable, Sendable {
    /// Show the offer to its driver.
    case showOffer(OpenOffer, of: Booking)
    /// Take offer or trip off the driver's screen.
    case withdraw(Withdrawal)
    /// Wake the streams that follow the booking; the event itself is in the store.
    case publish(BookingEvent)
    /// Wake the outbox; the commands themselves are in the store.
    case deliver(BookingID)
}
