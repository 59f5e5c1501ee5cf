package import Model
package import Timekeeping
package import WireFormat

/// The shift as it stands (answer of service 3, method 9; service 2, method 6).
///
/// Block, 41 bytes, little-endian:
///
///     offset  size  field            type
///          0    16  shift            id shf
///         16     8  driverReference  u64
///         24     8  openedAt         time
///         32     8  closedAt         time
///         40     1  state            ShiftStateCode
package struct SetShiftReply: WireMessage {
    package static var name: StaticString { "SetShiftReply" }
    package static var blockByteCount: Int { 41 }

    /// The shift.
    package var shift = ShiftID.none
    /// The number that the driver's location records carry; "none" off duty.
    package var driverReference = DriverReference.none
    /// When it was opened, business time.
    package var openedAt = WallTime.none
    /// When it was closed; "none" while open.
    package var closedAt = WallTime.none
    /// Open or closed.
    package var state = WireEnum<ShiftStateCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("shift", &shift)
        try fields.driverReference("driverReference", &driverReference)
        try fields.time("openedAt", &openedAt)
        try fields.time("closedAt", &closedAt)
        try fields.enumeration("state", &state)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
