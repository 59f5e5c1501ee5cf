package import Geo
package import Model
package import Timekeeping
package import WireFormat

/// A driver's last position (answer of service 2, method 9).
///
/// Block, 59 bytes, little-endian:
///
///     offset  size  field                      type
///          0    16  driver                     id drv
///         16     8  driverReference            u64
///         24     4  positionLatitudeE7         i32               -900 000 000 ... 900 000 000
///         28     4  positionLongitudeE7        i32               -1 800 000 000 ... 1 800 000 000
///         32     8  measuredAt                 time
///         40     8  receivedAt                 time
///         48     4  sequence                   u32
///         52     2  speedCentimetersPerSecond  u16
///         54     2  headingHundredthsOfDegree  u16
///         56     2  accuracyDecimeters         u16
///         58     1  status                     DriverStatusCode
package struct GetLastFixReply: WireMessage {
    package static var name: StaticString { "GetLastFixReply" }
    package static var blockByteCount: Int { 59 }

    /// Who.
    package var driver = DriverID.none
    /// The driver's number on the hot path.
    package var driverReference = DriverReference.none
    /// Where.
    package var position = GeoPoint.zero
    /// When it was measured, business time; "none" where nothing is known.
    package var measuredAt = WallTime.none
    /// When it came, business time.
    package var receivedAt = WallTime.none
    /// Its number.
    package var sequence: UInt32 = 0
    /// Speed over ground.
    package var speedCentimetersPerSecond: UInt16 = 0
    /// Heading, clockwise from north; 65 535 is unknown.
    package var headingHundredthsOfDegree: UInt16 = 65_535
    /// The radius that holds 68 % of fixes.
    package var accuracyDecimeters: UInt16 = 0
    /// What he was doing.
    package var status = WireEnum<DriverStatusCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("driver", &driver)
        try fields.driverReference("driverReference", &driverReference)
        try fields.point("positionLatitudeE7", "positionLongitudeE7", &position)
        try fields.time("measuredAt", &measuredAt)
        try fields.time("receivedAt", &receivedAt)
        try fields.number("sequence", &sequence)
        try fields.number("speedCentimetersPerSecond", &speedCentimetersPerSecond)
        try fields.number("headingHundredthsOfDegree", &headingHundredthsOfDegree)
        try fields.number("accuracyDecimeters", &accuracyDecimeters)
        try fields.enumeration("status", &status)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
