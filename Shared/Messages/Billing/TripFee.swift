package import Money
package import WireFormat

/// A fee for each trip paid in one currency.
///
/// Element, 10 bytes, little-endian:
///
///     offset  size  field             type
///          0     8  amountMinorUnits  i64       0 or more
///          8     2  currency          currency
package struct TripFee: WireElement {
    package static var name: StaticString { "TripFee" }
    package static var byteCount: Int { 10 }

    /// The fee.
    package var amountMinorUnits: Int64 = 0
    /// The currency.
    package var currency: Currency?

    package init() {}

    package mutating func walk<Fields: ScalarCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("amountMinorUnits", &amountMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
    }
}
