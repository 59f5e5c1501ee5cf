package import Model
package import Timekeeping
package import WireFormat

/// A shift that is open, was opened or was closed (stream of service 3, method 10).
///
/// Block, 83 bytes, little-endian:
///
///     offset  size  field            type
///          0     8  position         u64
///          8     8  driverReference  u64
///         16     8  tenant           u64
///         24    16  driver           id drv
///         40    16  vehicle          id veh
///         56    16  shift            id shf
///         72     8  at               time
///         80     1  kind             ShiftEventCode
///         81     1  state            ShiftStateCode
///         82     1  vehicleClass     VehicleClassCode
package struct ShiftEvent: WireMessage {
    package static var name: StaticString { "ShiftEvent" }
    package static var blockByteCount: Int { 83 }

    /// The change's place in the feed.
    package var position: UInt64 = 0
    /// The driver's number on the hot path.
    package var driverReference = DriverReference.none
    /// The fleet.
    package var tenant = TenantID.none
    /// Who.
    package var driver = DriverID.none
    /// With which vehicle.
    package var vehicle = VehicleID.none
    /// The shift.
    package var shift = ShiftID.none
    /// When it was opened or closed, business time.
    package var at = WallTime.none
    /// What this is.
    package var kind = WireEnum<ShiftEventCode>.unspecified
    /// Open or closed.
    package var state = WireEnum<ShiftStateCode>.unspecified
    /// What kind of vehicle.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("position", &position)
        try fields.driverReference("driverReference", &driverReference)
        try fields.tenant("tenant", &tenant)
        try fields.id("driver", &driver)
        try fields.id("vehicle", &vehicle)
        try fields.id("shift", &shift)
        try fields.time("at", &at)
        try fields.enumeration("kind", &kind)
        try fields.enumeration("state", &state)
        try fields.enumeration("vehicleClass", &vehicleClass)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
