import Delivery
import Model
import Storage
import Synchronization
import Timekeeping

/// The pump's part for one destination: a loop that owns the relay and is told of everything by its mailbox.
final class DestinationPump: Sendable {
    enum Event: Sendable {
        case woken
        case reload
        case stop
        case cancelled
        case timer(Instant)
        case attempted(OutboxEntry, DeliveryOutcome)
        case settled(OutboxEntry, OutboxRelay.Settlement)
    }

    /// The wait before the store is asked again after it failed to answer.
    private static let reloadPause = Duration.seconds(1)
    /// The most entries read at a time.
    private static let pageCountMax = 256

    private let destination: ServiceName
    private let settings: OutboxPump.Settings
    private let environment: OutboxPump.Environment
    private let mailbox = Mailbox<Event>()
    /// Whether the loop has been told of new entries and has not yet looked; commits come faster than turns.
    private let isWakePending = Atomic(false)

    init(
        _ destination: ServiceName,
        _ settings: OutboxPump.Settings,
        _ environment: OutboxPump.Environment
    ) {
        self.destination = destination
        self.settings = settings
        self.environment = environment
    }

    func post(_ event: Event) {
        mailbox.post(event)
    }

    func wake() {
        guard !isWakePending.exchange(true, ordering: .acquiringAndReleasing) else { return }
        post(.woken)
    }

    /// What the loop keeps beside the relay.
    private struct Progress {
        /// From where the store is read next.
        var cursor = OutboxCursor()
        /// Whether the store may hold entries after it.
        var mayHaveMore = true
        var isStopping = false
        /// When to ask the store again after it failed to answer.
        var retryLoadAt: Instant?
        /// Before when not to ask it, and whether something waits for that.
        var nextLook: (at: Instant, isWanted: Bool)?
        /// The earliest timer that is running.
        var armed: Instant?
        var generator = SystemRandomNumberGenerator()
    }

    func run() async {
        var relay = OutboxRelay(
            policy: settings.policy,
            parking: settings.parking,
            limits: settings.limits
        )
        var progress = Progress()
        await withDiscardingTaskGroup { group in
            while !(progress.isStopping && relay.inFlightCount == 0) {
                if !progress.isStopping {
                    await load(into: &relay, &progress)
                    for entry in relay.entriesToSend(at: environment.time.now) {
                        group.addTask {
                            self.post(
                                .attempted(entry, await self.environment.courier.deliver(entry))
                            )
                        }
                    }
                    if let wake = relay.nextWake { arm(wake, &progress, in: &group) }
                    if let wake = progress.retryLoadAt { arm(wake, &progress, in: &group) }
                    if let look = progress.nextLook, look.isWanted {
                        arm(look.at, &progress, in: &group)
                    }
                }
                for event in await mailbox.next() {
                    if case .cancelled = event {
                        group.cancelAll()
                        return
                    }
                    take(event, &relay, &progress)
                }
            }
            // Only timers are left.
            group.cancelAll()
        }
    }

    private func take(_ event: Event, _ relay: inout OutboxRelay, _ progress: inout Progress) {
        switch event {
        case .woken:
            // Before the store is read: a commit after this line wakes again.
            isWakePending.store(false, ordering: .sequentiallyConsistent)
            progress.mayHaveMore = true
        case .reload:
            relay.unblock()
            progress.cursor.reset()
            progress.mayHaveMore = true
        case .stop, .cancelled:
            progress.isStopping = true
        case .timer(let due):
            if progress.armed == due { progress.armed = nil }
            if let look = progress.nextLook, look.at <= due { progress.nextLook = nil }
        case .attempted(let entry, let outcome):
            let step = relay.finish(
                entry,
                outcome,
                at: environment.time.now,
                wallTime: environment.time.wallTime,
                using: &progress.generator
            )
            switch step {
            case .wait:
                environment.observe(.retried(entry))
            case .settle(let reply):
                settle(entry, reply)
            case .park(let reason):
                park(entry, reason)
            }
        case .settled(let entry, let settlement):
            relay.settled(
                entry,
                settlement,
                at: environment.time.now,
                using: &progress.generator
            )
        }
    }

    private func load(into relay: inout OutboxRelay, _ progress: inout Progress) async {
        if let retryAt = progress.retryLoadAt, retryAt <= environment.time.now {
            progress.retryLoadAt = nil
            progress.mayHaveMore = true
        }
        if !relay.isIdle, progress.cursor.isSweepDue(at: environment.time.now) {
            progress.mayHaveMore = true
        }
        let limit = min(relay.roomCount, Self.pageCountMax)
        guard progress.mayHaveMore, limit > 0, isTimeToLook(&progress) else { return }
        progress.cursor.prepare(isIdle: relay.isIdle, at: environment.time.now)
        let destination = destination
        let shards = settings.shards
        let cursor = progress.cursor.sequence
        do throws(StorageError) {
            let entries = try await environment.store.read { session throws(StorageError) in
                try OutboxTable.entries(
                    for: destination,
                    after: cursor,
                    shards: shards,
                    limit: limit,
                    in: session
                )
            }
            for entry in entries {
                // Room was asked for above, so every entry is taken, known or blocked.
                _ = relay.admit(entry)
                progress.cursor.note(entry.sequence)
            }
            progress.mayHaveMore = entries.count == limit
        } catch {
            environment.observe(.storeFailed(error.message))
            progress.mayHaveMore = false
            progress.retryLoadAt = environment.time.now.advanced(by: Self.reloadPause)
        }
    }

    private func isTimeToLook(_ progress: inout Progress) -> Bool {
        let now = environment.time.now
        if let look = progress.nextLook, now < look.at {
            progress.nextLook?.isWanted = true
            return false
        }
        progress.nextLook = (now.advanced(by: settings.lookGap), false)
        return true
    }

    /// Starts a timer unless an earlier one runs; one that has become needless fires without harm.
    private func arm(
        _ wake: Instant,
        _ progress: inout Progress,
        in group: inout DiscardingTaskGroup
    ) {
        if let armed = progress.armed, armed <= wake { return }
        progress.armed = wake
        group.addTask {
            await self.environment.pause(self.environment.time.now.duration(to: wake))
            self.post(.timer(wake))
        }
    }

    private func settle(_ entry: OutboxEntry, _ reply: CommandReply) {
        let now = environment.time.wallTime
        let executor = environment.executor
        record(entry, isParkedBecause: reply.refusal(by: self.destination)) {
            session throws(StorageError) in
            try executor.settle(entry, reply, at: now, in: session)
        }
    }

    private func park(_ entry: OutboxEntry, _ reason: String) {
        let now = environment.time.wallTime
        record(entry, isParkedBecause: reason) { session throws(StorageError) in
            try OutboxTable.park(entry, because: reason, at: now, in: session)
            return .parked
        }
    }

    /// Records in passing: what is lost with a crash is sent again, and the receiver's inbox answers it.
    private func record(
        _ entry: OutboxEntry,
        isParkedBecause reason: @autoclosure @escaping @Sendable () -> String,
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> OutboxRelay.Settlement
    ) {
        let environment = environment
        environment.store.writeInPassing(body) { result in
            switch result {
            case .success(let settlement):
                environment.observe(
                    settlement == .parked ? .parked(entry, reason()) : .delivered(entry)
                )
                self.post(.settled(entry, settlement))
            case .failure(let error):
                environment.observe(.storeFailed(error.message))
                self.post(.settled(entry, .notRecorded))
            }
        }
    }
}
