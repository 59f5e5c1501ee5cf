internal import Delivery
package import DeliverySQL
package import Messages
package import Model
package import Reactor
package import Storage
internal import Synchronization
package import Telemetry
package import Timekeeping

/// Log keys of what goes from service to service.
package enum DeliveryLog {
    /// Where an entry goes.
    package static let destination = LogKey<String>("delivery.destination")
    /// Which method it calls.
    package static let method = LogKey<UInt16>("delivery.method")
    /// The idempotency key, by which both sides' logs are joined.
    package static let key = LogKey<String>("delivery.key")
    /// How many entries.
    package static let count = LogKey<Int>("delivery.count")
    /// Who decided about an entry.
    package static let subject = LogKey<String>("delivery.subject")
}

/// A service's outbox as parts of its program: the pump, and a look now and then at how much waits and how long.
package final class OutboxPart: Sendable {
    /// The wait between two looks at what waits.
    package static let watchInterval = Duration.seconds(5)
    /// The shortest time between the pump's looks at the store.
    ///
    /// At 500 bookings/s on one core the programs computed 0.89 instead of 0.96 s/s; what leaves is work that nobody
    /// waits for on a screen.
    package static let lookGap = Duration.milliseconds(10)

    /// The pump; wake it after commits.
    package let pump: OutboxPump
    private let loop: EventLoop
    private let store: any TransactionalStore
    private let time: any TimeSource
    private let waiting: Gauge
    private let parked: Gauge
    private let oldest: Gauge
    private let lastParked = Mutex<[ParkedCount]>([])

    /// The outbox of `store`, delivered by `courier` to `destinations`.
    ///
    /// - Parameter loop: The one that the courier calls on.
    package init(
        to destinations: [ServiceName],
        on loop: EventLoop,
        store: any TransactionalStore,
        executor: CommandExecutor,
        courier: any Courier,
        registry: MetricsRegistry,
        logger: Logger,
        time: any TimeSource
    ) {
        self.loop = loop
        self.store = store
        self.time = time
        waiting = registry.gauge("nexors_outbox_items", "Entries that wait for an answer.")
        parked = registry.gauge("nexors_outbox_parked_items", "Entries that were given up.")
        oldest = registry.gauge("nexors_outbox_age_seconds", "Age of the oldest entry.")
        let events = registry.counters(
            "nexors_outbox_attempts_total",
            "Attempts to deliver, by what came of them.",
            by: "outcome",
            Outcome.self
        )
        var environment = OutboxPump.Environment(
            store: store,
            executor: executor,
            courier: courier,
            time: time
        )
        environment.observe = { event in
            switch event {
            case .delivered: events[.delivered].increment()
            case .retried: events[.retried].increment()
            case .parked(let entry, let reason):
                events[.parked].increment()
                logger.error(
                    "an entry of the outbox was given up",
                    Self.fields(entry) + [RuntimeLog.reason(reason)]
                )
            case .storeFailed(let reason):
                events[.storeFailed].increment()
                logger.error("the outbox's store failed", [RuntimeLog.reason(reason)])
            }
        }
        var settings = OutboxPump.Settings(destinations: destinations)
        settings.lookGap = Self.lookGap
        pump = OutboxPump(settings, environment)
    }

    private enum Outcome: String, CaseIterable, Sendable {
        case delivered, retried, parked
        case storeFailed = "store_failed"
    }

    private static func fields(_ entry: OutboxEntry) -> [LogField] {
        [
            DeliveryLog.destination(entry.command.destination.text),
            DeliveryLog.method(entry.command.method), DeliveryLog.key("\(entry.command.key)"),
        ]
    }

    /// Entries that wait, as of the last look.
    package var count: Int { Int(waiting.value) }

    /// Entries that were given up, by destination, as of the last look.
    package var parkedCounts: [ParkedCount] { lastParked.withLock { $0 } }

    /// The parts: the pump finishes what is in flight when it stops.
    package var parts: [any ServiceComponent] {
        [
            TaskPart(
                "outbox",
                on: loop,
                finish: { [pump] in pump.stop() },
                run: { [pump] in await pump.run() }
            ),
            TaskPart.every(Self.watchInterval, "outbox watch") { [self] in await look() },
        ]
    }

    private func look() async {
        do throws(StorageError) {
            let counts = try await store.read { session throws(StorageError) in
                (
                    try OutboxTable.counts(in: session), try OutboxTable.oldest(in: session),
                    try OutboxTable.parkedCounts(in: session)
                )
            }
            waiting.set(Int64(counts.0.waiting))
            parked.set(Int64(counts.0.parked))
            lastParked.withLock { last in
                last = counts.2.map { destination, count in
                    var parked = ParkedCount()
                    parked.destination = destination.rawValue
                    parked.entryCount = UInt32(clamping: count)
                    return parked
                }
            }
            let age = counts.1.map { $0.duration(to: time.wallTime) } ?? .zero
            oldest.set(max(0, age.components.seconds))
        } catch {
            // The store's own metrics and health tell; the gauges keep what was last known.
        }
    }
}
