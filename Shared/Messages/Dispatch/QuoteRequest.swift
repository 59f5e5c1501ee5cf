package import Geo
package import Timekeeping
package import WireFormat

/// Asks dispatch for a price (service 3, method 1).
///
/// Block, 26 bytes, of which every version has the first 16, little-endian:
///
///     offset  size  field               type
///          0     4  pickupLatitudeE7    i32               -900 000 000 ... 900 000 000
///          4     4  pickupLongitudeE7   i32               -1 800 000 000 ... 1 800 000 000
///          8     4  dropOffLatitudeE7   i32               -900 000 000 ... 900 000 000
///         12     4  dropOffLongitudeE7  i32               -1 800 000 000 ... 1 800 000 000
///         16     8  pickupAt            time
///         24     1  vehicleClass        VehicleClassCode
///         25     1  passengerCount      u8                0 ... 64
package struct QuoteRequest: WireMessage {
    package static var name: StaticString { "QuoteRequest" }
    package static var blockByteCount: Int { 26 }
    package static var minimumBlockByteCount: Int { 16 }

    /// Where the ride starts.
    package var pickup = GeoPoint.zero
    /// Where it ends.
    package var dropOff = GeoPoint.zero
    /// When, business time; "none" is now.
    package var pickupAt = WallTime.none
    /// What kind of vehicle; unspecified is `standard`.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    /// How many ride; 0 is not said.
    package var passengerCount: UInt8 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.point("pickupLatitudeE7", "pickupLongitudeE7", &pickup)
        try fields.point("dropOffLatitudeE7", "dropOffLongitudeE7", &dropOff)
        try fields.time("pickupAt", &pickupAt)
        try fields.enumeration("vehicleClass", &vehicleClass)
        try fields.number("passengerCount", &passengerCount, in: 0...64)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
