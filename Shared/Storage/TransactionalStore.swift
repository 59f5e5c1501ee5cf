/// A service's own durable store.
package protocol TransactionalStore: Sendable {
    /// Runs `body` as one transaction, alone among the writers, and returns once it is durable.
    ///
    /// Many such calls share one commit and one sync (group commit); a body that throws is rolled back alone.
    /// A body runs once for each attempt, so it must have no effect outside `session`. The answer of every body,
    /// a thrown one too, is held back until the commit, because it may rest on what the group wrote.
    ///
    /// - Throws: What `body` threw, or the failure of the commit. `.overloaded` where the queue is full and the
    ///   body did not run. After `.unavailable` from a commit the outcome is unknown: ask again with the
    ///   idempotency key.
    @discardableResult
    func write<Output: Sendable>(
        _ body: @escaping @Sendable (_ session: any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output

    /// As `write`, for what nobody waits for: `body` keeps its place among the writers, and goes into the next commit
    /// that somebody waits for, or into one of its own some milliseconds later.
    ///
    /// - Parameter completion: Called once, on a thread of the store's or the caller's, with what `write` would have
    ///   returned or thrown; not where the process ends before. Must not block.
    func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (_ session: any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    )

    /// Runs `body` on one consistent snapshot of what is durable; it must not write.
    func read<Output: Sendable>(
        _ body: @escaping @Sendable (_ session: any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output
}
