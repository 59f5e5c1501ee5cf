/// One transaction's view of the store, used on the store's own thread while its closure runs.
///
/// Repositories are plain synchronous functions over it, so that the service, the conformance suite and the
/// simulator run the same code. After a statement has failed the transaction is lost, on both engines: further
/// statements throw the same error, and a body that catches it fails all the same.
package protocol SQLSession: AnyObject {
    /// Which engine it is, for the few statements that need two texts.
    var dialect: SQLDialect { get }

    /// Runs a statement that returns no rows.
    ///
    /// - Returns: How many rows it inserted, updated or deleted.
    /// - Throws: `.conflict`, `.unavailable`, `.full`, `.invalid` or `.corrupt`; the transaction rolls back.
    @discardableResult
    func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(StorageError) -> Int

    /// Runs a statement and returns all its rows; the statement bounds them with LIMIT or by key.
    ///
    /// - Throws: As `execute`, and `.invalid` past `SQLLimits.rowCountMax` rows.
    func query(_ statement: SQLStatement, _ arguments: [SQLValue]) throws(StorageError) -> [SQLRow]

    /// Runs the set form of a batch, its arguments turned into one array a column.
    ///
    /// - Returns: How many rows it changed; nil where the engine has no arrays and the caller goes row by row.
    func executeSet(_ statement: SQLStatement, _ rows: [[SQLValue]]) throws(StorageError) -> Int?

    /// What bodies have left for the end of their group.
    var groupWrites: GroupWrites { get }

    /// Runs one statement of a migration, already in this session's dialect. Only the migrator calls it: its text
    /// is not a literal, so it must never hold anything from outside the program.
    func define(_ text: String) throws(StorageError)
}

extension SQLSession {
    /// Runs a statement without arguments that returns no rows.
    @discardableResult
    package func execute(_ statement: SQLStatement) throws(StorageError) -> Int {
        try execute(statement, [])
    }

    /// Runs a statement without arguments and returns all its rows.
    package func query(_ statement: SQLStatement) throws(StorageError) -> [SQLRow] {
        try query(statement, [])
    }

    /// Runs a statement that finds at most one row, by its key.
    ///
    /// - Throws: `.corrupt` where there is more than one.
    package func first(
        _ statement: SQLStatement,
        _ arguments: [SQLValue] = []
    ) throws(StorageError) -> SQLRow? {
        let rows = try query(statement, arguments)
        guard rows.count <= 1 else {
            throw StorageError(.corrupt, "\(rows.count) rows where the key allows one")
        }
        return rows.first
    }
}

/// Bounds of a session.
package enum SQLLimits {
    /// The most rows one query may return; a repository reads more in pages.
    package static let rowCountMax = 100_000
    /// The most parameters one statement may have.
    package static let parameterCountMax = 64
    /// The longest text or blob, bytes: a value is a record's field, not a file.
    package static let valueByteCountMax = 16 << 20
}

extension SQLLimits {
    /// Refuses a text that not both engines can store: with a NUL in it, or too long.
    package static func check(_ text: String) throws(StorageError) {
        guard text.utf8.count <= valueByteCountMax else {
            throw StorageError(.invalid, "a text is longer than \(valueByteCountMax) bytes")
        }
        guard !text.utf8.contains(0) else { throw StorageError(.invalid, "a text holds a NUL") }
    }

    /// Refuses bytes that are too long.
    package static func check(_ bytes: [UInt8]) throws(StorageError) {
        guard bytes.count <= valueByteCountMax else {
            throw StorageError(.invalid, "a value is longer than \(valueByteCountMax) bytes")
        }
    }
}
