package import Delivery
package import Messages
package import Model

/// What an engine asks of its shell, in this order.
package enum EngineOutput: Sendable {
    /// Run this as one transaction, then say `completed`.
    case run(EngineJob)
    /// Tell the caller who waits.
    case reply(CallTicket, CommandReply)
    /// Something happened to a booking, and that is stored: wake those who follow it or its tenant.
    case booking(BookingUpdate)
    /// An offer, its end, or news of his trip for the driver whom it names.
    case offer(TenantID, OfferEvent)
    /// A shift was opened, closed or changed, and that is stored.
    case shift(StoredShift)
    /// The outbox has new entries.
    case deliver
}
