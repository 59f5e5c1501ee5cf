internal import CSQLite
package import Storage

/// A connection as group commit drives it, and the session of its bodies.
package final class SQLiteEngine: CommitEngine, SQLSession {
    private let connection: SQLiteConnection
    private let checkpointPageCount: Int
    private let isReader: Bool

    package let groupWrites = GroupWrites()
    package private(set) var hasWritten = false
    package private(set) var failure: StorageError?
    package private(set) var jobFailure: StorageError?

    /// Opens the file for writing; the only writer of the process.
    package static func writer(_ options: SQLiteOptions) throws(StorageError) -> SQLiteEngine {
        SQLiteEngine(try SQLiteConnection(options, role: .writer), options, isReader: false)
    }

    /// Opens the file for reading beside the writer.
    package static func reader(_ options: SQLiteOptions) throws(StorageError) -> SQLiteEngine {
        SQLiteEngine(try SQLiteConnection(options, role: .reader), options, isReader: true)
    }

    private init(_ connection: SQLiteConnection, _ options: SQLiteOptions, isReader: Bool) {
        self.connection = connection
        self.isReader = isReader
        checkpointPageCount = options.checkpointPageCount
    }

    /// Closes the connection.
    package func close() {
        connection.close()
    }

    /// Reads the whole file and refuses it where a page or an index is not in order.
    package func check() throws(StorageError) {
        try connection.check()
    }

    package var session: any SQLSession { self }
    package var isTransactionUsable: Bool { connection.isInTransaction }

    package func beginJob() {
        hasWritten = false
        jobFailure = nil
    }

    package func begin() throws(StorageError) {
        try control("BEGIN IMMEDIATE")
    }

    package func commit() throws(StorageError) {
        do throws(StorageError) {
            try control("COMMIT")
        } catch {
            // An input/output error leaves open what reached the disk; a full disk does not (nothing was synced).
            if error.code == .unavailable || error.code == .corrupt { end(error) }
            throw error
        }
    }

    package func rollback() {
        guard connection.isInTransaction else { return }
        do throws(StorageError) {
            try control("ROLLBACK")
        } catch {
            end(error)
        }
    }

    package func setSavepoint() throws(StorageError) { try control("SAVEPOINT job") }
    package func releaseSavepoint() throws(StorageError) { try control("RELEASE job") }

    package func rollbackToSavepoint() throws(StorageError) {
        // After a full disk or a read error the library has rolled everything back, and knows no mark any more.
        guard connection.isInTransaction else {
            throw jobFailure ?? StorageError(.unavailable, "the transaction was lost")
        }
        try control("ROLLBACK TO job")
        try control("RELEASE job")
    }

    package func beginRead() throws(StorageError) { try control("BEGIN") }

    package func endRead() {
        guard connection.isInTransaction else { return }
        // It wrote nothing, so how it ends is all the same; a lost connection shows at the next statement.
        try? control("ROLLBACK")
    }

    package func afterGroup() {
        guard failure == nil else { return }
        do throws(StorageError) {
            try connection.checkpoint(above: checkpointPageCount)
        } catch {
            // A full disk stops the copying, not the log; anything else may have lost what was acknowledged.
            if error.code != .full { end(error) }
        }
    }

    private func end(_ error: StorageError) {
        guard failure == nil else { return }
        failure = StorageError(
            error.code,
            "the store has stopped: \(error.message); restart the service",
            engineCode: error.engineCode
        )
    }

    private func control(_ statement: SQLStatement) throws(StorageError) {
        let prepared = try connection.prepare(statement)
        let code = prepared.step()
        // The error's text before the reset, which may replace it.
        let error = code == SQLITE_DONE ? nil : connection.failure(code)
        prepared.reset()
        if let error { throw error }
    }
}

extension SQLiteEngine {
    package var dialect: SQLDialect { .sqlite }

    @discardableResult
    package func execute(
        _ statement: SQLStatement,
        _ arguments: [SQLValue]
    ) throws(StorageError) -> Int {
        try guarded { () throws(StorageError) in
            let prepared = try connection.prepare(statement)
            try prepared.bind(arguments)
            let code = prepared.step()
            guard code == SQLITE_DONE || code == SQLITE_ROW else {
                throw refused(code, prepared)
            }
            prepared.reset()
            if prepared.isReadOnly { return 0 }
            hasWritten = true
            return connection.changedRowCount
        }
    }

    package func query(
        _ statement: SQLStatement,
        _ arguments: [SQLValue]
    ) throws(StorageError) -> [SQLRow] {
        try guarded { () throws(StorageError) in
            let prepared = try connection.prepare(statement)
            try prepared.bind(arguments)
            defer { prepared.reset() }
            var rows: [SQLRow] = []
            while true {
                let code = prepared.step()
                if code == SQLITE_DONE { break }
                guard code == SQLITE_ROW else { throw refused(code, prepared) }
                if !prepared.isReadOnly { hasWritten = true }
                guard rows.count < SQLLimits.rowCountMax else {
                    throw StorageError(
                        .invalid,
                        "a query has more than \(SQLLimits.rowCountMax) rows"
                    )
                }
                rows.append(try prepared.row())
            }
            if !prepared.isReadOnly { hasWritten = true }
            return rows
        }
    }

    package func executeSet(
        _ statement: SQLStatement,
        _ rows: [[SQLValue]]
    ) throws(StorageError) -> Int? {
        nil
    }

    package func define(_ text: String) throws(StorageError) {
        try guarded { () throws(StorageError) in
            hasWritten = true
            try connection.run(text)
        }
    }

    /// Runs a statement unless one of this body has failed before, and remembers its failure.
    private func guarded<Output>(
        _ body: () throws(StorageError) -> Output
    ) throws(StorageError) -> Output {
        if let jobFailure { throw jobFailure }
        do throws(StorageError) {
            return try body()
        } catch {
            jobFailure = error
            if SQLiteFailure.endsStore(error) { end(error) }
            throw error
        }
    }

    /// The error of a failed step. A broken constraint undoes its own statement; of anything else it is not known
    /// what it left, so the body counts as having written.
    private func refused(_ code: Int32, _ prepared: SQLiteStatement) -> StorageError {
        if isReader, code & 0xFF == SQLITE_READONLY {
            prepared.reset()
            return StorageError(.invalid, "a reading body tried to write", engineCode: String(code))
        }
        let error = connection.failure(code)
        prepared.reset()
        if code & 0xFF != SQLITE_CONSTRAINT, !prepared.isReadOnly { hasWritten = true }
        return error
    }
}
