package import Model
package import Timekeeping

extension SQLValue {
    /// An identifier: 16 bytes, most significant first, so that the index follows the order of making.
    package static func id<Kind>(_ id: EntityID<Kind>) -> SQLValue {
        .blob(withUnsafeBytes(of: id.bits.bigEndian) { Array($0) })
    }

    /// A moment: microseconds since the Unix epoch.
    package static func time(_ time: WallTime) -> SQLValue {
        .integer(time.microseconds)
    }

    /// A tenant's number; the column is signed, so numbers from 2^63 on are stored by their bits.
    package static func tenant(_ tenant: TenantID) -> SQLValue {
        .integer(Int64(bitPattern: tenant.rawValue))
    }

    /// A truth value: 0 or 1.
    package static func bool(_ value: Bool) -> SQLValue {
        .integer(value ? 1 : 0)
    }

    /// The value, or NULL: `.optional(reason.map(SQLValue.text))`.
    package static func optional(_ value: SQLValue?) -> SQLValue {
        value ?? .null
    }
}

extension SQLRow {
    /// The identifier in `column`; throws `.corrupt` for anything but 16 bytes.
    package func id<Kind>(
        _ column: Int,
        as kind: EntityID<Kind>.Type = EntityID<Kind>.self
    ) throws(StorageError) -> EntityID<Kind> {
        guard let id = EntityID<Kind>(bytes: try blob(column)) else {
            throw StorageError(.corrupt, "column \(column) is not an identifier of 16 bytes")
        }
        return id
    }

    /// The moment in `column`; throws `.corrupt` for anything but an integer.
    package func time(_ column: Int) throws(StorageError) -> WallTime {
        WallTime(microseconds: try integer(column))
    }

    /// The tenant in `column`; throws `.corrupt` for anything but an integer.
    package func tenant(_ column: Int) throws(StorageError) -> TenantID {
        TenantID(UInt64(bitPattern: try integer(column)))
    }

    /// The truth value in `column`; throws `.corrupt` for anything but 0 and 1.
    package func bool(_ column: Int) throws(StorageError) -> Bool {
        switch try integer(column) {
        case 0: false
        case 1: true
        default: throw StorageError(.corrupt, "column \(column) is neither 0 nor 1")
        }
    }

    /// The number in `column` in the narrower type `Number`; throws `.corrupt` where it does not fit.
    package func number<Number: FixedWidthInteger>(
        _ column: Int,
        as type: Number.Type = Number.self
    ) throws(StorageError) -> Number {
        guard let number = Number(exactly: try integer(column)) else {
            throw StorageError(.corrupt, "column \(column) is out of the range of \(type)")
        }
        return number
    }

    /// What `read` makes of `column`, or nil where it is NULL: `try row.optional(3) { try $0.time($1) }`.
    package func optional<Value>(
        _ column: Int,
        _ read: (SQLRow, Int) throws(StorageError) -> Value
    ) throws(StorageError) -> Value? {
        try isNull(column) ? nil : try read(self, column)
    }
}
