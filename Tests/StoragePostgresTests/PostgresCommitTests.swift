#if PostgreSQL
import Storage
import StoragePostgres
import TestSupport
import Testing
import Timekeeping

@Suite(
    "A COMMIT that the server answers with ROLLBACK",
    .enabled("needs postgresql") { try Prerequisite.postgres.isMet() }
)
struct PostgresCommitTests {
    /// So the server ends a transaction of which a statement has failed; no error comes with it.
    @Test("is told as nothing stored")
    func rolledBack() throws {
        let url = try PostgresServer.shared.get().makeDatabase()
        let engine = try PostgresEngine(
            PostgresOptions(url: url),
            isReader: false,
            time: SystemTimeSource()
        )
        defer { engine.close() }
        try engine.begin()
        engine.beginJob()
        #expect(throws: StorageError.self) { try engine.session.query("SELECT 1 / 0") }
        let error = #expect(throws: StorageError.self) { try engine.commit() }
        #expect(error?.code == .conflict)
    }
}
#endif
