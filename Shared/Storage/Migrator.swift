internal import Model
package import Timekeeping

/// Brings a store's schema up to what this program knows, in one transaction under a lock.
package enum Migrator {
    /// Applies what is missing of `sets`.
    ///
    /// Instances that start together are safe: each waits for the lock row and then finds nothing to do.
    ///
    /// - Returns: How many migrations it applied.
    /// - Throws: `.invalid` where the store was migrated by a newer program, or where a released migration's
    ///   text has changed; nothing is applied then.
    package static func run(
        _ sets: [MigrationSet],
        on store: some TransactionalStore,
        at now: WallTime
    ) async throws(StorageError) -> Int {
        // Two first starts can collide in CREATE TABLE itself, which PostgreSQL reports as a broken constraint;
        // the table is there by then, and the second attempt goes through.
        do {
            try await store.write { session throws(StorageError) in try createTables(in: session) }
        } catch  where error.code == .invalid || error.code == .conflict {
            try await store.write { session throws(StorageError) in try createTables(in: session) }
        }
        return try await store.write { session throws(StorageError) in
            try apply(sets, in: session, at: now)
        }
    }

    /// The same within a transaction that the caller owns; for the simulator.
    package static func run(
        _ sets: [MigrationSet],
        in session: any SQLSession,
        at now: WallTime
    ) throws(StorageError) -> Int {
        try createTables(in: session)
        return try apply(sets, in: session, at: now)
    }

    private static func createTables(in session: any SQLSession) throws(StorageError) {
        try session.define(
            session.dialect.translate(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    component {text} NOT NULL,
                    number {bigint} NOT NULL,
                    name {text} NOT NULL,
                    fingerprint {blob} NOT NULL,
                    applied_at {bigint} NOT NULL,
                    PRIMARY KEY (component, number)
                ) {clustered}
                """
            )
        )
        try session.define(
            session.dialect.translate(
                """
                CREATE TABLE IF NOT EXISTS schema_lock (
                    id {bigint} NOT NULL PRIMARY KEY,
                    taken_at {bigint} NOT NULL
                ) {table}
                """
            )
        )
    }

    private static func apply(
        _ sets: [MigrationSet],
        in session: any SQLSession,
        at now: WallTime
    ) throws(StorageError) -> Int {
        // The row is locked until the commit, on engines that know no table or advisory locks too.
        try session.execute(
            """
            INSERT INTO schema_lock (id, taken_at) VALUES (1, $1)
            ON CONFLICT (id) DO UPDATE SET taken_at = excluded.taken_at
            """,
            [.time(now)]
        )
        var appliedCount = 0
        for set in sets {
            for migration in try missing(of: set, in: session) {
                for statement in migration.statements {
                    try session.define(session.dialect.translate(statement))
                }
                try record(migration, of: set.component, in: session, at: now)
                appliedCount += 1
            }
        }
        return appliedCount
    }

    private static func missing(
        of set: MigrationSet,
        in session: any SQLSession
    ) throws(StorageError) -> ArraySlice<Migration> {
        let rows = try session.query(
            """
            SELECT number, name, fingerprint FROM schema_migrations
            WHERE component = $1 ORDER BY number
            """,
            [.text(set.component)]
        )
        for row in rows {
            let number = try row.integer(0)
            let name = try row.text(1)
            guard let known = set.migrations.first(where: { $0.number == Int(clamping: number) })
            else {
                throw StorageError(
                    .invalid,
                    "the store has migration \(number) (\(name)) of \(set.component), this program knows "
                        + "\(set.migrations.count): it was opened by a newer version; start that one"
                )
            }
            guard try row.blob(2) == known.fingerprint.bytes else {
                throw StorageError(
                    .invalid,
                    "migration \(number) (\(name)) of \(set.component) is not the one that was applied: "
                        + "a released migration must not change; add a new one"
                )
            }
        }
        return set.migrations[rows.count...]
    }

    private static func record(
        _ migration: Migration,
        of component: String,
        in session: any SQLSession,
        at now: WallTime
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO schema_migrations (component, number, name, fingerprint, applied_at)
            VALUES ($1, $2, $3, $4, $5)
            """,
            [
                .text(component), .integer(Int64(migration.number)), .text(migration.name),
                .blob(migration.fingerprint.bytes), .time(now),
            ]
        )
    }
}
