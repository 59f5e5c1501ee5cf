/// One row of a result.
package struct SQLRow: Hashable, Sendable {
    /// The columns in the order of the statement.
    package let values: [SQLValue]

    /// A row of these values.
    package init(_ values: [SQLValue]) {
        self.values = values
    }
}

extension SQLRow {
    /// The integer in `column`.
    ///
    /// - Throws: `.corrupt` where the column is missing or holds another type: what was stored is not
    ///   what the repository wrote.
    package func integer(_ column: Int) throws(StorageError) -> Int64 {
        guard case .integer(let value) = try value(column) else {
            throw mismatch(column, "integer")
        }
        return value
    }

    /// The text in `column`; throws `.corrupt` for anything else.
    package func text(_ column: Int) throws(StorageError) -> String {
        guard case .text(let value) = try value(column) else { throw mismatch(column, "text") }
        return value
    }

    /// The bytes in `column`; throws `.corrupt` for anything else.
    package func blob(_ column: Int) throws(StorageError) -> [UInt8] {
        guard case .blob(let value) = try value(column) else { throw mismatch(column, "blob") }
        return value
    }

    /// Whether `column` is NULL.
    package func isNull(_ column: Int) throws(StorageError) -> Bool {
        try value(column) == .null
    }

    private func value(_ column: Int) throws(StorageError) -> SQLValue {
        guard values.indices.contains(column) else { throw mismatch(column, "a value") }
        return values[column]
    }

    private func mismatch(_ column: Int, _ expected: String) -> StorageError {
        StorageError(.corrupt, "column \(column) of \(values.count) is not \(expected)")
    }
}
