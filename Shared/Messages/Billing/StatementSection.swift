package import Money
package import WireFormat

/// The figures of one currency.
///
/// Element, 46 bytes, little-endian:
///
///     offset  size  field                 type
///          0     2  currency              currency
///          2     4  tripCount             u32
///          6     8  faresMinorUnits       i64       0 or more
///         14     8  taxMinorUnits         i64       0 or more
///         22     8  commissionMinorUnits  i64       0 or more
///         30     8  tripFeesMinorUnits    i64       0 or more
///         38     8  dueMinorUnits         i64       0 or more
package struct StatementSection: WireElement {
    package static var name: StaticString { "StatementSection" }
    package static var byteCount: Int { 46 }

    /// The currency.
    package var currency: Currency?
    /// Completed trips.
    package var tripCount: UInt32 = 0
    /// What the payers paid, tax inside.
    package var faresMinorUnits: Int64 = 0
    /// Tax inside the fares.
    package var taxMinorUnits: Int64 = 0
    /// The operator's commission.
    package var commissionMinorUnits: Int64 = 0
    /// The operator's fees for the trips.
    package var tripFeesMinorUnits: Int64 = 0
    /// What the tenant owes the operator: commission and fees.
    package var dueMinorUnits: Int64 = 0

    package init() {}

    package mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.currency("currency", &currency)
        try fields.number("tripCount", &tripCount)
        try fields.number("faresMinorUnits", &faresMinorUnits, in: 0 ... .max)
        try fields.number("taxMinorUnits", &taxMinorUnits, in: 0 ... .max)
        try fields.number("commissionMinorUnits", &commissionMinorUnits, in: 0 ... .max)
        try fields.number("tripFeesMinorUnits", &tripFeesMinorUnits, in: 0 ... .max)
        try fields.number("dueMinorUnits", &dueMinorUnits, in: 0 ... .max)
    }
}
