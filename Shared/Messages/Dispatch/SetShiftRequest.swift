package import Geo
package import Model
package import Timekeeping
package import WireFormat

/// A driver goes on or off duty (service 3, method 9; service 2, method 6).
///
/// Block, 73 bytes, little-endian:
///
///     offset  size  field                type
///          0    16  shift                id shf
///         16    16  driver               id drv
///         32    16  vehicle              id veh
///         48     8  at                   time
///         56     4  positionLatitudeE7   i32     -900 000 000 ... 900 000 000
///         60     4  positionLongitudeE7  i32     -1 800 000 000 ... 1 800 000 000
///         64     8  positionAt           time
///         72     1  isOnDuty             bool
package struct SetShiftRequest: WireMessage {
    package static var name: StaticString { "SetShiftRequest" }
    package static var blockByteCount: Int { 73 }

    /// The shift: made by the driver's app when it opens one.
    package var shift = ShiftID.none
    /// Who.
    package var driver = DriverID.none
    /// With which vehicle.
    package var vehicle = VehicleID.none
    /// When, business time.
    package var at = WallTime.none
    /// Where.
    package var position = GeoPoint.zero
    /// When he was there; "none" where the phone does not know.
    package var positionAt = WallTime.none
    /// On duty, or off.
    package var isOnDuty = false
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("shift", &shift)
        try fields.id("driver", &driver)
        try fields.id("vehicle", &vehicle)
        try fields.time("at", &at)
        try fields.point("positionLatitudeE7", "positionLongitudeE7", &position)
        try fields.time("positionAt", &positionAt)
        try fields.flag("isOnDuty", &isOnDuty)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
