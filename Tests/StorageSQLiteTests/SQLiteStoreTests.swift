import Foundation
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Testing

@Suite("SQLite's store and its surroundings")
struct SQLiteStoreTests {
    @Test(
        "a file has one owner, who is named to the second, and is free after the first has closed"
    )
    func ownership() async throws {
        let folder = try TemporaryDirectory()
        let options = SQLiteOptions(path: folder.path(of: "store.db"))
        let store = try SQLiteStore(options)
        #expect {
            _ = try SQLiteStore(options)
        } throws: { error in
            guard let error = error as? StorageError else { return false }
            return error.code == .unavailable
                && error.message.contains(
                    "in use by process \(ProcessInfo.processInfo.processIdentifier)"
                )
        }
        await store.close()
        let next = try SQLiteStore(options)
        await next.close()
    }

    @Test(
        "a file is free after its owner has closed it, also where a forked child still has the lock's descriptor"
    )
    func ownershipOfChildren() async throws {
        let folder = try TemporaryDirectory()
        let options = SQLiteOptions(path: folder.path(of: "store.db"))
        let store = try SQLiteStore(options)
        // A child shares the open file until its exec, just as a copy of the descriptor does.
        let copies = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap { Int32($0) }
            .filter { descriptor in
                let target = try? FileManager.default.destinationOfSymbolicLink(
                    atPath: "/proc/self/fd/\(descriptor)"
                )
                return target == "\(options.path).owner"
            }
            .map { dup($0) }
        #expect(copies.count == 1)
        defer { for copy in copies { close(copy) } }
        await store.close()
        let next = try SQLiteStore(options)
        await next.close()
    }

    @Test("bodies in passing share the next commit that somebody waits for, and the last one")
    func inPassing() async throws {
        let folder = try TemporaryDirectory()
        var limits = ThreadedStore.Limits()
        limits.patience = .seconds(600)
        // A slow machine is no reason to commit before all have had their turn.
        limits.group.workMax = .seconds(600)
        let store = try SQLiteStore(
            SQLiteOptions(path: folder.path(of: "store.db")),
            limits: limits
        )
        let endedCount = Mutex(0)
        @Sendable func insert(_ key: Int64, in session: any SQLSession) throws(StorageError) {
            try session.execute("INSERT INTO t (k) VALUES ($1)", [.integer(key)])
        }
        func insertInPassing(_ keys: Range<Int64>) {
            for key in keys {
                store.writeInPassing { session throws(StorageError) in
                    try insert(key, in: session)
                } completion: { _ in
                    endedCount.withLock { $0 += 1 }
                }
            }
        }
        try await store.write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k INTEGER PRIMARY KEY)")
        }
        insertInPassing(0..<5)
        try await store.write { session throws(StorageError) in try insert(5, in: session) }
        #expect(endedCount.withLock { $0 } == 5)
        insertInPassing(6..<8)
        await store.close()
        #expect(endedCount.withLock { $0 } == 7)
        // The table's, the shared one, the last.
        #expect(store.statistics.groupCount == 3)
    }

    @Test("a file is readable by its owner only")
    func permissions() async throws {
        let folder = try TemporaryDirectory()
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "store.db")))
        let attributes = try FileManager.default.attributesOfItem(
            atPath: folder.path(of: "store.db")
        )
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        await store.close()
    }

    @Test("a missing folder and a file that is no database are told with what to do")
    func wrongFiles() throws {
        let folder = try TemporaryDirectory()
        #expect {
            _ = try SQLiteStore(SQLiteOptions(path: folder.path(of: "missing/store.db")))
        } throws: { ($0 as? StorageError)?.message.contains("folder must exist") == true }
        let path = folder.path(of: "text.db")
        try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
        #expect {
            _ = try SQLiteStore(SQLiteOptions(path: path))
        } throws: { error in
            guard let error = error as? StorageError else { return false }
            return error.code == .corrupt && error.message.contains("restore it from a backup")
        }
    }

    @Test("what does not fit the queue is refused at once, what does is committed together")
    func queue() async throws {
        let folder = try TemporaryDirectory()
        var limits = ThreadedStore.Limits()
        limits.writeQueueCapacity = 8
        // Longer than the body is held, on any machine.
        limits.group.workMax = .seconds(600)
        let store = try SQLiteStore(
            SQLiteOptions(path: folder.path(of: "store.db")),
            limits: limits
        )
        try await store.write { session throws(StorageError) in
            try session.define("CREATE TABLE t (k INTEGER PRIMARY KEY)")
        }
        let before = store.statistics
        let gate = Gate()
        // Holds the writer until the queue has been filled and has overflowed.
        @Sendable func hold() async -> StorageError.Code? {
            await outcome {
                try await store.write { (_) throws(StorageError) -> Void in gate.wait() }
            }
        }
        @Sendable func insert(_ key: Int64) async -> StorageError.Code? {
            await gate.entered()
            let code = await outcome {
                try await store.write { session throws(StorageError) in
                    try session.execute("INSERT INTO t (k) VALUES ($1)", [.integer(key)])
                }
            }
            if code == .overloaded { gate.noteRefusal(openAfter: 12) }
            return code
        }
        let outcomes = await withTaskGroup(of: StorageError.Code?.self) { group in
            group.addTask { await hold() }
            for key in 0..<20 as Range<Int64> {
                group.addTask { await insert(key) }
            }
            return await group.reduce(into: [StorageError.Code?]()) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == StorageError.Code.overloaded } == 12)
        #expect(outcomes.count { $0 == nil } == 9)
        #expect(store.statistics.groupCount - before.groupCount == 1)
        await store.close()
    }

    @Test("a closed store refuses, and what was queued before is done")
    func closing() async throws {
        let folder = try TemporaryDirectory()
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "store.db")))
        await store.close()
        #expect(
            await outcome { try await store.write { _ throws(StorageError) in } } == .unavailable
        )
        #expect(
            await outcome { try await store.read { _ throws(StorageError) in } } == .unavailable
        )
    }
}

/// The code of what `body` throws; nil where it returns.
private func outcome<Output>(_ body: () async throws -> Output) async -> StorageError.Code? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? StorageError)?.code
    }
}

/// Holds the store's thread, which may block, and lets tasks wait until it is held.
private final class Gate: Sendable {
    private let opening = DispatchSemaphore(value: 0)
    private let refusals = Mutex(0)
    private let isHeld = Atomic(false)

    func wait() {
        isHeld.store(true, ordering: .sequentiallyConsistent)
        opening.wait()
    }

    func entered() async {
        while !isHeld.load(ordering: .sequentiallyConsistent) { await Task.yield() }
    }

    func noteRefusal(openAfter count: Int) {
        let isLast = refusals.withLock { refusals in
            refusals += 1
            return refusals == count
        }
        if isLast { opening.signal() }
    }
}
