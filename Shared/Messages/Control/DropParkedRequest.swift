package import Model
package import WireFormat

/// Has a service forget a wish that it gave up (service 6, method 7); what waited behind it goes on.
///
/// Block, 16 bytes, little-endian:
///
///     offset  size  field  type
///          0    16  key    id idem
///
/// Tails:
///
///        tag  tail    type  at most
///          1  reason  text  200 bytes
package struct DropParkedRequest: WireMessage {
    package static var name: StaticString { "DropParkedRequest" }
    package static var blockByteCount: Int { 16 }
    /// The longest reason, bytes.
    package static var reasonByteCountMax: Int { 200 }

    /// Which.
    package var key = IdempotencyKey.none
    /// Why, in the operator's words; required, and kept.
    package var reason = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("key", &key)
        try fields.text(1, "reason", &reason, maxByteCount: Self.reasonByteCountMax)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
