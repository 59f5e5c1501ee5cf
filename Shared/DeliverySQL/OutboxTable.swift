package import Delivery
package import Model
package import Storage
internal import Synchronization
package import Timekeeping

/// The outbox of one store: written in the transaction that calls for an effect, read by the pump.
///
/// Sequences are microseconds of the clock, made strictly rising: no row that every transaction would have to
/// change, and still the order of commits, because one thread writes the store. After a restart, or after taking
/// over a shard, the first one continues above what is stored, even where the clock was set back.
package final class OutboxTable: Sendable {
    /// The highest sequence given; 0 until the store was asked.
    private let last = Atomic<Int64>(0)

    /// The outbox of a store; one object for each, shared by all who write it.
    package init() {}

    /// Adds `command` for delivery after the transaction; wake the pump once it is committed.
    ///
    /// - Parameters:
    ///   - orderingKey: Entries of the same key and destination arrive in the order in which they were added.
    ///   - shard: The virtual shard whose owner sends it.
    ///   - now: Real time.
    package func append(
        _ command: Command,
        orderingKey: OrderingKey,
        shard: Int = 0,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO outbox (destination, sequence, shard, ordering_key, tenant, method,
                idempotency_key, subject, body, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """,
            [
                .integer(Int64(command.destination.rawValue)),
                .integer(try nextSequence(at: now, in: session)),
                .integer(Int64(shard)),
                .key(orderingKey),
                .tenant(command.tenant),
                .integer(Int64(command.method)),
                .id(command.key),
                .text(command.subject),
                .blob(command.body),
                .time(now),
            ]
        )
    }

    /// Makes the next sequence be looked up again: after taking over a shard that another instance wrote.
    package func forget() {
        last.store(0, ordering: .relaxed)
    }

    private func nextSequence(
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> Int64 {
        var known = last.load(ordering: .relaxed)
        if known == 0 {
            let row = try session.first("SELECT coalesce(max(sequence), 0) FROM outbox")
            known = try row?.integer(0) ?? 0
        }
        let next = max(known + 1, now.microseconds)
        // One thread writes; a body that is run again leaves a gap, which means nothing.
        last.store(next, ordering: .relaxed)
        return next
    }

    /// Entries for `destination` after `cursor`, by rising sequence, without those behind a parked one.
    package static func entries(
        for destination: ServiceName,
        after cursor: Int64,
        shards: ClosedRange<Int>,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [OutboxEntry] {
        let rows = try session.query(
            """
            SELECT sequence, shard, ordering_key, tenant, method, idempotency_key, subject, body,
                coalesce(freed_at, created_at)
            FROM outbox AS entry
            WHERE destination = $1 AND sequence > $2 AND shard BETWEEN $3 AND $4 AND parked_at IS NULL
                AND NOT EXISTS (
                    SELECT 1 FROM outbox AS parked
                    WHERE parked.destination = entry.destination
                        AND parked.ordering_key = entry.ordering_key AND parked.parked_at IS NOT NULL
                )
            ORDER BY sequence LIMIT $5
            """,
            [
                .integer(Int64(destination.rawValue)), .integer(cursor),
                .integer(Int64(shards.lowerBound)), .integer(Int64(shards.upperBound)),
                .integer(Int64(limit)),
            ]
        )
        var entries: [OutboxEntry] = []
        entries.reserveCapacity(rows.count)
        for row in rows { entries.append(try entry(row, for: destination)) }
        return entries
    }

    private static func entry(
        _ row: SQLRow,
        for destination: ServiceName
    ) throws(StorageError) -> OutboxEntry {
        OutboxEntry(
            sequence: try row.integer(0),
            shard: try row.number(1),
            orderingKey: try row.orderingKey(2),
            createdAt: try row.time(8),
            command: Command(
                destination: destination,
                method: try row.number(4),
                key: try row.id(5),
                tenant: try row.tenant(3),
                subject: try row.text(6),
                body: try row.blob(7)
            )
        )
    }

    /// Whether the entry has not been answered yet.
    package static func isWaiting(
        _ entry: OutboxEntry,
        in session: any SQLSession
    ) throws(StorageError) -> Bool {
        try session.first(
            "SELECT 1 FROM outbox WHERE destination = $1 AND sequence = $2 AND shard = $3",
            place(of: entry)
        ) != nil
    }

    /// Takes an answered entry out.
    package static func remove(
        _ entry: OutboxEntry,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "DELETE FROM outbox WHERE destination = $1 AND sequence = $2 AND shard = $3",
            place(of: entry)
        )
    }

    /// How many entries wait, and how many of them are parked; for gauges.
    package static func counts(
        in session: any SQLSession
    ) throws(StorageError) -> (waiting: Int, parked: Int) {
        let row = try session.first("SELECT count(*), count(parked_at) FROM outbox")
        return (try row?.number(0) ?? 0, try row?.number(1) ?? 0)
    }

    /// When the oldest entry was wished for; `nil` where none waits.
    package static func oldest(in session: any SQLSession) throws(StorageError) -> WallTime? {
        let row = try session.first("SELECT min(created_at) FROM outbox")
        guard let row, try !row.isNull(0) else { return nil }
        return try row.time(0)
    }

    static func place(of entry: OutboxEntry) -> [SQLValue] {
        [
            .integer(Int64(entry.command.destination.rawValue)), .integer(entry.sequence),
            .integer(Int64(entry.shard)),
        ]
    }
}

extension SQLValue {
    /// An ordering key: 16 bytes, most significant first.
    package static func key(_ key: OrderingKey) -> SQLValue {
        .blob(withUnsafeBytes(of: key.bits.bigEndian) { Array($0) })
    }
}

extension SQLRow {
    /// The ordering key in `column`; throws `.corrupt` for anything but 16 bytes.
    package func orderingKey(_ column: Int) throws(StorageError) -> OrderingKey {
        let bytes = try blob(column)
        guard bytes.count == 16 else {
            throw StorageError(.corrupt, "column \(column) is not an ordering key of 16 bytes")
        }
        return OrderingKey(bits: bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }
}
