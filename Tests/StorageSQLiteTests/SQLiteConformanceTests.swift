import Storage
import StorageConformance
import StorageSQLite
import TestSupport
import Testing

@Suite("SQLite as a store")
struct SQLiteConformanceTests {
    @Test("conforms", .timeLimit(.minutes(1)), arguments: ConformanceCase.all)
    func conforms(_ fact: ConformanceCase) async throws {
        let folder = try TemporaryDirectory()
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "store.db")))
        try await fact.run(store)
        await store.close()
    }
}
