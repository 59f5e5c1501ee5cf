package import Model
package import WireFormat

/// Whether it does (answer of service 2, method 7).
///
/// Block, 21 bytes, little-endian:
///
///     offset  size  field      type
///          0     1  isCovered  bool
///          1    16  zone       id zn
///         17     4  zoneCount  u32
///
/// Tails:
///
///        tag  tail      type  at most
///          1  zoneName  text  80 bytes
package struct CoversPointReply: WireMessage {
    package static var name: StaticString { "CoversPointReply" }
    package static var blockByteCount: Int { 21 }

    /// Whether it lies in one.
    package var isCovered = false
    /// The one; "none" where it lies in none. Of several the one with the smallest id.
    package var zone = ZoneID.none
    /// How many such zones the tenant has; 0 means that none is set up.
    package var zoneCount: UInt32 = 0
    /// Its name.
    package var zoneName = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.flag("isCovered", &isCovered)
        try fields.id("zone", &zone)
        try fields.number("zoneCount", &zoneCount)
        try fields.text(1, "zoneName", &zoneName, maxByteCount: 80)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
