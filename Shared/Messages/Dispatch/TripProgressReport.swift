package import Geo
package import Model
package import Timekeeping
package import WireFormat

/// A driver says how far his trip has come (service 3, method 8; service 2, method 5).
///
/// Block, 77 bytes, little-endian:
///
///     offset  size  field                type
///          0    16  booking              id bk
///         16    16  trip                 id trp
///         32    16  driver               id drv
///         48     8  at                   time
///         56     4  positionLatitudeE7   i32               -900 000 000 ... 900 000 000
///         60     4  positionLongitudeE7  i32               -1 800 000 000 ... 1 800 000 000
///         64     8  positionAt           time
///         72     4  distanceMeters       u32
///         76     1  progress             TripProgressCode
package struct TripProgressReport: WireMessage {
    package static var name: StaticString { "TripProgressReport" }
    package static var blockByteCount: Int { 77 }

    /// The booking.
    package var booking = BookingID.none
    /// The trip.
    package var trip = TripID.none
    /// Who.
    package var driver = DriverID.none
    /// When, business time.
    package var at = WallTime.none
    /// Where.
    package var position = GeoPoint.zero
    /// When he was there; "none" where the phone does not know.
    package var positionAt = WallTime.none
    /// What was driven with the passenger on board so far.
    package var distanceMeters: UInt32 = 0
    /// How far.
    package var progress = WireEnum<TripProgressCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.id("trip", &trip)
        try fields.id("driver", &driver)
        try fields.time("at", &at)
        try fields.point("positionLatitudeE7", "positionLongitudeE7", &position)
        try fields.time("positionAt", &positionAt)
        try fields.number("distanceMeters", &distanceMeters)
        try fields.enumeration("progress", &progress)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
