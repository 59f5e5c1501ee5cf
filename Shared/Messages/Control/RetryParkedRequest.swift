package import Model
package import WireFormat

/// Has a service send again what it gave up (service 6, method 6).
///
/// Block, 16 bytes, little-endian:
///
///     offset  size  field  type
///          0    16  key    id idem
package struct RetryParkedRequest: WireMessage {
    package static var name: StaticString { "RetryParkedRequest" }
    package static var blockByteCount: Int { 16 }

    /// Which; none for all.
    package var key = IdempotencyKey.none
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("key", &key)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
