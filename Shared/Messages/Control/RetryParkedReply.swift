package import WireFormat

/// How many wishes are sent again (answer of service 6, method 6).
///
/// Block, 8 bytes, little-endian:
///
///     offset  size  field        type
///          0     4  freedCount   u32
///          4     4  tooOldCount  u32
package struct RetryParkedReply: WireMessage {
    package static var name: StaticString { "RetryParkedReply" }
    package static var blockByteCount: Int { 8 }

    /// Those that are sent again.
    package var freedCount: UInt32 = 0
    /// Those that are left alone, since their receiver may have forgotten whether it carried them out.
    package var tooOldCount: UInt32 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("freedCount", &freedCount)
        try fields.number("tooOldCount", &tooOldCount)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
