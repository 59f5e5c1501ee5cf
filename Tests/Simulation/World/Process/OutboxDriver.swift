internal import Delivery
internal import DeliverySQL
internal import Model
internal import Reactor
internal import Storage
internal import TestSupport
internal import Timekeeping

/// Delivers one destination's entries: the relay of `Delivery` with the simulator's network and store around it, step
/// by step what `DestinationPump` does with tasks.
// Safe: everything of a run happens on one thread.
final class OutboxDriver: @unchecked Sendable {
    private static let pageCountMax = 64

    private unowned let process: ServiceProcess
    private let destination: ServiceName
    private let executor: CommandExecutor
    private let courier: any Courier
    private let loop: EventLoop
    private var relay: OutboxRelay
    private var cursor = OutboxCursor()
    private var armed: Instant?
    private var generator: SeededGenerator

    init(
        _ process: ServiceProcess,
        _ life: Life,
        to destination: ServiceName,
        executor: CommandExecutor,
        courier: any Courier
    ) {
        self.process = process
        self.courier = courier
        loop = life.loop
        self.destination = destination
        self.executor = executor
        var limits = OutboxRelay.Limits()
        limits.inFlightCountMax = 8
        relay = OutboxRelay(
            policy: RetryPolicy(longest: .seconds(10)),
            limits: limits
        )
        generator = life.generator()
    }

    /// Looks for new entries and sends what may be sent; at start and after each commit that may have added some.
    func wake() {
        let destination = destination
        let limit = min(relay.roomCount, Self.pageCountMax)
        if limit > 0 {
            cursor.prepare(isIdle: relay.isIdle, at: process.clock.now)
            let cursor = cursor.sequence
            let found = process.read { session throws(StorageError) in
                try OutboxTable.entries(
                    for: destination,
                    after: cursor,
                    shards: 0...0,
                    limit: limit,
                    in: session
                )
            }
            guard let found else { return }
            for entry in found {
                _ = relay.admit(entry)
                self.cursor.note(entry.sequence)
            }
        }
        send()
    }

    private func send() {
        for entry in relay.entriesToSend(at: process.clock.now) {
            guard !process.strikes(at: .beforeSend) else { return }
            send(entry)
        }
        arm()
    }

    private func send(_ entry: OutboxEntry) {
        if process.world.mutation == .forgetSentEntries {
            process.write({ session throws(StorageError) in
                try OutboxTable.remove(entry, in: session)
            }) { _ in }
        }
        loop.spawn { [weak self, courier] in
            let outcome = await courier.deliver(entry)
            self?.finish(entry, outcome)
        }
    }

    private func finish(_ entry: OutboxEntry, _ outcome: DeliveryOutcome) {
        // The process may have died while the entry was on its way.
        guard process.life?.loop === loop else { return }
        let now = process.clock.wallTime
        let step = relay.finish(
            entry,
            outcome,
            at: process.clock.now,
            wallTime: now,
            using: &generator
        )
        switch step {
        case .wait:
            arm()
        case .settle(let reply):
            if !reply.isOK {
                process.world.note(
                    "\(process.service.text): \(destination.text).\(entry.command.method) "
                        + "\(entry.sequence) refused with \(reply.code), \(reply.subCode)"
                )
            }
            guard !process.strikes(at: .beforeSettle) else { return }
            let executor = executor
            process.write({ session throws(StorageError) in
                try executor.settle(entry, reply, at: now, in: session)
            }) { [weak self] in self?.settled(entry, $0) }
        case .park(let reason):
            process.write({ session throws(StorageError) in
                try OutboxTable.park(entry, because: reason, at: now, in: session)
                return OutboxRelay.Settlement.parked
            }) { [weak self] in self?.settled(entry, $0) }
        }
    }

    private func settled(
        _ entry: OutboxEntry,
        _ result: Result<OutboxRelay.Settlement, StorageError>
    ) {
        let settlement = (try? result.get()) ?? .notRecorded
        relay.settled(entry, settlement, at: process.clock.now, using: &generator)
        wake()
    }

    private func arm() {
        guard let wake = relay.nextWake, armed.map({ wake < $0 }) ?? true else { return }
        armed = wake
        process.after(process.clock.now.duration(to: wake)) { [weak self] in
            guard let self else { return }
            if armed == wake { armed = nil }
            send()
        }
    }
}
