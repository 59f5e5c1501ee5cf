/// A safeguard taken out on purpose, to see that a checker notices.
package enum Mutation: String, CaseIterable, Sendable {
    /// Receivers carry out a command without looking whether they did before.
    case skipInboxCheck = "skip-inbox-check"
    /// The gateway works without a stored claim of the idempotency key.
    case skipIdempotencyClaim = "skip-idempotency-claim"
    /// Stores commit without a sync.
    case skipSync = "skip-sync"
    /// Dispatch writes bookings over whatever version is stored.
    case skipVersionCheck = "skip-version-check"
    /// Dispatch takes a decision for stored before it is.
    case acknowledgeBeforeCommit = "acknowledge-before-commit"
    /// Each call to the provider carries a key of its own.
    case freshProviderKeys = "fresh-provider-keys"
    /// The outbox entry is taken out when it is sent, not when it is answered.
    case forgetSentEntries = "forget-sent-entries"
}
