import ServiceRuntime
import Storage
import StorageOpening
import Synchronization
import Telemetry
import TestSupport
import Testing
import Timekeeping

@Suite("ServiceStore", .timeLimit(.minutes(1)))
struct ServiceStoreTests {
    private static let migrations = MigrationSet(
        component: "test",
        [
            Migration(
                1,
                "one table",
                ["CREATE TABLE notes (id {bigint} NOT NULL PRIMARY KEY) {table}"]
            )
        ]
    )

    private let folder: TemporaryDirectory
    private let health = Health()
    private let registry = MetricsRegistry()

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func store(_ name: String = "a.db") -> ServiceStore {
        ServiceStore(
            .sqlite(path: folder.path(of: name)),
            migrations: [Self.migrations],
            health: health,
            registry: registry
        )
    }

    @Test("before it is open calls fail as unavailable and health says so")
    func early() async {
        let store = store()
        let error = await #expect(throws: StorageError.self) {
            try await store.read { session throws(StorageError) in
                try session.query("SELECT 1").count
            }
        }
        #expect(error?.code == .unavailable)
        #expect(health.report.storageFault == "not opened yet")
        #expect(store.statistics.groupCount == 0)
    }

    @Test("it opens, migrates, serves, closes, and opens again with what was written")
    func life() async throws {
        let first = store()
        try await first.start()
        #expect(health.report.storageFault == nil)
        try await first.write { session throws(StorageError) in
            try session.execute("INSERT INTO notes (id) VALUES (7)")
        }
        await first.stop(within: .seconds(1))
        let second = ServiceStore(
            .sqlite(path: folder.path(of: "a.db")),
            migrations: [Self.migrations],
            health: Health(),
            registry: MetricsRegistry()
        )
        try await second.start()
        let count = try await second.read { session throws(StorageError) in
            try session.query("SELECT id FROM notes").count
        }
        #expect(count == 1)
        await second.stop(within: .seconds(1))
        #expect(registry.prometheusText().contains("nexors_store_write_seconds_count 1"))
    }

    @Test("a folder that is not there is told in words, and nothing stays open")
    func noFolder() async {
        let store = store("missing/a.db")
        let error = await #expect(throws: StorageError.self) { try await store.start() }
        #expect(error?.message.isEmpty == false)
        #expect(health.report.isReady == false)
    }
}
