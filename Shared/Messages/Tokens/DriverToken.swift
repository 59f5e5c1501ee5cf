package import Model
package import Timekeeping
package import WireFormat

/// Who a driver's phone is (token of HELLO and AUTH): the payload of a signed token of the context
/// `driver`. Life 12 h. The envelope names the key.
///
/// Block, 58 bytes, little-endian:
///
///     offset  size  field      type
///          0     8  tenant     u64
///          8    16  driver     id drv
///         24     8  scopes     u64
///         32     2  audience   u16
///         34     8  issuedAt   time
///         42     8  expiresAt  time
///         50     8  nonce      u64
package struct DriverToken: WireMessage {
    package static var name: StaticString { "DriverToken" }
    package static var blockByteCount: Int { 58 }

    /// The fleet.
    package var tenant = TenantID.none
    /// Who.
    package var driver = DriverID.none
    /// What he may do: bits of `TokenScopes`.
    package var scopes: UInt64 = 0
    /// The called service's number in the registry.
    package var audience: UInt16 = 0
    /// From when, real time.
    package var issuedAt = WallTime.none
    /// Until when, real time.
    package var expiresAt = WallTime.none
    /// Makes two tokens of one second differ.
    package var nonce: UInt64 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.tenant("tenant", &tenant)
        try fields.id("driver", &driver)
        try fields.number("scopes", &scopes)
        try fields.number("audience", &audience)
        try fields.time("issuedAt", &issuedAt)
        try fields.time("expiresAt", &expiresAt)
        try fields.number("nonce", &nonce)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
