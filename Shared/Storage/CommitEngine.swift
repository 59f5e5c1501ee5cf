/// One connection to a store, as group commit drives it; used by one thread.
package protocol CommitEngine: AnyObject {
    /// The session that bodies use.
    var session: any SQLSession { get }

    /// Whether a transaction is open in which further statements can succeed.
    var isTransactionUsable: Bool { get }

    /// Whether a statement changed the store since the last `beginJob`.
    var hasWritten: Bool { get }

    /// The failure after which nothing may be acknowledged any more, if there was one.
    ///
    /// A sync that failed once may pass the next time without having written anything (the kernel marks the
    /// pages clean), so a store that saw one stays failed until it is opened, and checked, again.
    var failure: StorageError? { get }

    /// Opens a transaction for writing.
    func begin() throws(StorageError)

    /// Makes the transaction durable; it is over afterwards, whatever happened.
    ///
    /// - Throws: `.conflict`, with nothing kept, or `.unavailable` with an unknown outcome.
    func commit() throws(StorageError)

    /// Gives the transaction up, if one is open.
    func rollback()

    /// Called before each body: forgets the failure and the writes of the one before.
    func beginJob()

    /// The statement failure of the current body, which loses the body even where it was caught.
    var jobFailure: StorageError? { get }

    /// Marks the place to which a failing body is rolled back.
    func setSavepoint() throws(StorageError)
    /// Forgets the mark, keeping what was written since.
    func releaseSavepoint() throws(StorageError)
    /// Undoes what was written since the mark, and forgets it.
    func rollbackToSavepoint() throws(StorageError)

    /// Opens a transaction that only reads, on one snapshot.
    func beginRead() throws(StorageError)
    /// Ends it.
    func endRead()

    /// Called after the answers of a group have gone out: upkeep that nobody needs to wait for.
    func afterGroup()

    /// Closes the connection; nothing is called after it.
    func close()
}
