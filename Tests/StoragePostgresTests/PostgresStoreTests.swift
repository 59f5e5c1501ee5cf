#if PostgreSQL
import Storage
import StorageConformance
import StoragePostgres
import TestSupport
import Testing

@Suite(
    "PostgreSQL as a store",
    .enabled("needs postgresql") { try Prerequisite.postgres.isMet() }
)
struct PostgresStoreTests {
    private func open(limits: ThreadedStore.Limits = ThreadedStore.Limits()) throws -> PostgresStore
    {
        let url = try PostgresServer.shared.get().makeDatabase()
        return try PostgresStore(PostgresOptions(url: url), limits: limits)
    }

    @Test("conforms", .timeLimit(.minutes(2)), arguments: ConformanceCase.all)
    func conforms(_ fact: ConformanceCase) async throws {
        let store = try open()
        try await fact.run(store)
        await store.close()
    }

    @Test("two instances count together: a serialization failure is run again, not told")
    func twoInstances() async throws {
        let url = try PostgresServer.shared.get().makeDatabase()
        let stores = try [
            PostgresStore(PostgresOptions(url: url)), PostgresStore(PostgresOptions(url: url)),
        ]
        try await stores[0].write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k BIGINT PRIMARY KEY, n BIGINT NOT NULL)")
            try session.execute("INSERT INTO t (k, n) VALUES (1, 0)")
        }
        let failures = await withTaskGroup(of: StorageError?.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do throws(StorageError) {
                        try await stores[index % 2].write { session throws(StorageError) in
                            let n = try session.first("SELECT n FROM t WHERE k = 1")!.integer(0)
                            try session.execute(
                                "UPDATE t SET n = $1 WHERE k = 1",
                                [.integer(n + 1)]
                            )
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [StorageError]()) { failures, error in
                if let error { failures.append(error) }
            }
        }
        #expect(failures.allSatisfy { $0.code == .conflict })
        let counted = try await stores[0].read { session throws(StorageError) in
            try session.first("SELECT n FROM t")!.integer(0)
        }
        #expect(counted == Int64(200 - failures.count))
        for store in stores { await store.close() }
    }

    @Test(
        "after a crash of the server what was acknowledged is there, and the store connects again"
    )
    func crash() async throws {
        let server = try PostgresServer.start()
        let store = try PostgresStore(PostgresOptions(url: server.makeDatabase()), readerCount: 1)
        try await store.write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k BIGINT PRIMARY KEY)")
        }
        for key in 0..<20 {
            try await store.write { session throws(StorageError) in
                try session.execute("INSERT INTO t (k) VALUES ($1)", [.integer(Int64(key))])
            }
        }
        try server.crash()
        await #expect {
            try await store.write { session throws(StorageError) in
                try session.execute("INSERT INTO t (k) VALUES (1000)")
            }
        } throws: { ($0 as? StorageError)?.code == .unavailable }
        try server.restart()
        var keys: [Int64]?
        while keys == nil {
            keys = try? await store.read { session throws(StorageError) in
                try session.query("SELECT k FROM t ORDER BY k").map { row throws(StorageError) in
                    try row.integer(0)
                }
            }
            await Task.yield()
        }
        #expect(keys == Array(0..<20))
        await store.close()
    }

    @Test("a server that is not there is told with what to do, and without the password")
    func unreachable() throws {
        do {
            _ = try PostgresStore(
                PostgresOptions(url: "postgres://nexors:s3cret@/x?host=/nonexistent-folder")
            )
            Issue.record("it connected")
        } catch {
            #expect(error.code == .unavailable)
            #expect(error.message.contains("check its address"))
            #expect(!error.message.contains("s3cret"))
        }
    }
}
#endif
