internal import Money
internal import Storage

extension SQLValue {
    /// The raw value of an enumeration whose numbers are fixed.
    static func code<Code: RawRepresentable>(_ code: Code) -> SQLValue
    where Code.RawValue: FixedWidthInteger {
        .integer(Int64(code.rawValue))
    }

    /// The same, or NULL.
    static func code<Code: RawRepresentable>(ifPresent code: Code?) -> SQLValue
    where Code.RawValue: FixedWidthInteger {
        .optional(code.map { .code($0) })
    }

    /// A currency's numeric code.
    static func currency(_ currency: Currency) -> SQLValue {
        .integer(Int64(currency.numericCode))
    }
}

extension SQLRow {
    /// The enumeration's value in `column`; throws `.corrupt` for a number that it has not.
    func code<Code: RawRepresentable>(
        _ column: Int,
        as type: Code.Type = Code.self
    ) throws(StorageError) -> Code where Code.RawValue: FixedWidthInteger {
        guard let raw = Code.RawValue(exactly: try integer(column)), let code = Code(rawValue: raw)
        else { throw StorageError(.corrupt, "column \(column) is no \(type)") }
        return code
    }

    /// The same; `nil` where it is NULL.
    func code<Code: RawRepresentable>(
        ifPresent column: Int,
        as type: Code.Type = Code.self
    ) throws(StorageError) -> Code? where Code.RawValue: FixedWidthInteger {
        try isNull(column) ? nil : try code(column, as: type)
    }

    /// The currency in `column`; throws `.corrupt` for a number that no currency has.
    func currency(_ column: Int) throws(StorageError) -> Currency {
        guard let currency = Currency(numericCode: try number(column)) else {
            throw StorageError(.corrupt, "column \(column) is no currency")
        }
        return currency
    }

    /// The text in `column`; `nil` where it is NULL.
    func text(ifPresent column: Int) throws(StorageError) -> String? {
        try isNull(column) ? nil : try text(column)
    }

    /// The integer in `column`; `nil` where it is NULL.
    func integer(ifPresent column: Int) throws(StorageError) -> Int64? {
        try isNull(column) ? nil : try integer(column)
    }
}
