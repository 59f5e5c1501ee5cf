internal import Geo
internal import Money
internal import Storage

extension SQLValue {
    /// The raw value of an enumeration whose numbers are fixed.
    static func code<Code: RawRepresentable>(_ code: Code) -> SQLValue
    where Code.RawValue: FixedWidthInteger {
        .integer(Int64(code.rawValue))
    }

    /// A number that fits 64 bits with a sign.
    static func number(_ number: some FixedWidthInteger) -> SQLValue {
        .integer(Int64(truncatingIfNeeded: number))
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

    /// The currency in `column`; throws `.corrupt` for a number that no currency has.
    func currency(_ column: Int) throws(StorageError) -> Currency {
        guard let currency = Currency(numericCode: try number(column)) else {
            throw StorageError(.corrupt, "column \(column) is no currency")
        }
        return currency
    }

    /// The place in `column` and the one after it; throws `.corrupt` for what is not on the globe.
    func point(_ column: Int) throws(StorageError) -> GeoPoint {
        guard
            let point = GeoPoint(
                latitudeE7: try number(column),
                longitudeE7: try number(column + 1)
            )
        else { throw StorageError(.corrupt, "columns from \(column) on are no place") }
        return point
    }
}
