package import Timekeeping

/// Ownership of shards: one row each, with an epoch that every write of the owner checks.
///
/// The store's clock alone decides whether a lease has run out, so instances with wrong clocks cannot both own a
/// shard; SQLite has one process and takes that process's clock. A lease saves time, the epoch gives safety: an
/// owner that was paused past its lease is refused in the transaction of its next write.
package enum LeaseTable {
    /// How many virtual shards there are.
    package static let shardCount = 4096
    /// The part of the term that the owner leaves unused, for the drift between two monotonic clocks: 1/8.
    private static let marginDivisor = 8

    /// The table.
    package static let migrations = MigrationSet(
        component: "leases",
        [
            Migration(
                1,
                "shard leases",
                [
                    """
                    CREATE TABLE shard_leases (
                        shard {bigint} NOT NULL PRIMARY KEY,
                        owner {text} NOT NULL,
                        address {text} NOT NULL,
                        epoch {bigint} NOT NULL,
                        expires_at {bigint} NOT NULL
                    ) {table}
                    """
                ]
            )
        ]
    )

    /// Takes the shard where it is free or its lease has run out.
    ///
    /// - Parameters:
    ///   - term: How long the lease lasts; prolong it at a third.
    ///   - replacesOwnFormerLife: Whether it is taken at once where the same owner, by name and address, holds it: an
    ///     instance that was killed and started again. Its former life, should it live after all, is fenced off.
    ///   - time: The instance's clocks; the wall clock serves SQLite only.
    /// - Returns: The lease with its new epoch, or nil while another instance, or this one, holds it.
    package static func acquire(
        _ shard: Int,
        by owner: ShardOwner,
        for term: Duration,
        replacesOwnFormerLife: Bool = false,
        time: some TimeSource,
        in session: any SQLSession
    ) throws(StorageError) -> ShardLease? {
        // Read before the store's clock is: what the way there takes shortens our own view of the lease only.
        let start = time.now
        let now = try storeTime(time, in: session)
        let row = try session.first(
            """
            INSERT INTO shard_leases (shard, owner, address, epoch, expires_at)
            VALUES ($1, $2, $3, 1, $4)
            ON CONFLICT (shard) DO UPDATE SET owner = excluded.owner, address = excluded.address,
                epoch = shard_leases.epoch + 1, expires_at = excluded.expires_at
            WHERE shard_leases.expires_at <= $5
                OR ($6 = 1 AND shard_leases.owner = $2 AND shard_leases.address = $3)
            RETURNING epoch
            """,
            [
                .integer(Int64(shard)), .text(owner.name), .text(owner.address),
                .time(now.advanced(by: term)), .time(now), .integer(replacesOwnFormerLife ? 1 : 0),
            ]
        )
        guard let row else { return nil }
        return ShardLease(
            shard: shard,
            epoch: try row.integer(0),
            mayActUntil: start.advanced(by: term - term / marginDivisor)
        )
    }

    /// Prolongs a lease under the same epoch: also where it has run out and nobody has taken the shard since, which the
    /// epoch tells. An owner that stood still alone on its store goes on.
    ///
    /// - Throws: `.fenced` where another instance has taken the shard.
    package static func prolong(
        _ lease: ShardLease,
        for term: Duration,
        time: some TimeSource,
        in session: any SQLSession
    ) throws(StorageError) -> ShardLease {
        let start = time.now
        let now = try storeTime(time, in: session)
        let changed = try session.execute(
            "UPDATE shard_leases SET expires_at = $1 WHERE shard = $2 AND epoch = $3",
            [
                .time(now.advanced(by: term)), .integer(Int64(lease.shard)), .integer(lease.epoch),
            ]
        )
        guard changed == 1 else { throw fenced(lease) }
        return ShardLease(
            shard: lease.shard,
            epoch: lease.epoch,
            mayActUntil: start.advanced(by: term - term / marginDivisor)
        )
    }

    /// Gives the shard up at once, so that the next owner need not wait; does nothing where it is lost already.
    package static func release(
        _ lease: ShardLease,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "UPDATE shard_leases SET expires_at = 0 WHERE shard = $1 AND epoch = $2",
            [.integer(Int64(lease.shard)), .integer(lease.epoch)]
        )
    }

    /// Refuses the transaction of an owner that is no longer the owner. First statement of every write that
    /// belongs to the shard.
    ///
    /// - Throws: `.fenced`.
    package static func check(
        _ lease: ShardLease,
        in session: any SQLSession
    ) throws(StorageError) {
        // On PostgreSQL the row stays locked until the commit, so no new owner can come in between; SQLite has
        // one writer and needs no lock.
        let statement: SQLStatement =
            switch session.dialect {
            case .sqlite: "SELECT epoch FROM shard_leases WHERE shard = $1 AND epoch = $2"
            case .postgres:
                "SELECT epoch FROM shard_leases WHERE shard = $1 AND epoch = $2 FOR SHARE"
            }
        let row = try session.first(
            statement,
            [.integer(Int64(lease.shard)), .integer(lease.epoch)]
        )
        guard row != nil else { throw fenced(lease) }
    }

    /// Who owned the shard last, for the answer to a caller that reached the wrong instance.
    package static func owner(
        of shard: Int,
        in session: any SQLSession
    ) throws(StorageError) -> ShardOwner? {
        let row = try session.first(
            "SELECT owner, address FROM shard_leases WHERE shard = $1",
            [.integer(Int64(shard))]
        )
        guard let row else { return nil }
        return ShardOwner(name: try row.text(0), address: try row.text(1))
    }

    private static func storeTime(
        _ time: some TimeSource,
        in session: any SQLSession
    ) throws(StorageError) -> WallTime {
        switch session.dialect {
        case .sqlite:
            return time.wallTime
        case .postgres:
            let row = try session.first(
                "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
            )
            guard let row else {
                throw StorageError(.unavailable, "the store did not tell its time")
            }
            return try row.time(0)
        }
    }

    private static func fenced(_ lease: ShardLease) -> StorageError {
        StorageError(.fenced, "shard \(lease.shard) is no longer owned under epoch \(lease.epoch)")
    }
}
