package import Delivery
package import Model
package import Storage
package import Timekeeping

/// Entries that were given up: an operator retries or drops them.
extension OutboxTable {
    /// The longest reason that is kept, characters.
    package static let reasonCountMax = 200

    /// Gives an entry up, for an operator to decide.
    ///
    /// - Parameter reason: For operators; its first 200 characters are kept.
    package static func park(
        _ entry: OutboxEntry,
        because reason: String,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            UPDATE outbox SET parked_at = $1, parked_reason = $2
            WHERE destination = $3 AND sequence = $4 AND shard = $5
            """,
            [.time(now), .text(String(reason.prefix(reasonCountMax)))] + place(of: entry)
        )
    }

    /// Entries that were given up, by rising sequence.
    ///
    /// - Parameters:
    ///   - sequence: Where the last list ended; 0 is the start. One outbox gives each sequence once.
    ///   - limit: How many at most.
    /// - Complexity: One pass over the outbox where any is parked, for what waits behind.
    package static func parked(
        after sequence: Int64,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [ParkedEntry] {
        let rows = try session.query(
            """
            SELECT parked.sequence, parked.destination, parked.method, parked.tenant, parked.idempotency_key,
                parked.ordering_key, parked.created_at, parked.parked_at, parked.parked_reason,
                coalesce(behind.entry_count, 0)
            FROM outbox AS parked LEFT JOIN (
                SELECT destination, ordering_key, count(*) AS entry_count FROM outbox
                WHERE parked_at IS NULL GROUP BY destination, ordering_key
            ) AS behind ON behind.destination = parked.destination
                AND behind.ordering_key = parked.ordering_key
            WHERE parked.parked_at IS NOT NULL AND parked.sequence > $1
            ORDER BY parked.sequence LIMIT $2
            """,
            [.integer(sequence), .integer(Int64(limit))]
        )
        var entries: [ParkedEntry] = []
        entries.reserveCapacity(rows.count)
        for row in rows { entries.append(try parkedEntry(row)) }
        return entries
    }

    /// How many entries were given up, by destination and in its order.
    package static func parkedCounts(
        in session: any SQLSession
    ) throws(StorageError) -> [(destination: ServiceName, count: Int)] {
        let rows = try session.query(
            """
            SELECT destination, count(*) FROM outbox WHERE parked_at IS NOT NULL
            GROUP BY destination ORDER BY destination
            """
        )
        var counts: [(destination: ServiceName, count: Int)] = []
        for row in rows { counts.append((try destination(row, 0), try row.number(1))) }
        return counts
    }

    /// Sets entries that were given up free: they are sent again, with patience anew. Then call the pump's `reload`.
    ///
    /// - Parameters:
    ///   - key: The entry's; `nil` for all.
    ///   - oldest: Entries that were wished for before are left alone.
    /// - Returns: How many were freed, and how many were too old.
    package static func retryParked(
        _ key: IdempotencyKey?,
        since oldest: WallTime,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> (freed: Int, tooOld: Int) {
        let keys = key.map { [SQLValue.id($0)] } ?? []
        let row = try session.first(
            key == nil
                ? "SELECT count(*) FROM outbox WHERE parked_at IS NOT NULL AND created_at < $1"
                : """
                SELECT count(*) FROM outbox
                WHERE parked_at IS NOT NULL AND created_at < $1 AND idempotency_key = $2
                """,
            [.time(oldest)] + keys
        )
        let tooOld = try row?.number(0) ?? 0
        let freed = try session.execute(
            key == nil
                ? """
                UPDATE outbox SET parked_at = NULL, parked_reason = NULL, freed_at = $1
                WHERE parked_at IS NOT NULL AND created_at >= $2
                """
                : """
                UPDATE outbox SET parked_at = NULL, parked_reason = NULL, freed_at = $1
                WHERE parked_at IS NOT NULL AND created_at >= $2 AND idempotency_key = $3
                """,
            [.time(now), .time(oldest)] + keys
        )
        return (freed, tooOld)
    }

    /// Takes an entry that was given up out, and records that and why. Then call the pump's `reload`.
    ///
    /// - Parameter reason: The operator's; its first 200 characters are kept.
    /// - Returns: What was dropped: one entry, or none where no parked one has `key`.
    package static func dropParked(
        _ key: IdempotencyKey,
        because reason: String,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> Int {
        try session.execute(
            """
            INSERT INTO outbox_dropped (dropped_at, destination, sequence, shard, ordering_key, tenant, method,
                idempotency_key, created_at, parked_at, parked_reason, dropped_reason)
            SELECT $1, destination, sequence, shard, ordering_key, tenant, method,
                idempotency_key, created_at, parked_at, parked_reason, $2
            FROM outbox WHERE parked_at IS NOT NULL AND idempotency_key = $3
            """,
            [.time(now), .text(String(reason.prefix(reasonCountMax))), .id(key)]
        )
        return try session.execute(
            "DELETE FROM outbox WHERE parked_at IS NOT NULL AND idempotency_key = $1",
            [.id(key)]
        )
    }

    private static func parkedEntry(_ row: SQLRow) throws(StorageError) -> ParkedEntry {
        ParkedEntry(
            sequence: try row.integer(0),
            destination: try destination(row, 1),
            method: try row.number(2),
            tenant: try row.tenant(3),
            key: try row.id(4),
            orderingKey: try row.orderingKey(5),
            createdAt: try row.time(6),
            parkedAt: try row.time(7),
            reason: try row.text(8),
            blockedCount: try row.number(9)
        )
    }

    private static func destination(
        _ row: SQLRow,
        _ column: Int
    ) throws(StorageError) -> ServiceName {
        let number: UInt16 = try row.number(column)
        guard let service = ServiceName(rawValue: number) else {
            throw StorageError(.corrupt, "\(number) is no service")
        }
        return service
    }
}
