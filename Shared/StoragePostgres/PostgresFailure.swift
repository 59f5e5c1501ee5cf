#if PostgreSQL
package import Storage

/// What PostgreSQL's five-letter SQLSTATEs mean to a caller.
package enum PostgresFailure {
    /// The error for `state`.
    ///
    /// - Parameter detail: The server's primary message; it names columns and constraints, never values.
    package static func error(_ state: String, detail: String) -> StorageError {
        StorageError(code(state), "\(detail)", engineCode: state)
    }

    private static func code(_ state: String) -> StorageError.Code {
        switch state {
        // Serialisation failure, deadlock, and a row that another transaction holds for longer than `lock_timeout`.
        case "40001", "40P01", "55P03": return .conflict
        case "53100": return .full
        // The server gave up on a transaction of ours that stood still for too long (a machine that stalls), or is a
        // standby that only reads, or does not know how a commit ended: it passes, and the keys settle the rest.
        case "25P03", "25006", "40003": return .unavailable
        case "XX001", "XX002": return .corrupt
        // A count of arguments that does not fit the statement is a protocol violation, and ours.
        case "08P01": return .invalid
        default: break
        }
        switch state.prefix(2) {
        // Connection, insufficient resources, operator intervention, system error.
        case "08", "53", "57", "58", "28": return .unavailable
        default: return .invalid
        }
    }

    /// What `error` means where the transaction was begun to read only: a write in it is the caller's mistake, while
    /// the same state tells a writer that the server is a standby.
    package static func toldByReader(_ error: StorageError) -> StorageError {
        guard error.engineCode == "25006" else { return error }
        return StorageError(.invalid, error.message, engineCode: error.engineCode)
    }

    /// The error for a connection that cannot be made or was lost.
    static func connection(_ detail: String) -> StorageError {
        StorageError(
            .unavailable,
            "the database server cannot be reached (\(detail)): check its address, that it runs and lets this "
                + "service in"
        )
    }
}
#endif
