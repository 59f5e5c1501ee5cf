/// A safeguard taken out on purpose, to see that a checker notices.
package enum Mutation: String, CaseIterable, Sendable {
    /// Receivers carry out a command without looking whether they did before.
    case skipInboxCheck = "inbox-check"
    /// The gateway works without a stored claim of the idempotency key.
    case skipIdempotencyClaim = "idempotency-claim"
    /// Stores commit without a sync.
    case skipSync = "sync"
    /// A dispatcher that another one has replaced goes on writing.
    case skipFence = "fence"
    /// The same, and bookings are written over whatever version is stored.
    case skipVersionCheck = "version-check"
    /// Dispatch takes a decision for stored before it is.
    case acknowledgeBeforeCommit = "commit-first"
    /// Each call to the provider carries a key of its own.
    case freshProviderKeys = "provider-keys"
    /// The outbox entry is taken out when it is sent, not when it is answered.
    case forgetSentEntries = "kept-entries"

    /// Whether the fence between two dispatchers is out: it would hide what the version check is there for.
    var isWithoutFence: Bool { self == .skipFence || self == .skipVersionCheck }
}
