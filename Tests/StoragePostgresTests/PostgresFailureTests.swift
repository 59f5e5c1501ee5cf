#if PostgreSQL
import Storage
import StoragePostgres
import Testing

@Suite("What PostgreSQL's states mean")
struct PostgresFailureTests {
    @Test(
        "a state that passes by itself is never told as a mistake of ours",
        arguments: [
            ("40001", StorageError.Code.conflict), ("40P01", .conflict), ("55P03", .conflict),
            ("40003", .unavailable), ("25P03", .unavailable), ("25006", .unavailable),
            ("57014", .unavailable), ("57P01", .unavailable), ("08006", .unavailable),
            ("53300", .unavailable), ("53100", .full), ("XX001", .corrupt), ("08P01", .invalid),
            ("23505", .invalid), ("42601", .invalid), ("", .invalid),
        ]
    )
    func code(state: String, code: StorageError.Code) {
        #expect(PostgresFailure.error(state, detail: "").code == code)
    }

    @Test("a write where only reads were meant is a mistake of ours, and nothing else becomes one")
    func reader() {
        let write = PostgresFailure.error("25006", detail: "")
        #expect(PostgresFailure.toldByReader(write).code == .invalid)
        let stalled = PostgresFailure.error("25P03", detail: "")
        #expect(PostgresFailure.toldByReader(stalled).code == .unavailable)
    }
}
#endif
