internal import CSQLite
internal import Glibc
internal import Storage

/// One open database, used by one thread at a time.
@safe final class SQLiteConnection {
    /// What a connection is for.
    enum Role { case writer, reader }

    // Safe: the handle lives from init to close, and both are called by the owner, as is everything between.
    private var handle: OpaquePointer?
    /// Prepared statements under the address of their literal: one a literal, so as many as the program has.
    private var prepared: [UInt: SQLiteStatement] = [:]
    /// Pages in the log after the last commit, written by the library's hook.
    private let logPageCount = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    /// Opens the file, sets it up and, if asked, checks it.
    ///
    /// - Throws: `.unavailable`, `.corrupt`, `.full`, with what an operator should do.
    init(_ options: SQLiteOptions, role: Role) throws(StorageError) {
        unsafe logPageCount.initialize(to: 0)
        if role == .writer, options.fileSystem == nil {
            try Self.makePrivateFile(options.path)
        }
        let flags =
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
            | SQLITE_OPEN_READWRITE | (role == .writer ? SQLITE_OPEN_CREATE : 0)
        let code = unsafe sqlite3_open_v2(options.path, &handle, flags, options.fileSystem)
        do throws(StorageError) {
            guard code == SQLITE_OK else { throw failure(code) }
            try configure(options, role: role)
        } catch {
            close()
            throw StorageError(
                error.code,
                "\(options.path): \(error.message)",
                engineCode: error.engineCode
            )
        }
    }

    deinit {
        close()
        unsafe logPageCount.deallocate()
    }

    /// Closes the file; the last connection copies the log into it.
    func close() {
        guard let open = unsafe handle else { return }
        for statement in prepared.values { statement.finalize() }
        prepared = [:]
        unsafe sqlite3_close_v2(open)
        unsafe handle = nil
    }

    /// The file is made before the library would make it, because the library would make it readable for all.
    private static func makePrivateFile(_ path: String) throws(StorageError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let cause = errno
            throw StorageError(
                cause == ENOSPC || cause == EDQUOT ? .full : .unavailable,
                "\(path): cannot be opened or made (errno \(cause)): its folder must exist and belong to the "
                    + "service's user",
                engineCode: "errno \(cause)"
            )
        }
        Glibc.close(descriptor)
    }

    private func configure(_ options: SQLiteOptions, role: Role) throws(StorageError) {
        unsafe sqlite3_busy_timeout(handle, options.busyMilliseconds)
        if role == .writer {
            // First: it decides whether the log needs shared memory.
            if options.isExclusive { try run("PRAGMA locking_mode = EXCLUSIVE") }
            try run("PRAGMA page_size = \(options.pageByteCount)")
            guard try scalarText("PRAGMA journal_mode = WAL") == "wal" else {
                throw StorageError(.unavailable, "the file system cannot hold a write-ahead log")
            }
            // Checkpoints are ours (`checkpoint`): the library's own would run inside a commit and hide its errors.
            try run("PRAGMA wal_autocheckpoint = 0")
            try run("PRAGMA journal_size_limit = \(64 << 20)")
            unsafe sqlite3_wal_hook(
                handle,
                { context, _, _, pageCount in
                    unsafe context?.assumingMemoryBound(to: Int32.self).pointee = pageCount
                    return SQLITE_OK
                },
                logPageCount
            )
        } else {
            try run("PRAGMA query_only = ON")
        }
        try run("PRAGMA synchronous = \(options.durability.rawValue)")
        try run("PRAGMA cache_size = -\(options.cacheKibibytes)")
        try run("PRAGMA foreign_keys = ON")
        try run("PRAGMA trusted_schema = OFF")
        try run("PRAGMA cell_size_check = ON")
        try run("PRAGMA secure_delete = FAST")
        try run("PRAGMA temp_store = MEMORY")
        if options.checksOnOpen, role == .writer { try check() }
    }

    /// Reads the whole file and refuses it where a page or an index is not in order.
    func check() throws(StorageError) {
        let finding = try scalarText("PRAGMA quick_check(1)")
        guard finding == "ok" else {
            throw StorageError(
                .corrupt,
                "the check found: \(finding): restore the file from a backup"
            )
        }
    }

    /// Whether a transaction is open.
    var isInTransaction: Bool {
        unsafe sqlite3_get_autocommit(handle) == 0
    }

    /// Copies the log into the file once it has `pageCount` pages, as far as readers allow.
    ///
    /// - Throws: As a statement; a failed sync here is as bad as one in a commit.
    func checkpoint(above pageCount: Int) throws(StorageError) {
        guard unsafe Int(logPageCount.pointee) >= pageCount else { return }
        let code = unsafe sqlite3_wal_checkpoint_v2(
            handle,
            nil,
            SQLITE_CHECKPOINT_PASSIVE,
            nil,
            nil
        )
        unsafe logPageCount.pointee = 0
        guard code == SQLITE_OK || code & 0xFF == SQLITE_BUSY else { throw failure(code) }
    }

    /// The prepared form of `statement`, made at its first use.
    func prepare(_ statement: SQLStatement) throws(StorageError) -> SQLiteStatement {
        guard statement.text.hasPointerRepresentation else {
            throw StorageError(.invalid, "a statement of one character")
        }
        let start = unsafe statement.text.utf8Start
        let address = UInt(bitPattern: start)
        if let known = prepared[address] { return known }
        let made = try unsafe make(
            UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self),
            byteCount: statement.text.utf8CodeUnitCount
        )
        prepared[address] = made
        return made
    }

    private func make(
        _ text: UnsafePointer<CChar>,
        byteCount: Int
    ) throws(StorageError) -> SQLiteStatement {
        var made: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle,
            text,
            Int32(byteCount),
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &made,
            nil
        )
        guard code == SQLITE_OK else { throw failure(code) }
        guard let made = unsafe made else { throw StorageError(.invalid, "an empty statement") }
        do throws(StorageError) {
            return try unsafe SQLiteStatement(made)
        } catch {
            unsafe sqlite3_finalize(made)
            throw error
        }
    }

    /// Runs statements that are not literals: pragmas and migrations.
    func run(_ text: String) throws(StorageError) {
        let code = unsafe sqlite3_exec(handle, text, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func scalarText(_ text: String) throws(StorageError) -> String {
        var made: OpaquePointer?
        let code = unsafe sqlite3_prepare_v2(handle, text, -1, &made, nil)
        guard code == SQLITE_OK, let made = unsafe made else { throw failure(code) }
        let statement = try unsafe SQLiteStatement(made)
        defer { statement.finalize() }
        let stepped = statement.step()
        guard stepped == SQLITE_ROW else { throw failure(stepped) }
        return try statement.row().text(0)
    }

    /// How many rows the last statement changed.
    var changedRowCount: Int {
        Int(unsafe sqlite3_changes64(handle))
    }

    /// The error for a result code of this connection.
    func failure(_ code: Int32) -> StorageError {
        guard let open = unsafe handle else {
            return SQLiteFailure.error(code, systemError: 0, detail: "not open")
        }
        let detail = unsafe sqlite3_errmsg(open).map { unsafe String(cString: $0) }
        return SQLiteFailure.error(
            code,
            systemError: unsafe sqlite3_system_errno(open),
            detail: detail ?? "no detail"
        )
    }
}
