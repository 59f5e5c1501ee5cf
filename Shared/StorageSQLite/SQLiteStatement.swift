internal import CSQLite
internal import Storage

/// A prepared statement of one connection.
@safe final class SQLiteStatement {
    // Safe: `handle` belongs to one connection, which one thread uses and which finalizes it in `close`.
    private let handle: OpaquePointer
    private let parameterCount: Int
    /// Whether it leaves the store as it is.
    let isReadOnly: Bool

    /// What `sqlite3_bind_blob` takes to copy the bytes at once; the macro is a cast that is not imported.
    // Safe: SQLite compares the value and never calls it.
    private static var transient: sqlite3_destructor_type {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// A statement over `handle`, which it owns.
    ///
    /// - Throws: `.invalid` where its parameters are not `$1`, `$2`, ... in rising order of first use.
    init(_ handle: OpaquePointer) throws(StorageError) {
        unsafe self.handle = handle
        parameterCount = Int(unsafe sqlite3_bind_parameter_count(handle))
        isReadOnly = unsafe sqlite3_stmt_readonly(handle) != 0
        guard parameterCount <= SQLLimits.parameterCountMax else {
            throw StorageError(
                .invalid,
                "a statement has more than \(SQLLimits.parameterCountMax) parameters"
            )
        }
        for index in 0..<parameterCount {
            let name = unsafe sqlite3_bind_parameter_name(handle, Int32(index + 1))
            guard let name = unsafe name, unsafe String(cString: name) == "$\(index + 1)" else {
                throw StorageError(
                    .invalid,
                    "a statement's parameters are not $1, $2, ... in rising order"
                )
            }
        }
    }

    /// Gives the memory back; the statement is not used afterwards.
    func finalize() {
        unsafe sqlite3_finalize(handle)
    }

    /// Binds all parameters. - Throws: `.invalid` for a wrong count, a NUL in a text, or a value too long.
    func bind(_ arguments: [SQLValue]) throws(StorageError) {
        guard arguments.count == parameterCount else {
            throw StorageError(
                .invalid,
                "\(arguments.count) arguments for \(parameterCount) parameters"
            )
        }
        for index in 0..<arguments.count {
            let code = try bind(arguments[index], at: Int32(index + 1))
            guard code == SQLITE_OK else {
                throw StorageError(.unavailable, "cannot bind a value", engineCode: String(code))
            }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) throws(StorageError) -> Int32 {
        switch value {
        case .null:
            return unsafe sqlite3_bind_null(handle, index)
        case .integer(let number):
            return unsafe sqlite3_bind_int64(handle, index, number)
        case .text(var text):
            try SQLLimits.check(text)
            return text.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) { units in
                    // A pointer of nil would bind NULL.
                    guard let start = units.baseAddress, units.count > 0 else {
                        return unsafe sqlite3_bind_text(handle, index, "", 0, Self.transient)
                    }
                    return unsafe sqlite3_bind_text(
                        handle,
                        index,
                        start,
                        Int32(units.count),
                        Self.transient
                    )
                }
            }
        case .blob(let bytes):
            try SQLLimits.check(bytes)
            guard !bytes.isEmpty else { return unsafe sqlite3_bind_zeroblob(handle, index, 0) }
            return unsafe bytes.withUnsafeBytes { buffer in
                unsafe sqlite3_bind_blob(
                    handle,
                    index,
                    buffer.baseAddress,
                    Int32(buffer.count),
                    Self.transient
                )
            }
        }
    }

    /// Goes on to the next row: `SQLITE_ROW`, `SQLITE_DONE`, or an extended error code.
    func step() -> Int32 {
        unsafe sqlite3_step(handle)
    }

    /// Makes it ready to run again; must follow every run, or its locks stay.
    func reset() {
        unsafe sqlite3_reset(handle)
    }

    /// The row that `step` arrived at.
    func row() throws(StorageError) -> SQLRow {
        let count = Int(unsafe sqlite3_data_count(handle))
        var values: [SQLValue] = []
        values.reserveCapacity(count)
        for column in 0..<Int32(count) { values.append(try value(column)) }
        return SQLRow(values)
    }

    private func value(_ column: Int32) throws(StorageError) -> SQLValue {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_NULL:
            return .null
        case SQLITE_INTEGER:
            return .integer(unsafe sqlite3_column_int64(handle, column))
        case SQLITE_TEXT:
            // The text first: it may convert in place and so set the byte count.
            guard let start = unsafe sqlite3_column_text(handle, column) else { return .text("") }
            let count = Int(unsafe sqlite3_column_bytes(handle, column))
            let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
            return .text(unsafe String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            guard let start = unsafe sqlite3_column_blob(handle, column) else { return .blob([]) }
            let count = Int(unsafe sqlite3_column_bytes(handle, column))
            return .blob(unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count)))
        default:
            throw StorageError(.corrupt, "column \(column) holds a floating-point number")
        }
    }
}
