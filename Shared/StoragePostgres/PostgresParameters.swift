#if PostgreSQL
import CPostgres
import Storage

/// The object identifiers of the types that both engines share, fixed in `pg_type.dat`.
enum PostgresType {
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let name: Oid = 19
    static let int8: Oid = 20
    static let int2: Oid = 21
    static let int4: Oid = 23
    static let text: Oid = 25
    static let varchar: Oid = 1043
    static let numeric: Oid = 1700
    static let byteaArray: Oid = 1001
    static let textArray: Oid = 1009
    static let int8Array: Oid = 1016
}

/// Arguments of one statement in the binary form of the protocol, in one buffer that is used again and again.
struct PostgresParameters {
    /// The type of each; 0 leaves it to the server, for NULL.
    private(set) var types: [Oid] = []
    /// All values one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where each starts in `bytes`; -1 for NULL.
    private(set) var offsets: [Int] = []
    /// How long each is.
    private(set) var byteCounts: [Int32] = []

    /// Two bits a parameter: the same text with other types is another prepared statement.
    var signature: SIMD2<UInt64> {
        let whole = types.reduce(UInt128(0)) { signature, type in
            let bits: UInt128 =
                switch type {
                case PostgresType.int8, PostgresType.int8Array: 1
                case PostgresType.text, PostgresType.textArray: 2
                case PostgresType.bytea, PostgresType.byteaArray: 3
                default: 0
                }
            return signature << 2 | bits
        }
        return SIMD2(
            UInt64(truncatingIfNeeded: whole >> 64),
            UInt64(truncatingIfNeeded: whole)
        )
    }

    mutating func set(_ arguments: [SQLValue]) throws(StorageError) {
        removeAll()
        guard arguments.count <= SQLLimits.parameterCountMax else {
            throw StorageError(.invalid, "more than \(SQLLimits.parameterCountMax) parameters")
        }
        for argument in arguments {
            let start = bytes.count
            types.append(Self.type(of: argument))
            try append(argument)
            offsets.append(argument == .null ? -1 : start)
            byteCounts.append(Int32(clamping: bytes.count - start))
        }
        // So that the buffer has an address even where all values are empty.
        bytes.append(0)
    }

    /// One array a column of `rows`.
    mutating func setColumns(_ rows: [[SQLValue]]) throws(StorageError) {
        removeAll()
        guard let first = rows.first, first.count <= SQLLimits.parameterCountMax,
            rows.allSatisfy({ $0.count == first.count })
        else {
            throw StorageError(.invalid, "the rows of a batch differ in length, or are too long")
        }
        for column in first.indices {
            let start = bytes.count
            let element = rows.lazy.map { Self.type(of: $0[column]) }.first { $0 != 0 }
            try appendArray(rows, column: column, element: element ?? PostgresType.text)
            offsets.append(start)
            byteCounts.append(Int32(clamping: bytes.count - start))
        }
    }

    private mutating func removeAll() {
        types.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        byteCounts.removeAll(keepingCapacity: true)
    }

    private static func type(of value: SQLValue) -> Oid {
        switch value {
        case .null: 0
        case .integer: PostgresType.int8
        case .text: PostgresType.text
        case .blob: PostgresType.bytea
        }
    }

    private mutating func append(_ value: SQLValue) throws(StorageError) {
        switch value {
        case .null:
            break
        case .integer(let number):
            appendBigEndian(UInt64(bitPattern: number))
        case .text(let text):
            try SQLLimits.check(text)
            bytes.append(contentsOf: text.utf8)
        case .blob(let blob):
            try SQLLimits.check(blob)
            bytes.append(contentsOf: blob)
        }
    }

    /// The binary form of an array: dimensions, whether there are NULLs, element type, length, lower bound, and each
    /// element after its length (`array_recv` in the server's arrayfuncs.c).
    private mutating func appendArray(
        _ rows: [[SQLValue]],
        column: Int,
        element: Oid
    ) throws(StorageError) {
        switch element {
        case PostgresType.int8: types.append(PostgresType.int8Array)
        case PostgresType.bytea: types.append(PostgresType.byteaArray)
        default: types.append(PostgresType.textArray)
        }
        let hasNulls = rows.contains { $0[column] == .null }
        appendBigEndian(UInt32(1))
        appendBigEndian(UInt32(hasNulls ? 1 : 0))
        appendBigEndian(UInt32(element))
        appendBigEndian(UInt32(rows.count))
        appendBigEndian(UInt32(1))
        for row in rows {
            let value = row[column]
            if value == .null {
                appendBigEndian(UInt32.max)
                continue
            }
            guard Self.type(of: value) == element else {
                throw StorageError(
                    .invalid,
                    "column \(column) of a batch holds values of two types"
                )
            }
            let lengthAt = bytes.count
            appendBigEndian(UInt32(0))
            try append(value)
            let length = UInt32(bytes.count - lengthAt - 4)
            for index in 0..<4 {
                bytes[lengthAt + index] = UInt8(
                    truncatingIfNeeded: length >> UInt32(24 - 8 * index)
                )
            }
        }
    }

    // Safe: the bytes of a number are copied within the call.
    private mutating func appendBigEndian(_ number: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}
#endif
