import Delivery
import DeliverySQL
import Model
import Storage
import Timekeeping

/// What an operator sees and does about entries that were given up.
extension ConformanceCase {
    private static let now = WallTime(secondsSinceEpoch: 1_780_000_000)

    static let parkedCases: [ConformanceCase] = [
        ConformanceCase("what was given up is listed page by page, with what waits behind it") {
            store in
            try await prepare(store)
            let first = try await list(store, after: 0, limit: 1)
            try requireEqual(first.map(\.key), [key(0)])
            try requireEqual(first.map(\.blockedCount), [2])
            try requireEqual(first.map(\.reason), ["payments refused it: notFound"])
            let rest = try await list(store, after: first[0].sequence, limit: 10)
            try requireEqual(rest.map(\.key), [key(3)])
            try requireEqual(rest.map(\.blockedCount), [0])
            try requireEqual(rest.map(\.tenant), [TenantID(1)])
            try requireEqual(rest.map(\.orderingKey), [OrderingKey(bits: 8)])
            try requireEqual(try await list(store, after: rest[0].sequence, limit: 10), [])
            let counts = try await store.read { session throws(StorageError) in
                try OutboxTable.parkedCounts(in: session)
            }
            try requireEqual(counts.map(\.destination), [.payments])
            try requireEqual(counts.map(\.count), [2])
        },
        ConformanceCase("one entry is set free by its key, and none that is too old") { store in
            try await prepare(store)
            let now = now
            let outcomes = try await store.write { session throws(StorageError) in
                [
                    try OutboxTable.retryParked(key(9), since: now, at: now, in: session),
                    try OutboxTable.retryParked(
                        key(3),
                        since: now.advanced(by: .microseconds(1)),
                        at: now,
                        in: session
                    ),
                    try OutboxTable.retryParked(key(3), since: now, at: now, in: session),
                    try OutboxTable.retryParked(key(3), since: now, at: now, in: session),
                ]
            }
            try requireEqual(outcomes.map(\.freed), [0, 0, 1, 0])
            try requireEqual(outcomes.map(\.tooOld), [0, 1, 0, 0])
            try requireEqual(try await list(store, after: 0, limit: 10).map(\.key), [key(0)])
        },
        ConformanceCase("a dropped entry is gone, recorded with its reason, and frees those behind")
        {
            store in
            try await prepare(store)
            let now = now
            let counts = try await store.write { session throws(StorageError) in
                [
                    // Not parked: nobody's to drop.
                    try OutboxTable.dropParked(key(1), because: "no", at: now, in: session),
                    try OutboxTable.dropParked(
                        key(0),
                        because: "paid by hand",
                        at: now,
                        in: session
                    ),
                    try OutboxTable.dropParked(key(0), because: "again", at: now, in: session),
                ]
            }
            try requireEqual(counts, [0, 1, 0])
            let (records, waiting) = try await store.read { session throws(StorageError) in
                (
                    try session.query(
                        "SELECT idempotency_key, parked_reason, dropped_reason FROM outbox_dropped"
                    ),
                    try OutboxTable.entries(
                        for: .payments,
                        after: 0,
                        shards: 0...4095,
                        limit: 10,
                        in: session
                    )
                )
            }
            try requireEqual(records.count, 1)
            try requireEqual(try records[0].id(0) as IdempotencyKey, key(0))
            try requireEqual(try records[0].text(1), "payments refused it: notFound")
            try requireEqual(try records[0].text(2), "paid by hand")
            try requireEqual(waiting.map(\.command.key), [key(1), key(2)])
        },
    ]

    private static func key(_ number: UInt64) -> IdempotencyKey {
        command(number).key
    }

    /// Entries 0, 1 and 2 of one booking and 3 of another; 0 and 3 are given up.
    private static func prepare(_ store: any TransactionalStore) async throws {
        _ = try await Migrator.run([DeliverySchema.migrations], on: store, at: now)
        let outbox = OutboxTable()
        let now = now
        try await store.write { session throws(StorageError) in
            for number in 0..<4 as Range<UInt64> {
                try outbox.append(
                    command(number),
                    orderingKey: OrderingKey(bits: number == 3 ? 8 : 7),
                    at: now,
                    in: session
                )
            }
            let entries = try OutboxTable.entries(
                for: .payments,
                after: 0,
                shards: 0...4095,
                limit: 10,
                in: session
            )
            for entry in [entries[0], entries[3]] {
                let reason = CommandReply(code: 5).refusal(by: .payments)
                try OutboxTable.park(entry, because: reason, at: now, in: session)
            }
        }
    }

    private static func list(
        _ store: any TransactionalStore,
        after sequence: Int64,
        limit: Int
    ) async throws -> [ParkedEntry] {
        try await store.read { session throws(StorageError) in
            try OutboxTable.parked(after: sequence, limit: limit, in: session)
        }
    }
}
