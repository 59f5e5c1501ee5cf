package import Storage
internal import Synchronization
package import Timekeeping

/// What the rules of business take for now: read from any thread, set by one call, kept in the service's own store.
///
/// In production it is real time and cannot be set. A rehearsal sets it on all five programs with a rising
/// revision, so that a late copy of an older setting changes nothing.
package final class BusinessTimeKeeper: Sendable {
    /// A setting and its place among all.
    package struct Setting: Hashable, Sendable {
        /// The mapping.
        package let clock: BusinessClock
        /// Rising with every setting; 0 before the first.
        package let revision: UInt64

        /// A mapping of real to business time under a revision, 1 or more.
        package init(clock: BusinessClock, revision: UInt64) {
            self.clock = clock
            self.revision = revision
        }
    }

    private let time: any TimeSource
    private let setting: Mutex<Setting>

    /// A keeper of real time.
    package init(time: any TimeSource) {
        self.time = time
        setting = Mutex(Setting(clock: .real, revision: 0))
    }

    /// Business time at this moment.
    package var now: WallTime { current.clock.businessTime(at: time.wallTime) }

    /// The setting in force.
    package var current: Setting { setting.withLock { $0 } }

    /// How long to wait in real time until business time shows `moment`; zero where it has come.
    package func realWait(until moment: WallTime) -> Duration {
        let clock = current.clock
        let wait = clock.businessTime(at: time.wallTime).duration(to: moment)
        return wait > .zero ? clock.realDuration(of: wait) : .zero
    }

    /// Takes over what the store holds; called once at start.
    package func load(from store: any TransactionalStore) async throws(StorageError) {
        let stored = try await store.read { session throws(StorageError) in
            try BusinessTimeTable.setting(in: session)
        }
        guard let stored else { return }
        setting.withLock { $0 = stored }
    }

    /// Stores `wanted` and puts it into force, unless a newer one is.
    ///
    /// - Returns: Whether it is in force now.
    package func set(
        _ wanted: Setting,
        in store: any TransactionalStore
    ) async throws(StorageError) -> Bool {
        let isStored = try await store.write { session throws(StorageError) in
            let stored = try BusinessTimeTable.setting(in: session)
            if let stored, stored.revision >= wanted.revision { return stored == wanted }
            try BusinessTimeTable.store(wanted, in: session)
            return true
        }
        guard isStored else { return false }
        setting.withLock { if $0.revision < wanted.revision { $0 = wanted } }
        return true
    }
}

/// The one row that holds the business clock.
package enum BusinessTimeTable {
    /// Its migrations.
    package static let migrations = MigrationSet(
        component: "business_time",
        [
            Migration(
                1,
                "business clock",
                [
                    """
                    CREATE TABLE business_time (
                        id {bigint} NOT NULL PRIMARY KEY,
                        real_origin {bigint} NOT NULL,
                        business_origin {bigint} NOT NULL,
                        factor {bigint} NOT NULL,
                        revision {bigint} NOT NULL
                    )
                    """
                ]
            )
        ]
    )

    /// The stored setting; `nil` where there is none.
    ///
    /// - Throws: `.corrupt` where the factor is none that could have been stored.
    static func setting(
        in session: any SQLSession
    ) throws(StorageError) -> BusinessTimeKeeper.Setting? {
        let rows = try session.query(
            "SELECT real_origin, business_origin, factor, revision FROM business_time WHERE id = 1",
            []
        )
        guard let row = rows.first else { return nil }
        guard
            let clock = BusinessClock(
                realOrigin: try row.time(0),
                businessOrigin: try row.time(1),
                factor: try row.integer(2)
            )
        else { throw StorageError(.corrupt, "the business clock's factor is out of range") }
        return BusinessTimeKeeper.Setting(
            clock: clock,
            revision: UInt64(bitPattern: try row.integer(3))
        )
    }

    static func store(
        _ setting: BusinessTimeKeeper.Setting,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO business_time (id, real_origin, business_origin, factor, revision)
            VALUES (1, $1, $2, $3, $4)
            ON CONFLICT (id) DO UPDATE SET
                real_origin = excluded.real_origin,
                business_origin = excluded.business_origin,
                factor = excluded.factor,
                revision = excluded.revision
            """,
            [
                .time(setting.clock.realOrigin),
                .time(setting.clock.businessOrigin),
                .integer(setting.clock.factor),
                .integer(Int64(bitPattern: setting.revision)),
            ]
        )
    }
}
