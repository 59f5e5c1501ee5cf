package import WireFormat

/// Bytes that come back as they are (service 6, methods 3 and 4): how far away a service is, and what a call costs.
///
/// Block, 8 bytes, little-endian:
///
///     offset  size  field   type
///          0     8  number  u64
///
/// Tails:
///
///        tag  tail     type   at most
///          1  payload  bytes  32 768 bytes
package struct Echo: WireMessage {
    package static var name: StaticString { "Echo" }
    package static var blockByteCount: Int { 8 }

    /// Tells one from another.
    package var number: UInt64 = 0
    /// Filling, to measure with messages of a size.
    package var payload: [UInt8] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("number", &number)
        try fields.bytes(1, "payload", &payload, maxByteCount: 32_768)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
