package import WireFormat

/// Asks for wishes that a service gave up (service 6, method 5), by rising sequence.
///
/// Block, 8 bytes, little-endian:
///
///     offset  size  field          type
///          0     8  afterSequence  i64
package struct ListParkedRequest: WireMessage {
    package static var name: StaticString { "ListParkedRequest" }
    package static var blockByteCount: Int { 8 }

    /// Where the last answer ended; 0 for the first.
    package var afterSequence: Int64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("afterSequence", &afterSequence)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
