import Storage
import TestSupport
import Timekeeping

extension ConformanceCase {
    private static let anna = ShardOwner(name: "dispatch-a", address: "10.0.0.1:7300")
    private static let bert = ShardOwner(name: "dispatch-b", address: "10.0.0.2:7300")

    static let leaseCases: [ConformanceCase] = [
        ConformanceCase("a shard has one owner, and an owner that was paused is fenced off") {
            store in
            let time = ManualTimeSource()
            _ = try await Migrator.run([LeaseTable.migrations], on: store, at: time.wallTime)
            try await table(in: store)
            let term = Duration.seconds(3600)
            let held = try await acquire(by: anna, term, time, store)
            guard let held else {
                throw ConformanceFailure(description: "a free shard was not given")
            }
            try requireEqual(held.epoch, 1)
            try requireEqual(held.mayActUntil, time.now.advanced(by: .seconds(3150)))
            try requireEqual(try await acquire(by: bert, term, time, store), nil)
            let prolonged = try await prolong(held, term, time, store)
            try requireEqual(prolonged.epoch, 1)
            try await write(under: prolonged, 1, store)
            // The owner is paused until its lease has run out, by the store's clock, and another has taken over.
            try await store.write { session throws(StorageError) in
                try session.execute("UPDATE shard_leases SET expires_at = 0")
            }
            let taken = try await acquire(by: bert, term, time, store)
            try requireEqual(taken?.epoch, 2)
            try await requireError(.fenced) { try await write(under: prolonged, 2, store) }
            try await requireError(.fenced) { _ = try await prolong(prolonged, term, time, store) }
            try await write(under: taken!, 3, store)
            // A release by the old owner must not free the new owner's lease.
            try await store.write { session throws(StorageError) in
                try LeaseTable.release(prolonged, in: session)
            }
            try requireEqual(try await acquire(by: anna, term, time, store), nil)
            let (owner, rows) = try await store.read { session throws(StorageError) in
                (
                    try LeaseTable.owner(of: 7, in: session),
                    try session.query("SELECT k FROM t ORDER BY k")
                )
            }
            try requireEqual(owner, bert)
            try requireEqual(rows.map(\.values), [[.integer(1)], [.integer(3)]])
        },
        ConformanceCase("a released shard is free at once, and its epoch still grows") { store in
            let time = ManualTimeSource()
            _ = try await Migrator.run([LeaseTable.migrations], on: store, at: time.wallTime)
            for epoch in 1...5 {
                let lease = try await acquire(
                    by: epoch % 2 == 0 ? anna : bert,
                    .seconds(60),
                    time,
                    store
                )
                try requireEqual(lease?.epoch, Int64(epoch))
                try await store.write { session throws(StorageError) in
                    try LeaseTable.release(lease!, in: session)
                }
            }
        },
        ConformanceCase("an owner takes over from its own former life, which is fenced off") {
            store in
            let time = ManualTimeSource()
            _ = try await Migrator.run([LeaseTable.migrations], on: store, at: time.wallTime)
            try await table(in: store)
            let term = Duration.seconds(3600)
            guard let former = try await acquire(by: anna, term, time, store) else {
                throw ConformanceFailure(description: "a free shard was not given")
            }
            let moved = ShardOwner(name: anna.name, address: bert.address)
            try requireEqual(try await acquire(by: moved, term, time, store, replaces: true), nil)
            let again = try await acquire(by: anna, term, time, store, replaces: true)
            try requireEqual(again?.epoch, 2)
            try await requireError(.fenced) { try await write(under: former, 1, store) }
            try await requireError(.fenced) { _ = try await prolong(former, term, time, store) }
        },
        ConformanceCase("an owner that stood still goes on where nobody has taken the shard since")
        {
            store in
            let time = ManualTimeSource()
            _ = try await Migrator.run([LeaseTable.migrations], on: store, at: time.wallTime)
            let term = Duration.seconds(3600)
            guard let held = try await acquire(by: anna, term, time, store) else {
                throw ConformanceFailure(description: "a free shard was not given")
            }
            try await store.write { session throws(StorageError) in
                try session.execute("UPDATE shard_leases SET expires_at = 0")
            }
            let prolonged = try await prolong(held, term, time, store)
            try requireEqual(prolonged.epoch, 1)
            try requireEqual(try await acquire(by: bert, term, time, store), nil)
        },
    ]

    private static func prolong(
        _ lease: ShardLease,
        _ term: Duration,
        _ time: ManualTimeSource,
        _ store: any TransactionalStore
    ) async throws -> ShardLease {
        try await store.write { session throws(StorageError) in
            try LeaseTable.prolong(lease, for: term, time: time, in: session)
        }
    }

    private static func acquire(
        by owner: ShardOwner,
        _ term: Duration,
        _ time: ManualTimeSource,
        _ store: any TransactionalStore,
        replaces: Bool = false
    ) async throws -> ShardLease? {
        try await store.write { session throws(StorageError) in
            try LeaseTable.acquire(
                7,
                by: owner,
                for: term,
                replacesOwnFormerLife: replaces,
                time: time,
                in: session
            )
        }
    }

    private static func write(
        under lease: ShardLease,
        _ key: Int64,
        _ store: any TransactionalStore
    ) async throws {
        try await store.write { session throws(StorageError) in
            try LeaseTable.check(lease, in: session)
            try session.execute("INSERT INTO t (k, n) VALUES ($1, 1)", [.integer(key)])
        }
    }
}
