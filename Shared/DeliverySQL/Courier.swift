package import Delivery

/// Carries an entry to its destination: one call over the wire, with a deadline of its own.
package protocol Courier: Sendable {
    /// Tries once to deliver `entry`, and says what is known of the outcome; never throws, since "not known" is one.
    func deliver(_ entry: OutboxEntry) async -> DeliveryOutcome
}

/// What the pump reports, for counters and logs.
package enum DeliveryEvent: Hashable, Sendable {
    /// An entry was answered and recorded.
    case delivered(OutboxEntry)
    /// An attempt brought no final answer; the entry waits.
    case retried(OutboxEntry)
    /// An entry was given up, with the reason.
    case parked(OutboxEntry, String)
    /// The store could not be read or written; the pump goes on later.
    case storeFailed(String)
}
