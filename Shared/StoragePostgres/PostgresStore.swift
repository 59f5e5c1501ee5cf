#if PostgreSQL
package import Storage
package import Timekeeping

/// A service's store in PostgreSQL: one writer connection with group commit, reader connections beside it.
package final class PostgresStore: TransactionalStore {
    private let store: ThreadedStore

    /// Connects and starts the threads.
    ///
    /// - Parameters:
    ///   - readerCount: Reader threads, 1 ... 16, each with a connection.
    /// - Throws: `.unavailable` where the server is not reached, `.invalid` for one that cannot serve.
    package init(
        _ options: PostgresOptions,
        readerCount: Int = 4,
        time: any TimeSource = SystemTimeSource(),
        limits: ThreadedStore.Limits = ThreadedStore.Limits()
    ) throws(StorageError) {
        precondition((1...16).contains(readerCount), "readers must be 1 ... 16")
        let writer = try PostgresEngine(options, isReader: false, time: time)
        var readers: [any CommitEngine] = []
        for _ in 0..<readerCount {
            readers.append(try PostgresEngine(options, isReader: true, time: time))
        }
        store = try ThreadedStore(
            name: "pg",
            writer: writer,
            readers: readers,
            time: time,
            limits: limits
        )
    }

    /// What the writer did so far.
    package var statistics: CommitGroup.Statistics { store.statistics }

    @discardableResult
    package func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        try await store.write(body)
    }

    package func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    ) {
        store.writeInPassing(body, completion: completion)
    }

    package func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        try await store.read(body)
    }

    /// Finishes what is queued and disconnects.
    package func close() async {
        await store.close()
    }
}
#endif
