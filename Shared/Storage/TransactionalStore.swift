/// One transaction's view of the store, used on the store's own thread while its closure runs.
///
/// Repositories are plain synchronous functions over it, so that the service, the conformance suite and the
/// simulator run the same code.
package protocol SQLSession: AnyObject {
    /// Runs a statement that returns no rows.
    ///
    /// - Returns: How many rows it inserted, updated or deleted.
    /// - Throws: `.conflict`, `.unavailable`, `.full`, `.invalid` or `.corrupt`; the transaction rolls back.
    @discardableResult
    func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(StorageError) -> Int

    /// Runs a statement and returns all its rows; the statement bounds them with LIMIT or by key.
    func query(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(StorageError) -> [SQLRow]
}

/// A service's own durable store.
package protocol TransactionalStore: Sendable {
    /// Runs `body` as one transaction, alone among the writers, and returns once it is durable.
    ///
    /// Many such calls share one commit and one sync (group commit); a body that throws is rolled back alone.
    /// A body runs once for each attempt, so it must have no effect outside `session`.
    ///
    /// - Throws: What `body` threw, or the failure of the commit. After `.unavailable` from a commit the outcome
    ///   is unknown: ask again with the idempotency key.
    func write<Output: Sendable>(
        _ body: @escaping @Sendable (_ session: any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output

    /// Runs `body` on one consistent snapshot of what is durable; it must not write.
    func read<Output: Sendable>(
        _ body: @escaping @Sendable (_ session: any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output
}
