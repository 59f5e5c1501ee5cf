import Delivery
import DeliverySQL
import Model
import Storage
import Synchronization
import TestSupport
import Timekeeping

extension ConformanceCase {
    private static let now = WallTime(secondsSinceEpoch: 1_780_000_000)

    static func command(
        _ number: UInt64,
        method: UInt16 = 1,
        tenant: UInt64 = 1,
        body: [UInt8]? = nil
    ) -> Command {
        Command(
            destination: .payments,
            method: method,
            key: IdempotencyKey(bits: UInt128(number) + 1),
            tenant: TenantID(tenant),
            subject: "service:dispatch",
            body: body ?? [UInt8(number % 256)]
        )
    }

    private static func prepare(_ store: any TransactionalStore) async throws -> CommandExecutor {
        _ = try await Migrator.run(
            [DeliverySchema.migrations, CountingHandler.migrations],
            on: store,
            at: now
        )
        return CommandExecutor(CountingHandler())
    }

    static let deliveryCases: [ConformanceCase] = [
        ConformanceCase("an entry that was sent twice and answered twice has consequences once") {
            store in
            let executor = try await prepare(store)
            let entry = try await store.write { session throws(StorageError) in
                let outbox = OutboxTable()
                let key = OrderingKey(BookingID(bits: 1))
                try outbox.append(command(1), orderingKey: key, at: now, in: session)
                return try OutboxTable.entries(
                    for: .payments,
                    after: 0,
                    shards: 0...0,
                    limit: 10,
                    in: session
                )
            }.first
            guard let entry else { throw ConformanceFailure(description: "no entry is stored") }
            for _ in 0..<2 {
                let settlement = try await store.write { session throws(StorageError) in
                    try executor.settle(entry, CommandReply(code: 0), at: now, in: session)
                }
                try requireEqual(settlement, .done)
            }
            let answers = try await store.read { session throws(StorageError) in
                try session.first("SELECT count(*) FROM answers")?.integer(0)
            }
            try requireEqual(answers, 1)
        },
        ConformanceCase("a key sent 200 times at once has one effect and 200 equal answers") {
            store in
            let executor = try await prepare(store)
            let replies = try await withThrowingTaskGroup(of: CommandReply.self) { group in
                for _ in 0..<200 {
                    group.addTask { try await executor.execute(command(1), at: now, on: store) }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            try requireEqual(replies, [CommandReply(code: 0, body: [0])])
            try await requireEffects(1, store)
        },
        ConformanceCase(
            "a key used for another body, or by another tenant, is not taken for a retry"
        ) { store in
            let executor = try await prepare(store)
            _ = try await executor.execute(command(1), at: now, on: store)
            try requireEqual(
                try await executor.execute(command(1, body: [9]), at: now, on: store),
                .keyReused
            )
            try requireEqual(
                try await executor.execute(command(1, method: 2), at: now, on: store),
                .keyReused
            )
            try await requireEffects(1, store)
            try requireEqual(
                try await executor.execute(command(1, tenant: 2), at: now, on: store).isOK,
                true
            )
            try await requireEffects(2, store)
        },
        ConformanceCase("a final refusal is replayed, a transient one is judged afresh") { store in
            let executor = try await prepare(store)
            for method in [UInt16(99), 98] {
                let wish = command(UInt64(method), method: method)
                let first = try await executor.execute(wish, at: now, on: store)
                try requireEqual(try await executor.execute(wish, at: now, on: store), first)
                let stored = try await store.read { session throws(StorageError) in
                    try InboxTable.record(of: wish.key, for: wish.tenant, in: session)
                }
                try requireEqual(stored != nil, method == 99)
            }
        },
        ConformanceCase("what an inbox forgets is what is old enough") { store in
            let executor = try await prepare(store)
            for number in 0..<10 {
                let moment = now.advanced(by: .seconds(Int64(number)))
                _ = try await executor.execute(command(UInt64(number)), at: moment, on: store)
            }
            let cut = now.advanced(by: .seconds(6))
            let counts = try await store.write { session throws(StorageError) in
                (
                    try InboxTable.purge(before: cut, limit: 4, in: session),
                    try InboxTable.purge(before: cut, limit: 4, in: session),
                    try InboxTable.purge(before: cut, limit: 4, in: session)
                )
            }
            try require(counts == (4, 2, 0), "\(counts)")
        },
        ConformanceCase("outbox entries come in order, and those behind a parked one wait") {
            store in
            _ = try await prepare(store)
            let outbox = OutboxTable()
            let key = OrderingKey(bits: 1)
            try await store.write { session throws(StorageError) in
                for number in 0..<6 {
                    try outbox.append(
                        command(UInt64(number)),
                        orderingKey: number % 2 == 0 ? key : OrderingKey(bits: 2),
                        shard: number,
                        at: now,
                        in: session
                    )
                }
            }
            await ignoring {
                try await store.write { session throws(StorageError) in
                    try outbox.append(command(50), orderingKey: key, at: now, in: session)
                    throw StorageError(.conflict, "on purpose")
                }
            }
            // A second writer object, as after a restart with the clock set back, goes on above.
            try await store.write { session throws(StorageError) in
                try OutboxTable().append(
                    command(6),
                    orderingKey: key,
                    at: now.advanced(by: .seconds(-60)),
                    in: session
                )
            }
            let entries = try await load(store)
            try requireEqual(entries.map(\.command), (0..<7).map { command(UInt64($0)) })
            try requireEqual(entries.map(\.shard), [0, 1, 2, 3, 4, 5, 0])
            try await store.write { session throws(StorageError) in
                try OutboxTable.park(entries[0], because: "refused", at: now, in: session)
                try OutboxTable.remove(entries[1], in: session)
            }
            try requireEqual(try await load(store).map(\.command), [command(3), command(5)])
            let later = now.advanced(by: .seconds(60))
            let freed = try await store.write { session throws(StorageError) in
                try OutboxTable.retryParked(nil, since: now, at: later, in: session)
            }
            try require(freed == (1, 0), "\(freed)")
            let all = try await load(store)
            try requireEqual(all.count, 6)
            try requireEqual(
                all.map(\.createdAt),
                [later] + Array(repeating: now, count: 4) + [
                    now.advanced(by: .seconds(-60))
                ]
            )
        },
        ConformanceCase(
            "over a network that loses, doubles and delays, each effect happens once and in order"
        ) { store in
            let executor = try await prepare(store)
            let outbox = OutboxTable()
            let answered = Mutex(0)
            let time = ManualTimeSource(wallTime: now)
            let settings = OutboxPump.Settings(destinations: [.payments, .billing])
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
            let pump = OutboxPump(
                settings,
                OutboxPump.Environment(
                    store: store,
                    executor: executor,
                    courier: BadNetwork(executor, store, seed: 42),
                    time: time,
                    pause: { duration in
                        time.advance(by: duration)
                        await Task.yield()
                    },
                    observe: { event in
                        guard case .delivered = event else { return }
                        let count = answered.withLock { count in
                            count += 1
                            return count
                        }
                        if count == 300 { continuation.finish() }
                    }
                )
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await pump.run() }
                for booking in 0..<60 {
                    try await store.write { session throws(StorageError) in
                        for step in 0..<5 {
                            try outbox.append(
                                command(
                                    UInt64(booking * 5 + step),
                                    method: UInt16(step),
                                    body: [UInt8(booking)]
                                ),
                                orderingKey: OrderingKey(bits: UInt128(booking)),
                                at: now,
                                in: session
                            )
                        }
                    }
                    pump.wake()
                }
                for await _ in stream {}
                pump.stop()
                try await group.waitForAll()
            }
            try await requireEffects(300, store)
            let steps = try await store.read { session throws(StorageError) in
                try session.query("SELECT booking, step FROM effects ORDER BY booking, position")
            }
            let expected = (0..<60).flatMap { booking in
                (0..<5).map { SQLRow([.blob([UInt8(booking)]), .integer($0)]) }
            }
            try requireEqual(steps, expected)
            let (left, answers) = try await store.read { session throws(StorageError) in
                (
                    try OutboxTable.counts(in: session).waiting,
                    try session.first("SELECT count(*) FROM answers")!.integer(0)
                )
            }
            try requireEqual(left, 0)
            try requireEqual(answers, 300)
        },
        ConformanceCase("an entry is delivered though the clock was set back before it was added") {
            store in
            let executor = try await prepare(store)
            let (stream, continuation) = AsyncStream.makeStream(of: DeliveryEvent.self)
            let pump = OutboxPump(
                OutboxPump.Settings(destinations: [.payments]),
                OutboxPump.Environment(
                    store: store,
                    executor: executor,
                    courier: DirectCourier(executor: executor, store: store),
                    time: ManualTimeSource(wallTime: now),
                    observe: { continuation.yield($0) }
                )
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await pump.run() }
                var events = stream.makeAsyncIterator()
                // Each of a process's own outbox, as after a restart: it starts where the store is, which is empty.
                for (number, moment) in [(1, now.advanced(by: .seconds(3600))), (2, now)] {
                    let outbox = OutboxTable()
                    try await store.write { session throws(StorageError) in
                        try outbox.append(
                            command(UInt64(number)),
                            orderingKey: OrderingKey(bits: 1),
                            at: moment,
                            in: session
                        )
                    }
                    pump.wake()
                    guard case .delivered? = await events.next() else {
                        throw ConformanceFailure(description: "entry \(number) was not delivered")
                    }
                }
                pump.stop()
                try await group.waitForAll()
            }
            try await requireEffects(2, store)
        },
        ConformanceCase("the entries of a gap leave together, the one behind a pause at once") {
            store in
            let executor = try await prepare(store)
            let outbox = OutboxTable()
            let time = ManualTimeSource(wallTime: now)
            let (events, observed) = AsyncStream.makeStream(of: DeliveryEvent.self)
            let (pauses, paused) = AsyncStream.makeStream(of: Duration.self)
            let (gate, opened) = AsyncStream.makeStream(of: Void.self)
            let deliveredCount = Mutex(0)
            var settings = OutboxPump.Settings(destinations: [.payments])
            settings.lookGap = .milliseconds(10)
            let pump = OutboxPump(
                settings,
                OutboxPump.Environment(
                    store: store,
                    executor: executor,
                    courier: DirectCourier(executor: executor, store: store),
                    time: time,
                    pause: { duration in
                        paused.yield(duration)
                        for await _ in gate { break }
                        time.advance(by: duration)
                    },
                    observe: { event in
                        deliveredCount.withLock { $0 += 1 }
                        observed.yield(event)
                    }
                )
            )
            func add(_ number: UInt64) async throws {
                try await store.write { session throws(StorageError) in
                    try outbox.append(
                        command(number),
                        orderingKey: OrderingKey(bits: UInt128(number)),
                        at: now,
                        in: session
                    )
                }
                pump.wake()
            }
            try await add(1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await pump.run() }
                var delivered = events.makeAsyncIterator()
                var waits = pauses.makeAsyncIterator()
                _ = await delivered.next()
                try await add(2)
                try requireEqual(await waits.next(), .milliseconds(10))
                try await add(3)
                try requireEqual(deliveredCount.withLock { $0 }, 1)
                opened.yield()
                for _ in 0..<2 { _ = await delivered.next() }
                pump.stop()
                try await group.waitForAll()
            }
            try await requireEffects(3, store)
        },
        ConformanceCase("a refused entry is parked and blocks its booking only") { store in
            let executor = try await prepare(store)
            let outbox = OutboxTable()
            try await store.write { session throws(StorageError) in
                for (number, method) in [(0, 1), (1, 99), (2, 1), (3, 1)] {
                    try outbox.append(
                        command(UInt64(number), method: UInt16(method)),
                        orderingKey: OrderingKey(bits: number == 3 ? 2 : 1),
                        at: now,
                        in: session
                    )
                }
            }
            let (stream, continuation) = AsyncStream.makeStream(of: DeliveryEvent.self)
            let pump = OutboxPump(
                OutboxPump.Settings(destinations: [.payments]),
                OutboxPump.Environment(
                    store: store,
                    executor: executor,
                    courier: DirectCourier(executor: executor, store: store),
                    time: ManualTimeSource(wallTime: now),
                    observe: { continuation.yield($0) }
                )
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await pump.run() }
                var seen = 0
                for await _ in stream {
                    seen += 1
                    if seen == 3 { break }
                }
                pump.stop()
                try await group.waitForAll()
            }
            try await requireEffects(2, store)
            let counts = try await store.read { session throws(StorageError) in
                try OutboxTable.counts(in: session)
            }
            try require(counts == (2, 1), "\(counts)")
        },
    ]

    private static func load(_ store: any TransactionalStore) async throws -> [OutboxEntry] {
        try await store.read { session throws(StorageError) in
            try OutboxTable.entries(
                for: .payments,
                after: 0,
                shards: 0...4095,
                limit: 100,
                in: session
            )
        }
    }

    private static func requireEffects(
        _ expected: Int64,
        _ store: any TransactionalStore,
        line: UInt = #line
    ) async throws {
        let count = try await store.read { session throws(StorageError) in
            try session.first("SELECT count(*) FROM effects")!.integer(0)
        }
        try requireEqual(count, expected, line: line)
    }
}
