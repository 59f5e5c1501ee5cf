package import Money
package import WireFormat

/// Asks for the sums of a tenant's ledger (service 4, method 6).
///
/// Block, 2 bytes, little-endian:
///
///     offset  size  field     type
///          0     2  currency  currency
package struct LedgerSummaryRequest: WireMessage {
    package static var name: StaticString { "LedgerSummaryRequest" }
    package static var blockByteCount: Int { 2 }

    /// Only this currency; `nil` is all.
    package var currency: Currency?
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.currency("currency", &currency)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
