import IngestCore
import IngestServer
import Model
import Storage
import StorageSQLite
import TestSupport
import Testing
import Timekeeping

@Suite("Stored trails", .timeLimit(.minutes(1)))
struct TrailTableTests {
    static let start: Int64 = 1_780_000_000_000

    static func entry(_ sequence: UInt32, shift: UInt128 = 1, tenant: UInt64 = 42) -> TrailFix {
        TrailFix(
            duty: Duty(
                tenant: TenantID(tenant),
                driver: DriverID(bits: 7),
                vehicle: VehicleID(bits: 8),
                shift: ShiftID(bits: shift)
            ),
            fix: Fix(
                measuredAt: start + Int64(sequence),
                latitudeE7: -377_749_000,
                longitudeE7: 1_224_194_000,
                sequence: sequence,
                speed: .max,
                heading: 35_999,
                accuracy: 12,
                status: 2
            ),
            receivedAt: start + 10 * Int64(sequence)
        )
    }

    static func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        let folder = try TemporaryDirectory()
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "trail.db")))
        _ = try await Migrator.run(
            [IngestMigrations.all],
            on: store,
            at: WallTime(secondsSinceEpoch: 1_780_000_000)
        )
        try await body(store)
        await store.close()
    }

    @Test("what is stored is read as it was, by shift and fleet, in order, once each")
    func stores() async throws {
        try await Self.withStore { store in
            let read = try await store.write { session throws(StorageError) in
                try TrailTable.append([Self.entry(2), Self.entry(1)], in: session)
                // The same part again, as after an answer that was lost.
                let again = try TrailTable.append([Self.entry(1), Self.entry(3)], in: session)
                try TrailTable.append(
                    [Self.entry(1, shift: 2), Self.entry(1, tenant: 43)],
                    in: session
                )
                let fixes = try TrailTable.fixes(
                    of: ShiftID(bits: 1),
                    of: TenantID(42),
                    after: 0,
                    limit: 10,
                    in: session
                )
                return (again, fixes)
            }
            #expect(read.0 == 1)
            #expect(read.1 == [Self.entry(1), Self.entry(2), Self.entry(3)])
        }
    }

    @Test("what came before the moment is forgotten, the moment itself is kept")
    func purges() async throws {
        try await Self.withStore { store in
            let count = TrailRetention.batchCount + 5
            try await store.write { session throws(StorageError) in
                try TrailTable.append((1...count).map { Self.entry(UInt32($0)) }, in: session)
            }
            let kept = UInt32(count)
            let moment = WallTime(microseconds: (Self.start + 10 * Int64(kept)) * 1000)
            let forgotten = try await TrailRetention.purge(store, before: moment)
            #expect(forgotten == count - 1)
            let left = try await store.read { session throws(StorageError) in
                try TrailTable.fixes(
                    of: ShiftID(bits: 1),
                    of: TenantID(42),
                    after: 0,
                    limit: 10,
                    in: session
                )
            }
            #expect(left == [Self.entry(kept)])
        }
    }
}
