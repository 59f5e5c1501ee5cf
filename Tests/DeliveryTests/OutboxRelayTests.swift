import Delivery
import Model
import TestSupport
import Testing
import Timekeeping

@Suite("What an outbox sends when")
struct OutboxRelayTests {
    private static let wall = WallTime(secondsSinceEpoch: 1_780_000_000)
    private let start = Instant(nanoseconds: 1_000_000_000)
    private let ok = DeliveryOutcome.replied(CommandReply(code: 0))

    private static func entry(_ sequence: Int64, key: UInt128 = 1) -> OutboxEntry {
        OutboxEntry(
            sequence: sequence,
            shard: 0,
            orderingKey: OrderingKey(bits: key),
            createdAt: wall,
            command: Command(
                destination: .payments,
                method: 1,
                key: IdempotencyKey(bits: UInt128(sequence)),
                tenant: TenantID(1),
                subject: "service:dispatch",
                body: []
            )
        )
    }

    @Test("one entry of a key is in flight at a time; the next follows once the first is recorded")
    func fifo() {
        let relay = RelayBox()
        var generator = SeededGenerator(seed: 1)
        for sequence in 1...3 as ClosedRange<Int64> {
            #expect(relay.admit(Self.entry(sequence)) == .accepted)
        }
        for sequence in 1...3 as ClosedRange<Int64> {
            let entry = Self.entry(sequence)
            #expect(relay.entriesToSend(at: start) == [entry])
            #expect(relay.entriesToSend(at: start).isEmpty)
            let step = relay.finish(entry, ok, at: start, wallTime: Self.wall, using: &generator)
            #expect(step == .settle(CommandReply(code: 0)))
            #expect(relay.entriesToSend(at: start).isEmpty)
            relay.settled(entry, .done, at: start, using: &generator)
        }
        #expect(relay.isIdle)
        #expect(relay.inFlightCount == 0)
    }

    @Test("keys go side by side, up to the bound")
    func bound() {
        var limits = OutboxRelay.Limits()
        limits.inFlightCountMax = 4
        limits.knownCountMax = 6
        let relay = RelayBox(limits: limits)
        var generator = SeededGenerator(seed: 1)
        for sequence in 1...6 as ClosedRange<Int64> {
            #expect(relay.admit(Self.entry(sequence, key: UInt128(sequence))) == .accepted)
        }
        #expect(relay.admit(Self.entry(7, key: 7)) == .full)
        #expect(relay.admit(Self.entry(7, key: 1)) == .full)
        #expect(relay.admit(Self.entry(3, key: 3)) == .known)
        let first = relay.entriesToSend(at: start)
        #expect(first.map(\.sequence) == [1, 2, 3, 4])
        _ = relay.finish(first[2], ok, at: start, wallTime: Self.wall, using: &generator)
        relay.settled(first[2], .done, at: start, using: &generator)
        #expect(relay.entriesToSend(at: start).map(\.sequence) == [5])
        #expect(relay.roomCount == 1)
    }

    @Test("an unanswered entry waits for its backoff, and its key waits with it")
    func backoff() throws {
        let relay = RelayBox()
        var generator = SeededGenerator(seed: 3)
        _ = relay.admit(Self.entry(1))
        _ = relay.admit(Self.entry(2))
        _ = relay.admit(Self.entry(3, key: 2))
        #expect(relay.entriesToSend(at: start).map(\.sequence) == [1, 3])
        let step = relay.finish(
            Self.entry(1),
            .unanswered(retryAfter: .seconds(1)),
            at: start,
            wallTime: Self.wall,
            using: &generator
        )
        #expect(step == .wait)
        let wake = try #require(relay.nextWake)
        #expect(start.advanced(by: .seconds(1)) <= wake)
        #expect(wake <= start.advanced(by: .milliseconds(1100)))
        #expect(relay.entriesToSend(at: Instant(nanoseconds: wake.nanoseconds - 1)).isEmpty)
        #expect(relay.entriesToSend(at: wake).map(\.sequence) == [1])
        #expect(relay.nextWake == nil)
    }

    @Test("a transient answer is tried again until the patience ends, to the microsecond")
    func patience() {
        let policy = RetryPolicy()
        let busy = DeliveryOutcome.replied(CommandReply(code: 14))
        // Before the patience ends, and where this process has not tried for long enough, it goes on.
        let cases: [(age: Int64, tried: Int64, Bool)] = [
            (-1, 0, false), (0, -1, false), (0, 0, true),
        ]
        for (age, tried, expected) in cases {
            let relay = RelayBox(policy: policy)
            var generator = SeededGenerator(seed: 1)
            _ = relay.admit(Self.entry(1))
            _ = relay.entriesToSend(at: start)
            let wall = Self.wall.advanced(by: policy.giveUpAfter + .microseconds(age))
            let step = relay.finish(
                Self.entry(1),
                busy,
                at: start.advanced(by: RetryPolicy.trialTime + .nanoseconds(tried)),
                wallTime: wall,
                using: &generator
            )
            if case .park(let reason) = step {
                #expect(expected)
                #expect(reason == "no final answer in time; the last was: code 14")
            } else {
                #expect(!expected)
            }
        }
    }

    @Test("a parked entry blocks its key until it is freed", arguments: [true, false])
    func parking(blocks: Bool) {
        let relay = RelayBox(parking: blocks ? .blockKey : .skipEntry)
        var generator = SeededGenerator(seed: 1)
        for sequence in 1...2 as ClosedRange<Int64> { _ = relay.admit(Self.entry(sequence)) }
        _ = relay.admit(Self.entry(3, key: 2))
        _ = relay.entriesToSend(at: start)
        relay.settled(Self.entry(1), .parked, at: start, using: &generator)
        #expect(relay.entriesToSend(at: start).map(\.sequence) == (blocks ? [] : [2]))
        #expect(relay.admit(Self.entry(4)) == (blocks ? .blocked : .accepted))
        relay.unblock()
        #expect(relay.admit(Self.entry(1)) == .accepted)
        if blocks { #expect(relay.entriesToSend(at: start).map(\.sequence) == [1]) }
    }

    @Test("an answer that could not be recorded is asked for again")
    func notRecorded() throws {
        let relay = RelayBox()
        var generator = SeededGenerator(seed: 1)
        _ = relay.admit(Self.entry(1))
        _ = relay.entriesToSend(at: start)
        _ = relay.finish(Self.entry(1), ok, at: start, wallTime: Self.wall, using: &generator)
        relay.settled(Self.entry(1), .notRecorded, at: start, using: &generator)
        let wake = try #require(relay.nextWake)
        #expect(relay.entriesToSend(at: wake).map(\.sequence) == [1])
        // A report about an entry that is not in flight changes nothing.
        relay.settled(Self.entry(9), .done, at: start, using: &generator)
        #expect(relay.inFlightCount == 1)
    }

    @Test(
        "whatever happens, each entry is settled once, in order, and the bounds hold",
        arguments: 0..<50
    )
    func anyHistory(seed: UInt64) {
        var limits = OutboxRelay.Limits()
        limits.knownCountMax = 20
        limits.inFlightCountMax = 5
        let relay = RelayBox(limits: limits)
        var generator = SeededGenerator(seed: seed)
        var now = start
        var waiting = (1...200).map { Self.entry(Int64($0), key: UInt128($0 % 7)) }[...]
        var flying: [OutboxEntry] = []
        var settled: [OutboxEntry] = []
        for _ in 0..<20_000 where settled.count < 200 {
            while let next = waiting.first, relay.admit(next) == .accepted { waiting.removeFirst() }
            flying += relay.entriesToSend(at: now)
            #expect(
                relay.inFlightCount == flying.count && flying.count <= 5 && relay.roomCount >= 0
            )
            #expect(Set(flying.map(\.orderingKey)).count == flying.count)
            if let index = flying.indices.randomElement(using: &generator) {
                let entry = flying.remove(at: index)
                let outcome: DeliveryOutcome =
                    Bool.random(using: &generator) ? ok : .unanswered(retryAfter: nil)
                let step = relay.finish(
                    entry,
                    outcome,
                    at: now,
                    wallTime: Self.wall,
                    using: &generator
                )
                guard case .settle = step else { continue }
                let isDone = Int.random(in: 0..<4, using: &generator) > 0
                relay.settled(entry, isDone ? .done : .notRecorded, at: now, using: &generator)
                if isDone { settled.append(entry) }
            } else if let wake = relay.nextWake {
                now = max(now, wake)
            }
        }
        #expect(settled.count == 200, "seed \(seed)")
        #expect(relay.isIdle)
        for key in 0..<7 as Range<UInt128> {
            let order = settled.filter { $0.orderingKey.bits == key }.map(\.sequence)
            #expect(order == order.sorted(), "seed \(seed)")
        }
    }
}

/// `#expect` cannot hold what is not copyable.
private final class RelayBox {
    private var relay: OutboxRelay

    init(
        policy: RetryPolicy = RetryPolicy(),
        parking: OutboxRelay.ParkingPolicy = .blockKey,
        limits: OutboxRelay.Limits = OutboxRelay.Limits()
    ) {
        relay = OutboxRelay(policy: policy, parking: parking, limits: limits)
    }

    var isIdle: Bool { relay.isIdle }
    var inFlightCount: Int { relay.inFlightCount }
    var roomCount: Int { relay.roomCount }
    var nextWake: Instant? { relay.nextWake }

    func admit(_ entry: OutboxEntry) -> OutboxRelay.Admission { relay.admit(entry) }
    func entriesToSend(at now: Instant) -> [OutboxEntry] { relay.entriesToSend(at: now) }
    func unblock() { relay.unblock() }

    func finish(
        _ entry: OutboxEntry,
        _ outcome: DeliveryOutcome,
        at now: Instant,
        wallTime: WallTime,
        using generator: inout SeededGenerator
    ) -> OutboxRelay.Step {
        relay.finish(entry, outcome, at: now, wallTime: wallTime, using: &generator)
    }

    func settled(
        _ entry: OutboxEntry,
        _ settlement: OutboxRelay.Settlement,
        at now: Instant,
        using generator: inout SeededGenerator
    ) {
        relay.settled(entry, settlement, at: now, using: &generator)
    }
}

@Suite("What an inbox decides")
struct InboxDecisionTests {
    private let command = Command(
        destination: .payments,
        method: 4,
        key: IdempotencyKey(bits: 1),
        tenant: TenantID(1),
        subject: "partner:1",
        body: [1, 2]
    )

    @Test("new is carried out, the same is replayed, another under the same key is refused")
    func decisions() {
        let record = InboxRecord(
            fingerprint: command.fingerprint,
            reply: CommandReply(code: 0, body: [7]),
            receivedAt: WallTime(microseconds: 0)
        )
        #expect(InboxDecision.decide(command, stored: nil) == .fresh)
        #expect(InboxDecision.decide(command, stored: record) == .replay(record.reply))
        let other = Command(
            destination: .payments,
            method: 4,
            key: command.key,
            tenant: command.tenant,
            subject: command.subject,
            body: [1, 3]
        )
        #expect(InboxDecision.decide(other, stored: record) == .conflict)
    }

    @Test("an inbox remembers longer than any sender tries")
    func retention() {
        #expect(InboxDecision.retentionMin(for: RetryPolicy()) > RetryPolicy().giveUpAfter)
    }
}
