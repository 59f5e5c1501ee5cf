internal import Glibc
internal import Storage
internal import StorageSQLite

/// Writes to a store and tells on its output when each write begins and when it was acknowledged, for the test that
/// reads the system calls in between.
@main
struct StorageAcknowledger {
    /// Writes one after the other, and then side by side.
    private static let countEach = 20

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            tell("usage: StorageAcknowledger FILE")
            exit(2)
        }
        let store = try SQLiteStore(SQLiteOptions(path: CommandLine.arguments[1]))
        try await store.write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k INTEGER PRIMARY KEY)")
        }
        for key in 0..<countEach { try await write(key, to: store) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in countEach..<(2 * countEach) {
                group.addTask { try await write(key, to: store) }
            }
            try await group.waitForAll()
        }
        await store.close()
    }

    private static func write(_ key: Int, to store: SQLiteStore) async throws {
        tell("begin \(key)")
        try await store.write { session throws(StorageError) in
            try session.execute("INSERT INTO t (k) VALUES ($1)", [.integer(Int64(key))])
        }
        tell("acknowledged \(key)")
    }

    /// One system call a line, so that the trace has it whole.
    private static func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
