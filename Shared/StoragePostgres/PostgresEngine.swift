#if PostgreSQL
internal import CPostgres
package import Storage
package import Timekeeping

/// A connection as group commit drives it, and the session of its bodies; connects again when it was lost.
package final class PostgresEngine: CommitEngine, SQLSession {
    private static let begin: StaticString = "BEGIN"
    private static let savepoint: StaticString = "SAVEPOINT job"
    /// The first and the longest pause between attempts to connect again.
    private static let pauseMin = Duration.milliseconds(100)
    private static let pauseMax = Duration.seconds(5)

    private let options: PostgresOptions
    private let isReader: Bool
    private let time: any TimeSource
    private var connection: PostgresConnection?
    private var pause = pauseMin
    private var connectAgainAt: Instant?

    package let groupWrites = GroupWrites()
    package private(set) var hasWritten = false
    package private(set) var jobFailure: StorageError?

    /// Connects.
    package init(
        _ options: PostgresOptions,
        isReader: Bool,
        time: any TimeSource
    ) throws(StorageError) {
        self.options = options
        self.isReader = isReader
        self.time = time
        connection = try PostgresConnection(options, isReader: isReader)
    }

    package var session: any SQLSession { self }
    package var isTransactionUsable: Bool { connection?.isTransactionUsable ?? false }
    /// The server itself stops when a sync fails, so there is nothing to remember here.
    package var failure: StorageError? { nil }

    package func beginJob() {
        hasWritten = false
        jobFailure = nil
    }

    package func begin() throws(StorageError) {
        try connected().sendLater(Self.begin)
    }

    package func commit() throws(StorageError) {
        let connection = try connected()
        guard connection.isInTransaction else {
            connection.forgetPending()
            return
        }
        let result: PostgresResult
        do throws(StorageError) {
            result = try connection.run(text: "COMMIT")
        } catch {
            guard error.engineCode == nil else { throw error }
            throw StorageError(
                .unavailable,
                "the connection was lost during a commit, whose outcome is unknown: \(error.message)"
            )
        }
        // The server answers COMMIT with ROLLBACK where a statement of the transaction had failed.
        guard result.commandTag == "COMMIT" else {
            throw StorageError(.conflict, "the server rolled the transaction back")
        }
    }

    package func rollback() {
        guard let connection else { return }
        connection.forgetPending()
        guard connection.isInTransaction else { return }
        // Where it does not arrive, the server rolls back by itself when it misses the connection.
        _ = try? connection.run(text: "ROLLBACK")
    }

    package func setSavepoint() throws(StorageError) {
        try connected().sendLater(Self.savepoint)
    }

    package func releaseSavepoint() throws(StorageError) {
        let connection = try connected()
        if !connection.takeBack(Self.savepoint) { connection.sendLater("RELEASE job") }
    }

    package func rollbackToSavepoint() throws(StorageError) {
        guard let connection, connection.isAlive else {
            throw jobFailure ?? StorageError(.unavailable, "the transaction was lost")
        }
        if connection.takeBack(Self.savepoint) { return }
        connection.sendLater("ROLLBACK TO job")
        connection.sendLater("RELEASE job")
    }

    package func beginRead() throws(StorageError) {
        try begin()
    }

    package func endRead() {
        rollback()
    }

    package func afterGroup() {}

    package func close() {
        connection?.close()
        connection = nil
    }

    /// The living connection, made anew where it was lost, with a growing pause between attempts.
    private func connected() throws(StorageError) -> PostgresConnection {
        if let connection {
            if connection.isAlive { return connection }
            self.connection = nil
        }
        let now = time.now
        if let connectAgainAt, now < connectAgainAt {
            throw StorageError(
                .unavailable,
                "the database server cannot be reached; connecting again soon"
            )
        }
        do throws(StorageError) {
            let made = try PostgresConnection(options, isReader: isReader)
            connection = made
            pause = Self.pauseMin
            connectAgainAt = nil
            return made
        } catch {
            connectAgainAt = now.advanced(by: pause)
            pause = min(pause * 2, Self.pauseMax)
            throw error
        }
    }
}

extension PostgresEngine {
    package var dialect: SQLDialect { .postgres }

    @discardableResult
    package func execute(
        _ statement: SQLStatement,
        _ arguments: [SQLValue]
    ) throws(StorageError) -> Int {
        try guarded { (connection) throws(StorageError) in
            note(try connection.run(statement, arguments), of: statement)
        }
    }

    package func query(
        _ statement: SQLStatement,
        _ arguments: [SQLValue]
    ) throws(StorageError) -> [SQLRow] {
        try guarded { (connection) throws(StorageError) in
            let result = try connection.run(statement, arguments)
            note(result, of: statement)
            return try result.rows()
        }
    }

    package func executeSet(
        _ statement: SQLStatement,
        _ rows: [[SQLValue]]
    ) throws(StorageError) -> Int? {
        try guarded { (connection) throws(StorageError) in
            note(try connection.runSet(statement, rows), of: statement)
        }
    }

    package func define(_ text: String) throws(StorageError) {
        try guarded { (connection) throws(StorageError) in
            hasWritten = true
            _ = try connection.run(text: text)
        }
    }

    /// Keeps whether the statement wrote. - Returns: How many rows it changed.
    @discardableResult
    private func note(_ result: PostgresResult, of statement: SQLStatement) -> Int {
        // A query that writes (RETURNING, WITH) does not start with SELECT.
        // Safe: the text is a literal's, and is read within the call.
        let isQuery = statement.text.withUTF8Buffer { text in
            unsafe text.prefix(6).elementsEqual("SELECT".utf8)
        }
        if isQuery { return 0 }
        let changed = result.changedRowCount
        if changed > 0 || result.commandTag.hasPrefix("SELECT") { hasWritten = true }
        return changed
    }

    /// Runs a statement unless one of this body has failed before, and remembers its failure.
    private func guarded<Output>(
        _ body: (PostgresConnection) throws(StorageError) -> Output
    ) throws(StorageError) -> Output {
        if let jobFailure { throw jobFailure }
        do throws(StorageError) {
            guard let connection, connection.isAlive else {
                throw StorageError(.unavailable, "the connection to the database server was lost")
            }
            return try body(connection)
        } catch {
            let told = isReader ? PostgresFailure.toldByReader(error) : error
            jobFailure = told
            throw told
        }
    }
}
#endif
