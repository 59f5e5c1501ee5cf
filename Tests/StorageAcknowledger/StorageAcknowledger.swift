internal import Glibc
internal import Storage
internal import StorageSQLite

#if PostgreSQL
internal import StoragePostgres
#endif

/// Writes to a store and tells on its output when each write begins and when it was acknowledged, for the tests that
/// read the system calls in between.
@main
struct StorageAcknowledger {
    /// Writes one after the other, and then side by side.
    private static let countEach = 20
    /// What stored keys begin with, "NXKEY" in the bytes that travel and in those of a page: a trace shows which write
    /// holds which key.
    private static let keyBase: Int64 = 0x4E58_4B45_5900_0000

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            tell("usage: StorageAcknowledger FILE-OR-URL")
            exit(2)
        }
        let place = CommandLine.arguments[1]
        guard place.hasPrefix("postgres:") else {
            let store = try SQLiteStore(SQLiteOptions(path: place))
            try await run(on: store)
            await store.close()
            return
        }
        #if PostgreSQL
        let store = try PostgresStore(PostgresOptions(url: place), readerCount: 1)
        try await run(on: store)
        await store.close()
        #else
        tell("built without PostgreSQL")
        exit(2)
        #endif
    }

    private static func run(on store: some TransactionalStore) async throws {
        try await store.write { session throws(StorageError) in
            try session.define(
                session.dialect.translate("CREATE TABLE t (k {bigint} NOT NULL)")
            )
        }
        for key in 0..<countEach { try await write(key, to: store) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in countEach..<(2 * countEach) {
                group.addTask { try await write(key, to: store) }
            }
            try await group.waitForAll()
        }
    }

    private static func write(_ key: Int, to store: some TransactionalStore) async throws {
        tell("begin \(key)")
        try await store.write { session throws(StorageError) in
            try session.execute(
                "INSERT INTO t (k) VALUES ($1)",
                [.integer(keyBase + Int64(key))]
            )
        }
        tell("acknowledged \(key)")
    }

    /// One system call a line, so that the trace has it whole.
    private static func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
