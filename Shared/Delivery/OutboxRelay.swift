package import Timekeeping

/// Decides what of an outbox is sent when: one for each destination, so that a dead one holds up nobody else.
///
/// First in, first out within an ordering key, side by side across keys, up to a bound. The shell loads entries
/// (`admit`), sends what `entriesToSend` returns and reports back (`finish`, `settled`). An entry leaves only once the
/// shell has recorded its answer; until then it is sent again, and the receiver's inbox makes that harmless.
///
///     waiting -> sending -> settling -> gone
///        ^          |           |
///        '- backoff '-----------'  (no answer; the record could not be written)
package struct OutboxRelay: ~Copyable {
    /// What becomes of later entries when one of their key is parked.
    package enum ParkingPolicy: Hashable, Sendable {
        /// They wait for the operator's decision: the default, since each may rest on the one before.
        case blockKey
        /// They go on: for notices that stand alone.
        case skipEntry
    }

    /// Bounds.
    package struct Limits: Hashable, Sendable {
        /// Entries known at a time; the rest stays in the store.
        package var knownCountMax = 1024
        /// Entries being sent or settled at a time.
        package var inFlightCountMax = 64

        /// The defaults.
        package init() {}
    }

    /// What became of an entry that was offered.
    package enum Admission: Hashable, Sendable {
        case accepted
        /// It is here already.
        case known
        /// An earlier entry of its key is parked; it stays in the store.
        case blocked
        /// There is no room; offer it again when `roomCount` is above 0.
        case full
    }

    /// What the shell does after an attempt has ended.
    package enum Step: Hashable, Sendable {
        /// Nothing: the entry waits for its next attempt, see `nextWake`.
        case wait
        /// Record the answer and its consequences in one transaction, then call `settled`.
        case settle(CommandReply)
        /// Record that it is given up, then call `settled`.
        case park(String)
    }

    /// How the shell's transaction about an entry ended.
    package enum Settlement: Hashable, Sendable {
        /// It is recorded and gone.
        case done
        /// It is recorded as parked.
        case parked
        /// The store did not take it: the entry is sent again later.
        case notRecorded
    }

    private enum Phase { case ready, backoff, inFlight }

    private struct Lane {
        var entries: [OutboxEntry]
        var attemptCount = 0
        /// When this process sent the first entry for the first time.
        var firstSentAt: Instant?
        var phase = Phase.ready
    }

    private let policy: RetryPolicy
    private let parking: ParkingPolicy
    private let limits: Limits
    private var lanes: [OrderingKey: Lane] = [:]
    /// Keys whose first entry may be sent, in the order in which they became so.
    private var ready = KeyQueue()
    private var timers = RetryTimers()
    private var blocked: Set<OrderingKey> = []
    private var knownCount = 0
    /// Entries being sent or settled.
    package private(set) var inFlightCount = 0

    /// An empty relay.
    package init(
        policy: RetryPolicy = RetryPolicy(),
        parking: ParkingPolicy = .blockKey,
        limits: Limits = Limits()
    ) {
        precondition(
            limits.knownCountMax > 0 && limits.inFlightCountMax > 0,
            "a relay without room"
        )
        self.policy = policy
        self.parking = parking
        self.limits = limits
    }

    /// How many more entries it can take.
    package var roomCount: Int { limits.knownCountMax - knownCount }

    /// When `entriesToSend` should be asked next, if no report comes before.
    package var nextWake: Instant? { timers.first }

    /// Whether it knows of nothing to send.
    package var isIdle: Bool { knownCount == 0 }

    /// Takes an entry from the store, which offers them by rising sequence.
    package mutating func admit(_ entry: OutboxEntry) -> Admission {
        let key = entry.orderingKey
        if blocked.contains(key) { return .blocked }
        if var lane = lanes[key] {
            var index = lane.entries.count
            while index > 0, lane.entries[index - 1].sequence > entry.sequence { index -= 1 }
            if index > 0, lane.entries[index - 1].sequence == entry.sequence { return .known }
            guard roomCount > 0 else { return .full }
            // An older entry comes late only where an operator has freed it; what is in flight stays first.
            lane.entries.insert(entry, at: lane.phase == .inFlight ? max(1, index) : index)
            lanes[key] = lane
        } else {
            guard roomCount > 0 else { return .full }
            lanes[key] = Lane(entries: [entry])
            ready.append(key)
        }
        knownCount += 1
        return .accepted
    }

    /// The entries to send now; each is in flight until `finish` or `settled` says otherwise.
    package mutating func entriesToSend(at now: Instant) -> [OutboxEntry] {
        while let key = timers.popDue(at: now) {
            guard lanes[key]?.phase == .backoff else { continue }
            lanes[key]?.phase = .ready
            ready.append(key)
        }
        var entries: [OutboxEntry] = []
        while inFlightCount < limits.inFlightCountMax, let key = ready.popFirst() {
            guard var lane = lanes[key], lane.phase == .ready, let first = lane.entries.first else {
                continue
            }
            lane.phase = .inFlight
            lane.attemptCount += 1
            lane.firstSentAt = lane.firstSentAt ?? now
            lanes[key] = lane
            inFlightCount += 1
            entries.append(first)
        }
        return entries
    }

    /// Takes the outcome of an attempt.
    ///
    /// - Parameters:
    ///   - now: The monotonic clock, for the backoff.
    ///   - wallTime: The real time, against the entry's age.
    package mutating func finish(
        _ entry: OutboxEntry,
        _ outcome: DeliveryOutcome,
        at now: Instant,
        wallTime: WallTime,
        using generator: inout some RandomNumberGenerator
    ) -> Step {
        guard isInFlight(entry) else { return .wait }
        let retryAfter: Duration?
        let seen: String
        switch outcome {
        case .replied(let reply) where !reply.isTransient:
            return .settle(reply)
        case .replied(let reply):
            (retryAfter, seen) = (nil, "code \(reply.code)")
        case .unanswered(let asked, let reason):
            (retryAfter, seen) = (asked, reason)
        }
        let triedFor = lanes[entry.orderingKey]?.firstSentAt?.duration(to: now) ?? .zero
        let isPatient =
            entry.createdAt.duration(to: wallTime) < policy.giveUpAfter
            || triedFor < RetryPolicy.trialTime
        guard isPatient else {
            return .park("no final answer in time; the last was: \(seen)")
        }
        backOff(entry.orderingKey, atLeast: retryAfter, at: now, using: &generator)
        return .wait
    }

    /// Takes the end of the shell's transaction about an entry.
    package mutating func settled(
        _ entry: OutboxEntry,
        _ settlement: Settlement,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        guard isInFlight(entry) else { return }
        let key = entry.orderingKey
        switch settlement {
        case .notRecorded:
            backOff(key, atLeast: nil, at: now, using: &generator)
        case .parked where parking == .blockKey:
            inFlightCount -= 1
            knownCount -= lanes[key]?.entries.count ?? 0
            lanes[key] = nil
            blocked.insert(key)
        case .done, .parked:
            inFlightCount -= 1
            knownCount -= 1
            lanes[key]?.entries.removeFirst()
            guard lanes[key]?.entries.isEmpty == false else {
                lanes[key] = nil
                return
            }
            lanes[key]?.attemptCount = 0
            lanes[key]?.firstSentAt = nil
            lanes[key]?.phase = .ready
            ready.append(key)
        }
    }

    /// Forgets which keys are blocked, after an operator has decided; the shell then offers all entries again.
    package mutating func unblock() {
        blocked = []
    }

    private func isInFlight(_ entry: OutboxEntry) -> Bool {
        guard let lane = lanes[entry.orderingKey], lane.phase == .inFlight else { return false }
        return lane.entries.first?.sequence == entry.sequence
    }

    private mutating func backOff(
        _ key: OrderingKey,
        atLeast floor: Duration?,
        at now: Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        guard let attemptCount = lanes[key]?.attemptCount else { return }
        inFlightCount -= 1
        lanes[key]?.phase = .backoff
        let delay = policy.delay(afterAttempt: attemptCount, atLeast: floor, using: &generator)
        timers.insert(key, at: now.advanced(by: delay))
    }
}
