package import WireFormat

/// Asks for a tenant's statement (service 5, method 2).
///
/// Block, 3 bytes, little-endian:
///
///     offset  size  field  type
///          0     2  year   u16  2 000 ... 9 999
///          2     1  month  u8   1 ... 12
package struct GetStatementRequest: WireMessage {
    package static var name: StaticString { "GetStatementRequest" }
    package static var blockByteCount: Int { 3 }

    /// The year.
    package var year: UInt16 = 2000
    /// The month, 1 is January.
    package var month: UInt8 = 1
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("year", &year, in: 2000...9999)
        try fields.number("month", &month, in: 1...12)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
