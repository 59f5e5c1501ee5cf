import Storage
import StorageSQLite
import Synchronization

/// A store whose writes a test can hold back before they begin.
final class HeldStore: TransactionalStore {
    private struct State {
        var isHeld = false
        var failure: StorageError?
        var waiting: [CheckedContinuation<Void, Never>] = []
        var heldCount = 0
    }

    private let store: SQLiteStore
    private let state = Mutex(State())

    init(_ store: SQLiteStore) {
        self.store = store
    }

    /// From now on writes wait.
    func hold() { state.withLock { $0.isHeld = true } }

    /// From now on writes fail with `error`, or no longer.
    func fail(with error: StorageError?) { state.withLock { $0.failure = error } }

    /// Lets all writes go on.
    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Writes that have waited or wait.
    var heldCount: Int { state.withLock { $0.heldCount } }

    func close() async { await store.close() }

    @discardableResult
    func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isHeld else { return true }
                state.waiting.append(continuation)
                state.heldCount += 1
                return false
            }
            if isFree { continuation.resume() }
        }
        return try await store.write(body)
    }

    func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    ) {
        store.writeInPassing(body, completion: completion)
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        try await store.read(body)
    }
}
