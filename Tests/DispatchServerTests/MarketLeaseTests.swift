import DispatchServer
import Reactor
import ServiceRuntime
import Storage
import StorageSQLite
import Synchronization
import Telemetry
import TestSupport
import Testing
import Timekeeping

/// A process as far as its lease goes: clocks, a loop and the wish to stop of its own, the store shared.
private final class LeaseHolder: Sendable {
    let time: ManualTimeSource
    let loop: EventLoop
    let stop = StopRequest()
    let lease: MarketLease

    init(_ name: String, on store: any TransactionalStore, at wallTime: WallTime) throws {
        time = ManualTimeSource(wallTime: wallTime)
        loop = try EventLoop(name: name, timeSource: time)
        lease = MarketLease(
            store,
            owner: ShardOwner(name: name, address: "127.0.0.1:7003"),
            term: .seconds(10),
            loop: loop,
            stop: stop,
            logger: .none
        )
        loop.start()
    }

    func advance(by duration: Duration) async {
        time.advance(by: duration)
        await loop.submit {}
    }

    /// Lets up to ten minutes pass until something is so; a break of the lease must fail here and not hang.
    func advance(until isSo: () -> Bool) async -> Bool {
        for _ in 0..<6000 where !isSo() { await advance(by: .milliseconds(100)) }
        return isSo()
    }

    func close() async {
        await lease.stop(within: .seconds(1))
        loop.stop()
        loop.join()
    }
}

/// A store whose rows another transaction holds for the first writes.
private final class ContestedStore: TransactionalStore {
    private let base: any TransactionalStore
    private let refusalsLeft: Mutex<Int>

    init(_ base: any TransactionalStore, refusals: Int) {
        self.base = base
        refusalsLeft = Mutex(refusals)
    }

    func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        let isRefused = refusalsLeft.withLock { left in
            left -= 1
            return left >= 0
        }
        if isRefused { throw StorageError(.conflict, "canceling statement due to lock timeout") }
        return try await base.write(body)
    }

    func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    ) {
        base.writeInPassing(body, completion: completion)
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        try await base.read(body)
    }
}

@Suite("The lease of the markets", .timeLimit(.minutes(1)))
struct MarketLeaseTests {
    private static let moment = WallTime(secondsSinceEpoch: 1_780_000_000)

    private func store(_ folder: TemporaryDirectory) async throws -> SQLiteStore {
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "dispatch.db")))
        _ = try await Migrator.run(DispatchMigrations.all, on: store, at: Self.moment)
        return store
    }

    @Test(
        "a second process stands by while the first lives, takes over when it stands still, and the first ends"
    )
    func takeOver() async throws {
        let folder = try TemporaryDirectory()
        let store = try await store(folder)
        let first = try LeaseHolder("a", on: store, at: Self.moment)
        let second = try LeaseHolder("b", on: store, at: Self.moment)
        try await first.lease.start()
        #expect(first.lease.current?.epoch == 1)
        let starting = Task { try await second.lease.start() }
        // The first renews once, after a third of its term; then its clock stands still, as that of a stopped process
        // does.
        let held = first.lease.current
        #expect(await first.advance { first.lease.current != held })
        for _ in 0..<24 { await second.advance(by: .milliseconds(500)) }
        #expect(second.lease.current == nil)
        #expect(await second.advance { second.lease.current != nil })
        second.stop.resolve(.asked)
        try await starting.value
        #expect(second.lease.current?.epoch == 2)
        #expect(first.stop.current == nil)
        #expect(await first.advance { first.stop.current != nil })
        #expect(first.stop.current == .fault("another process has taken the markets over"))
        await first.close()
        await second.close()
        await store.close()
    }

    @Test("one whose predecessor stands still in a transaction stands by until its rows are free")
    func contested() async throws {
        let folder = try TemporaryDirectory()
        let store = try await store(folder)
        let contested = ContestedStore(store, refusals: 3)
        let second = try LeaseHolder("b", on: contested, at: Self.moment)
        let starting = Task { try await second.lease.start() }
        #expect(await second.advance { second.lease.current != nil })
        second.stop.resolve(.asked)
        try await starting.value
        #expect(second.lease.current?.epoch == 1)
        await second.close()
        await store.close()
    }

    @Test(
        "one that was killed and started again need not wait, and one that drained leaves at once"
    )
    func again() async throws {
        let folder = try TemporaryDirectory()
        let store = try await store(folder)
        let killed = try LeaseHolder("a", on: store, at: Self.moment)
        try await killed.lease.start()
        let again = try LeaseHolder("a", on: store, at: Self.moment)
        try await again.lease.start()
        #expect(again.lease.current?.epoch == 2)
        await again.close()
        let other = try LeaseHolder("b", on: store, at: Self.moment)
        try await other.lease.start()
        #expect(other.lease.current?.epoch == 3)
        await other.close()
        await killed.close()
        await store.close()
    }

    @Test("one that is asked to stop while it stands by stops")
    func stopped() async throws {
        let folder = try TemporaryDirectory()
        let store = try await store(folder)
        let first = try LeaseHolder("a", on: store, at: Self.moment)
        try await first.lease.start()
        let second = try LeaseHolder("b", on: store, at: Self.moment)
        second.stop.resolve(.asked)
        try await second.lease.start()
        #expect(second.lease.current == nil)
        await second.close()
        await first.close()
        await store.close()
    }
}
