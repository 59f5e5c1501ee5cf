#if PostgreSQL
import CPostgres
import Storage

/// One connection to the server, in pipeline mode, used by one thread.
///
/// Statements that need no answer (BEGIN, SAVEPOINT, the preparation of a statement) wait in `pending` and travel
/// with the next one that does, so a group costs one round trip a statement and one for the COMMIT, and no more.
@safe final class PostgresConnection {
    private struct PreparedKey: Hashable {
        let address: UInt
        let signature: SIMD2<UInt64>
    }

    // Safe: the handle lives from init to close, and both are called by the owner, as is everything between.
    private var handle: OpaquePointer?
    private var prepared: [PreparedKey: String] = [:]
    private var pending: [StaticString] = []
    private var parameters = PostgresParameters()

    /// Connects and sets the session up.
    ///
    /// - Throws: `.unavailable` where the server is not reached or refuses, `.invalid` for a server that does not
    ///   sync what it commits.
    init(_ options: PostgresOptions, isReader: Bool) throws(StorageError) {
        unsafe handle = PQconnectdb(Self.withDefaults(options))
        do throws(StorageError) {
            guard unsafe PQstatus(handle) == CONNECTION_OK else { throw lost() }
            try setUp(options, isReader: isReader)
        } catch {
            close()
            throw error
        }
    }

    deinit {
        close()
    }

    /// Ends the connection.
    func close() {
        guard let open = unsafe handle else { return }
        unsafe PQfinish(open)
        unsafe handle = nil
    }

    /// The address with what it does not say itself.
    private static func withDefaults(_ options: PostgresOptions) -> String {
        let defaults = [
            ("connect_timeout", String(options.connectSeconds)),
            ("client_encoding", "UTF8"),
            ("application_name", "nexors"),
            ("keepalives_idle", "10"),
            ("keepalives_interval", "5"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
        ]
        return defaults.reduce(options.url) { url, setting in
            if url.contains("\(setting.0)=") { return url }
            return "\(url)\(url.contains("?") ? "&" : "?")\(setting.0)=\(setting.1)"
        }
    }

    private func setUp(_ options: PostgresOptions, isReader: Bool) throws(StorageError) {
        guard let open = unsafe handle, unsafe PQserverVersion(open) >= 120_000 else {
            throw StorageError(.invalid, "the database server is older than PostgreSQL 12")
        }
        _ = try simple("SET statement_timeout = \(options.statementMilliseconds)")
        _ = try simple("SET lock_timeout = \(options.lockMilliseconds)")
        // Transactions here never wait for anything but the server: one that does belongs to a process that stands
        // still, and whoever takes over from it needs the rows that it holds.
        _ = try simple("SET idle_in_transaction_session_timeout = 10000")
        _ = try simple("SET client_min_messages = error")
        // One plan for all arguments: planning again costs more than it brings for lookups by key.
        _ = try simple("SET plan_cache_mode = force_generic_plan")
        // Bodies are promised to be alone among the writers; other instances write to the same tables.
        let isolation = isReader ? "REPEATABLE READ, READ ONLY" : "SERIALIZABLE"
        _ = try simple("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL \(isolation)")
        // A role or database may have been set to answer before the log is synced.
        _ = try simple(
            """
            SELECT set_config('synchronous_commit', 'on', false)
            WHERE current_setting('synchronous_commit') = 'off'
            """
        )
        if !options.acceptsUnsafeServer, try simple("SHOW fsync").firstText == "off" {
            throw StorageError(
                .invalid,
                "the database server runs with fsync off and would lose commits"
            )
        }
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw lost() }
    }

    /// Whether the connection still works, as far as is known here.
    var isAlive: Bool {
        guard let open = unsafe handle else { return false }
        return unsafe PQstatus(open) == CONNECTION_OK
    }

    /// Whether a transaction is open, or waits to be opened, and no statement in it has failed.
    var isTransactionUsable: Bool {
        guard isAlive else { return false }
        return unsafe !pending.isEmpty || PQtransactionStatus(handle) == PQTRANS_INTRANS
    }

    /// Whether the server has been told of a transaction.
    var isInTransaction: Bool {
        guard isAlive else { return false }
        return unsafe PQtransactionStatus(handle) != PQTRANS_IDLE
    }

    /// Notes a statement that goes out with the next one.
    func sendLater(_ statement: StaticString) {
        pending.append(statement)
    }

    /// Takes back the last noted statement if it is `statement` and has not gone out.
    func takeBack(_ statement: StaticString) -> Bool {
        guard let last = pending.last, unsafe last.utf8Start == statement.utf8Start else {
            return false
        }
        pending.removeLast()
        return true
    }

    /// Forgets what has not gone out.
    func forgetPending() {
        pending.removeAll(keepingCapacity: true)
    }

    /// Runs `statement` after what is pending, in one round trip.
    func run(
        _ statement: SQLStatement,
        _ arguments: [SQLValue]
    ) throws(StorageError) -> PostgresResult {
        try parameters.set(arguments)
        return try runBound(statement)
    }

    /// The same with one array a column of `rows`.
    func runSet(
        _ statement: SQLStatement,
        _ rows: [[SQLValue]]
    ) throws(StorageError) -> PostgresResult {
        try parameters.setColumns(rows)
        return try runBound(statement)
    }

    private func runBound(_ statement: SQLStatement) throws(StorageError) -> PostgresResult {
        guard statement.text.hasPointerRepresentation else {
            throw StorageError(.invalid, "a statement of one character")
        }
        let start = unsafe statement.text.utf8Start
        let key = PreparedKey(
            address: UInt(bitPattern: start),
            signature: parameters.signature
        )
        let pendingCount = try sendPending()
        var prepares = 0
        let name: String
        if let known = prepared[key] {
            name = known
        } else {
            name = "s\(prepared.count)"
            try sendPrepare(name, "\(statement.text)")
            prepares = 1
        }
        try sendBound(name)
        let (result, passedCount) = try collect(pendingCount + prepares + 1)
        if prepares == 1, passedCount > pendingCount { prepared[key] = name }
        if let error = result.failure { throw error }
        return result
    }

    /// Runs a statement without arguments after what is pending; its text need not be a literal.
    func run(text: String) throws(StorageError) -> PostgresResult {
        let pendingCount = try sendPending()
        try send(text)
        let (result, _) = try collect(pendingCount + 1)
        if let error = result.failure { throw error }
        return result
    }

    private func sendPending() throws(StorageError) -> Int {
        defer { pending.removeAll(keepingCapacity: true) }
        for statement in pending { try send("\(statement)") }
        return pending.count
    }

    private func send(_ text: String) throws(StorageError) {
        guard unsafe PQsendQueryParams(handle, text, 0, nil, nil, nil, nil, 1) == 1 else {
            throw lost()
        }
    }

    private func sendPrepare(_ name: String, _ text: String) throws(StorageError) {
        let types = parameters.types
        guard unsafe PQsendPrepare(handle, name, text, Int32(types.count), types) == 1 else {
            throw lost()
        }
    }

    private func sendBound(_ name: String) throws(StorageError) {
        let count = parameters.offsets.count
        let formats = [Int32](repeating: 1, count: count)
        let isSent = unsafe parameters.bytes.withUnsafeBytes { buffer in
            // The buffer is never empty: an empty value still needs an address, since nil means NULL.
            let values = unsafe parameters.offsets.map { offset -> UnsafePointer<CChar>? in
                guard offset >= 0, let base = buffer.baseAddress else { return nil }
                return unsafe (base + offset).assumingMemoryBound(to: CChar.self)
            }
            return unsafe PQsendQueryPrepared(
                handle,
                name,
                Int32(count),
                values,
                parameters.byteCounts,
                formats,
                1
            ) == 1
        }
        guard isSent else { throw lost() }
    }

    /// Ends the pipeline and reads the results of its `count` statements.
    ///
    /// - Returns: The first that failed, or the last; and how many passed.
    private func collect(_ count: Int) throws(StorageError) -> (PostgresResult, passedCount: Int) {
        guard unsafe PQpipelineSync(handle) == 1 else { throw lost() }
        var kept: PostgresResult?
        var passedCount = 0
        for index in 0..<count {
            guard let raw = unsafe PQgetResult(handle) else { throw lost() }
            let result = unsafe PostgresResult(raw)
            // A NULL separates the results of statements.
            while let extra = unsafe PQgetResult(handle) { unsafe PQclear(extra) }
            guard passedCount == index else { continue }
            if result.failure == nil { passedCount += 1 }
            kept = result
        }
        guard let sync = unsafe PQgetResult(handle) else { throw lost() }
        let isInStep = unsafe PQresultStatus(sync) == PGRES_PIPELINE_SYNC
        unsafe PQclear(sync)
        guard isInStep, isAlive, let kept else { throw lost() }
        return (kept, passedCount)
    }

    private func simple(_ text: String) throws(StorageError) -> PostgresResult {
        guard let raw = unsafe PQexec(handle, text) else { throw lost() }
        let result = unsafe PostgresResult(raw)
        if let error = result.failure { throw error }
        return result
    }

    /// The error of a connection that does not go on; it is of no use afterwards.
    private func lost() -> StorageError {
        let text = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) }
        let error = PostgresFailure.connection(PostgresResult.oneLine(text ?? "no detail"))
        close()
        return error
    }
}
#endif
