import Delivery
import DeliverySQL
import Model
import ServiceRuntime
import Storage
import StorageSQLite
import TestSupport
import Testing
import Timekeeping

@Suite("InboxRetention")
struct InboxRetentionTests {
    @Test("what is older than the life is forgotten, over batches, and nothing younger")
    func purge() async throws {
        let folder = try TemporaryDirectory()
        let now = WallTime(secondsSinceEpoch: 1_800_000_000)
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "a.db")))
        _ = try await Migrator.run([DeliverySchema.migrations], on: store, at: now)
        let edge = now.advanced(by: .zero - InboxRetention.life)
        let oldCount = InboxRetention.batchCount + 1
        try await store.write { session throws(StorageError) in
            for index in 0...oldCount {
                let command = Command(
                    destination: .payments,
                    method: 1,
                    key: IdempotencyKey(bits: UInt128(index + 1)),
                    tenant: TenantID(1),
                    subject: "service:dispatch",
                    body: []
                )
                // The last one is exactly as old as the life.
                let age: Duration = index == oldCount ? .zero : .microseconds(-1)
                try InboxTable.insert(
                    command,
                    CommandReply(code: 0),
                    at: edge.advanced(by: age),
                    in: session
                )
            }
        }
        #expect(try await InboxRetention.purge(store, at: now) == oldCount)
        #expect(try await InboxRetention.purge(store, at: now) == 0)
        let left = try await store.read { session throws(StorageError) in
            try InboxTable.record(
                of: IdempotencyKey(bits: UInt128(oldCount + 1)),
                for: TenantID(1),
                in: session
            )
        }
        #expect(left != nil)
        await store.close()
    }
}
