package import Storage
package import Timekeeping

/// A service's embedded store: one file, one writer thread with group commit, readers beside it.
package final class SQLiteStore: TransactionalStore {
    private let store: ThreadedStore
    // Held open for its lock, which ends with it.
    private let ownership: FileOwnership

    /// Opens, or makes, the file and starts the threads.
    ///
    /// - Parameters:
    ///   - readerCount: Reader threads, 1 ... 16, each with a connection.
    /// - Throws: `.unavailable` where another process owns the file or it cannot be opened, `.corrupt` where it
    ///   is damaged, `.full`.
    package init(
        _ options: SQLiteOptions,
        readerCount: Int = 2,
        time: any TimeSource = SystemTimeSource(),
        limits: ThreadedStore.Limits = ThreadedStore.Limits()
    ) throws(StorageError) {
        precondition((1...16).contains(readerCount), "readers must be 1 ... 16")
        precondition(!options.isExclusive, "an exclusive file has no readers")
        ownership = try FileOwnership(of: options.path)
        let writer = try SQLiteEngine.writer(options)
        var readers: [any CommitEngine] = []
        for _ in 0..<readerCount { readers.append(try SQLiteEngine.reader(options)) }
        store = try ThreadedStore(
            name: "sqlite",
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

    /// Finishes what is queued, closes the file, and lets the next owner have it.
    package func close() async {
        await store.close()
        ownership.release()
    }
}
