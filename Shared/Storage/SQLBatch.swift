/// A statement that is run for many rows of arguments at once.
///
/// SQLite runs `each` once a row, for a microsecond or two. PostgreSQL runs `set` once for all of them, because a
/// round trip and a plan cost more than the row; its parameters are arrays, one a column of arguments:
/// `INSERT INTO t (a, b) SELECT * FROM unnest($1::bigint[], $2::bytea[])`.
package struct SQLBatch: Sendable {
    /// The text for one row of arguments.
    package let each: SQLStatement
    /// The text for all rows at once; nil where only row by row makes sense.
    package let set: SQLStatement?

    /// A batch statement; both texts must have the same effect.
    package init(each: SQLStatement, set: SQLStatement? = nil) {
        self.each = each
        self.set = set
    }
}

extension SQLSession {
    /// Runs `batch` for every row of arguments, in order.
    ///
    /// - Returns: How many rows it inserted, updated or deleted in all.
    /// - Throws: As `execute`; the transaction rolls back as a whole.
    /// - Complexity: One round trip on PostgreSQL where the batch has a set text.
    @discardableResult
    package func executeBatch(
        _ batch: SQLBatch,
        _ rows: [[SQLValue]]
    ) throws(StorageError) -> Int {
        guard !rows.isEmpty else { return 0 }
        if let set = batch.set, let changed = try executeSet(set, rows) { return changed }
        var changed = 0
        for row in rows { changed += try execute(batch.each, row) }
        return changed
    }
}
