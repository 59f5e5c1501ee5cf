package import Geo
package import WireFormat

/// Asks whether a place lies in one of the tenant's zones of a kind (service 2, method 7).
///
/// Block, 9 bytes, little-endian:
///
///     offset  size  field                type
///          0     4  positionLatitudeE7   i32              -900 000 000 ... 900 000 000
///          4     4  positionLongitudeE7  i32              -1 800 000 000 ... 1 800 000 000
///          8     1  purpose              ZonePurposeCode
package struct CoversPointRequest: WireMessage {
    package static var name: StaticString { "CoversPointRequest" }
    package static var blockByteCount: Int { 9 }

    /// The place.
    package var position = GeoPoint.zero
    /// The kind of zone.
    package var purpose = WireEnum<ZonePurposeCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.point("positionLatitudeE7", "positionLongitudeE7", &position)
        try fields.enumeration("purpose", &purpose)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
