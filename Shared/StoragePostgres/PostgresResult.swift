#if PostgreSQL
import CPostgres
import Storage

/// One result of the server, in binary form.
@safe final class PostgresResult {
    // Safe: owned by this object alone, and freed with it.
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe PQclear(handle)
    }

    /// What the server reports as wrong; nil for a result.
    var failure: StorageError? {
        switch unsafe PQresultStatus(handle) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: nil
        default: error
        }
    }

    /// What the server did: "INSERT 0 1", "COMMIT".
    var commandTag: String {
        unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? ""
    }

    /// The first value of a result in text form; nil where there is none.
    var firstText: String? {
        guard unsafe PQntuples(handle) > 0 else { return nil }
        return unsafe PQgetvalue(handle, 0, 0).map { unsafe String(cString: $0) }
    }

    /// How many rows the statement inserted, updated or deleted.
    var changedRowCount: Int {
        guard let text = unsafe PQcmdTuples(handle) else { return 0 }
        return Int(unsafe String(cString: text)) ?? 0
    }

    private var error: StorageError {
        let state = unsafe PQresultErrorField(handle, Self.sqlStateField)
        let message = unsafe PQresultErrorField(handle, Self.messageField)
        guard let state = unsafe state, let message = unsafe message else {
            let text = unsafe PQresultErrorMessage(handle).map { unsafe String(cString: $0) }
            return PostgresFailure.connection(Self.oneLine(text ?? "no detail"))
        }
        return PostgresFailure.error(
            unsafe String(cString: state),
            detail: Self.oneLine(unsafe String(cString: message))
        )
    }

    // PG_DIAG_SQLSTATE and PG_DIAG_MESSAGE_PRIMARY are character macros.
    private static let sqlStateField = Int32(UInt8(ascii: "C"))
    private static let messageField = Int32(UInt8(ascii: "M"))

    static func oneLine(_ text: String) -> String {
        String(text.prefix(300).map { $0.isNewline ? " " : $0 })
    }

    /// All rows. - Throws: `.corrupt` for a type that the repositories do not use.
    func rows() throws(StorageError) -> [SQLRow] {
        let rowCount = unsafe PQntuples(handle)
        let columnCount = unsafe PQnfields(handle)
        guard rowCount <= SQLLimits.rowCountMax else {
            throw StorageError(.invalid, "a query has more than \(SQLLimits.rowCountMax) rows")
        }
        var rows: [SQLRow] = []
        rows.reserveCapacity(Int(rowCount))
        for row in 0..<rowCount {
            var values: [SQLValue] = []
            values.reserveCapacity(Int(columnCount))
            for column in 0..<columnCount { values.append(try value(row, column)) }
            rows.append(SQLRow(values))
        }
        return rows
    }

    private func value(_ row: Int32, _ column: Int32) throws(StorageError) -> SQLValue {
        if unsafe PQgetisnull(handle, row, column) != 0 { return .null }
        let count = Int(unsafe PQgetlength(handle, row, column))
        guard let start = unsafe PQgetvalue(handle, row, column) else { return .null }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
        let type = unsafe PQftype(handle, column)
        switch type {
        case PostgresType.int8, PostgresType.int4, PostgresType.int2, PostgresType.bool:
            return .integer(unsafe Self.integer(bytes))
        case PostgresType.text, PostgresType.varchar, PostgresType.name:
            return .text(unsafe String(decoding: bytes, as: UTF8.self))
        case PostgresType.bytea:
            return .blob(unsafe Array(bytes))
        case PostgresType.numeric:
            guard let number = unsafe Self.wholeNumeric(bytes) else {
                throw StorageError(.corrupt, "column \(column) is not a whole number of 64 bits")
            }
            return .integer(number)
        default:
            throw StorageError(
                .corrupt,
                "column \(column) has type \(type), which no repository uses"
            )
        }
    }

    /// A signed number of 1, 2, 4 or 8 bytes, most significant first; a boolean is 0 or 1.
    private static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        let first = unsafe bytes.first ?? 0
        let isNegative = bytes.count > 1 && first & 0x80 != 0
        return unsafe bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
    }

    /// A NUMERIC without fraction, which `sum` of BIGINT gives: digits of base 10,000 after a header of digit count,
    /// weight, sign and scale, 16 bits each (`numeric_send` in the server's numeric.c).
    private static func wholeNumeric(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard bytes.count >= 8, bytes.count % 2 == 0 else { return nil }
        let words = stride(from: 0, to: bytes.count, by: 2).map {
            unsafe Int64(bytes[$0]) << 8 | Int64(bytes[$0 + 1])
        }
        let digitCount = Int(words[0])
        let weight = words[1] >= 0x8000 ? words[1] - 0x10000 : words[1]
        guard words.count == 4 + digitCount, words[2] == 0 || words[2] == 0x4000 else { return nil }
        guard digitCount > 0 else { return 0 }
        guard (0...4).contains(weight), digitCount <= Int(weight) + 1 else { return nil }
        var number: Int64 = 0
        for index in 0...Int(weight) {
            let digit = index < digitCount ? words[4 + index] : 0
            let (scaled, lost) = number.multipliedReportingOverflow(by: 10_000)
            let (sum, carried) = scaled.subtractingReportingOverflow(digit)
            guard !lost, !carried else { return nil }
            // Counted down from zero, so that the smallest number fits too.
            number = sum
        }
        if words[2] == 0x4000 { return number }
        return number == .min ? nil : -number
    }
}
#endif
