package import Geo
package import Model
package import WireFormat

/// A piece of a zone (client stream of service 2, method 8). Rings come whole or in pieces, in
/// order; a zone with all its chunks replaces the stored one.
///
/// Block, 34 bytes, little-endian:
///
///     offset  size  field         type
///          0    16  zone          id zn
///         16     8  revision      u64
///         24     2  chunkIndex    u16              0 ... 1 023
///         26     2  chunkCount    u16              1 ... 1 024
///         28     2  polygonIndex  u16              0 ... 4 095
///         30     2  ringIndex     u16              0 ... 4 095
///         32     1  purpose       ZonePurposeCode
///         33     1  isRemoved     bool
///
/// Tails:
///
///        tag  tail      type           at most
///          1  zoneName  text           80 bytes
///          2  points    list GeoPoint  8 000 elements
package struct ZoneChunk: WireMessage {
    package static var name: StaticString { "ZoneChunk" }
    package static var blockByteCount: Int { 34 }

    /// The zone.
    package var zone = ZoneID.none
    /// Grows with each change of the zone; an older one is refused.
    package var revision: UInt64 = 0
    /// The piece's number, from 0.
    package var chunkIndex: UInt16 = 0
    /// How many pieces the zone has.
    package var chunkCount: UInt16 = 1
    /// The polygon within the zone, from 0.
    package var polygonIndex: UInt16 = 0
    /// The ring within the polygon: 0 is the outer one, others are holes.
    package var ringIndex: UInt16 = 0
    /// What the zone is for.
    package var purpose = WireEnum<ZonePurposeCode>.unspecified
    /// Whether the zone is taken away; the chunk then has no points.
    package var isRemoved = false
    /// Its name.
    package var zoneName = ""
    /// Corners, in order; the last need not repeat the first.
    package var points: [GeoPoint] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("zone", &zone)
        try fields.number("revision", &revision)
        try fields.number("chunkIndex", &chunkIndex, in: 0...1023)
        try fields.number("chunkCount", &chunkCount, in: 1...1024)
        try fields.number("polygonIndex", &polygonIndex, in: 0...4095)
        try fields.number("ringIndex", &ringIndex, in: 0...4095)
        try fields.enumeration("purpose", &purpose)
        try fields.flag("isRemoved", &isRemoved)
        try fields.text(1, "zoneName", &zoneName, maxByteCount: 80)
        try fields.list(2, "points", &points, maxCount: 8000)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
