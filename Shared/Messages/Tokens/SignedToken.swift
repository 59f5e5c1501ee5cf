package import WireFormat

/// A token as it travels: the signed bytes, exactly as they were signed, and the signature over
/// them.
///
/// Block, 1 bytes, little-endian:
///
///     offset  size  field type
///          0     1  kind  TokenCode
///
/// Tails:
///
///        tag  tail       type   at most
///          1  payload    bytes  512 bytes
///          2  signature  bytes  64 bytes
package struct SignedToken: WireMessage {
    package static var name: StaticString { "SignedToken" }
    package static var blockByteCount: Int { 1 }

    /// What the payload is.
    package var kind = WireEnum<TokenCode>.unspecified
    /// The token's bytes.
    package var payload: [UInt8] = []
    /// Ed25519, 64 bytes.
    package var signature: [UInt8] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.enumeration("kind", &kind)
        try fields.bytes(1, "payload", &payload, maxByteCount: 512)
        try fields.bytes(2, "signature", &signature, maxByteCount: 64)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
