/// A safeguard taken out on purpose, to see that a checker notices.
package enum Mutation: String, CaseIterable, Sendable {
    /// Receivers carry out a command without looking whether they did before.
    case skipInboxCheck = "inbox-check"
    /// The gateway does not find the claim of an idempotency key that it stored.
    case skipIdempotencyClaim = "idempotency-claim"
    /// The gateway does not keep the answers that it gave.
    case skipStoredAnswers = "stored-answers"
    /// The gateway does not mark a quote as used.
    case skipUsedQuotes = "used-quotes"
    /// The gateway follows the feed of bookings from now on, not from where it was.
    case skipFeedResume = "feed-resume"
    /// Stores commit without a sync.
    case skipSync = "sync"
    /// A dispatcher that another one has replaced goes on writing.
    case skipFence = "fence"
    /// The same, and bookings are written over whatever version is stored.
    case skipVersionCheck = "version-check"
    /// Dispatch waits for a driver whose phone is silent, however long.
    case skipDriverLost = "driver-lost"
    /// Services take a decision for stored before it is.
    case acknowledgeBeforeCommit = "commit-first"
    /// Ingest tells phones that a trail is stored before it is.
    case acknowledgeTrailFirst = "trail-first"
    /// Ingest does not read the shifts that are open when it begins to follow them.
    case skipShiftSnapshot = "shift-snapshot"
    /// Each call to the provider carries a key of its own.
    case freshProviderKeys = "provider-keys"
    /// The outbox entry is taken out when it is sent, not when it is answered.
    case forgetSentEntries = "kept-entries"
}
