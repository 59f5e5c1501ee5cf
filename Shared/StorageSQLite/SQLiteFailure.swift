internal import CSQLite
internal import Glibc
internal import Storage

/// What SQLite's result codes mean to a caller.
enum SQLiteFailure {
    /// The error for `code`, an extended result code.
    ///
    /// - Parameters:
    ///   - systemError: The `errno` behind an input/output error; 0 where unknown.
    ///   - detail: The library's own sentence, which names columns and never values.
    static func error(_ code: Int32, systemError: Int32, detail: String) -> StorageError {
        let engineCode = String(code)
        switch code & 0xFF {
        case SQLITE_FULL:
            return full(engineCode)
        case SQLITE_IOERR where systemError == ENOSPC || systemError == EDQUOT:
            return full(engineCode)
        case SQLITE_IOERR:
            return StorageError(
                .unavailable,
                "the disk failed (\(detail), errno \(systemError)): check the device and its log",
                engineCode: engineCode
            )
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return StorageError(
                .corrupt,
                "the database file is damaged (\(detail)): restore it from a backup",
                engineCode: engineCode
            )
        case SQLITE_BUSY, SQLITE_LOCKED:
            return StorageError(
                .unavailable,
                "another process holds the database locked (\(detail))",
                engineCode: engineCode
            )
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH:
            return StorageError(
                .unavailable,
                "the database file cannot be opened or written (\(detail)): its folder must exist and belong "
                    + "to the service's user",
                engineCode: engineCode
            )
        case SQLITE_NOMEM, SQLITE_INTERRUPT, SQLITE_PROTOCOL, SQLITE_NOLFS:
            return StorageError(.unavailable, detail, engineCode: engineCode)
        default:
            return StorageError(.invalid, detail, engineCode: engineCode)
        }
    }

    private static func full(_ engineCode: String) -> StorageError {
        StorageError(
            .full,
            "the disk or its quota is full: free space; reads go on and writes may be retried",
            engineCode: engineCode
        )
    }

    /// Whether `error` says that a sync failed or stored bytes are wrong: nothing may be acknowledged after it.
    static func endsStore(_ error: StorageError) -> Bool {
        guard let text = error.engineCode, let code = Int32(text) else { return false }
        if error.code == .corrupt { return true }
        // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC; their macros are too complex to be imported.
        return code == SQLITE_IOERR | 4 << 8 || code == SQLITE_IOERR | 5 << 8
    }
}
