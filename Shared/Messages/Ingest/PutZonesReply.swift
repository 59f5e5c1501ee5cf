package import WireFormat

/// What was stored (answer of service 2, method 8).
///
/// Block, 8 bytes, little-endian:
///
///     offset  size  field       type
///          0     4  zoneCount   u32
///          4     4  pointCount  u32
package struct PutZonesReply: WireMessage {
    package static var name: StaticString { "PutZonesReply" }
    package static var blockByteCount: Int { 8 }

    /// Zones stored or taken away.
    package var zoneCount: UInt32 = 0
    /// Their corners.
    package var pointCount: UInt32 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("zoneCount", &zoneCount)
        try fields.number("pointCount", &pointCount)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
