package import Model
package import WireFormat

/// A driver of the fleet, as provisioned (in `ApplyRosterRequest`).
///
/// Block, 19 bytes, little-endian:
///
///     offset  size  field             type
///          0    16  driver            id drv
///         16     2  ratingHundredths  u16     0 ... 500
///         18     1  isActive          bool
///
/// Tails:
///
///        tag  tail            type  at most
///          1  displayName     text  80 bytes
///          2  fleetReference  text  64 bytes
package struct DriverEntry: WireMessage {
    package static var name: StaticString { "DriverEntry" }
    package static var blockByteCount: Int { 19 }

    /// Who.
    package var driver = DriverID.none
    /// His rating, hundredths of a star; 0 where nobody rated him yet.
    package var ratingHundredths: UInt16 = 0
    /// Whether he may drive.
    package var isActive = false
    /// What the passenger calls him.
    package var displayName = ""
    /// The fleet's own number for him.
    package var fleetReference = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("driver", &driver)
        try fields.number("ratingHundredths", &ratingHundredths, in: 0...500)
        try fields.flag("isActive", &isActive)
        try fields.text(1, "displayName", &displayName, maxByteCount: 80)
        try fields.text(2, "fleetReference", &fleetReference, maxByteCount: 64)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
