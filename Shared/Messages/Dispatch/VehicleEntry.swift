package import Model
package import WireFormat

/// A vehicle of the fleet, as provisioned (in `ApplyRosterRequest`).
///
/// Block, 19 bytes, little-endian:
///
///     offset  size  field         type
///          0    16  vehicle       id veh
///         16     1  vehicleClass  VehicleClassCode
///         17     1  seatCount     u8                0 ... 64
///         18     1  isActive      bool
///
/// Tails:
///
///        tag  tail            type  at most
///          1  plate           text  16 bytes
///          2  model           text  64 bytes
///          3  fleetReference  text  64 bytes
package struct VehicleEntry: WireMessage {
    package static var name: StaticString { "VehicleEntry" }
    package static var blockByteCount: Int { 19 }

    /// Which.
    package var vehicle = VehicleID.none
    /// What kind.
    package var vehicleClass = WireEnum<VehicleClassCode>.unspecified
    /// Seats for passengers.
    package var seatCount: UInt8 = 0
    /// Whether it may be driven.
    package var isActive = false
    /// The number plate.
    package var plate = ""
    /// Make, model and colour.
    package var model = ""
    /// The fleet's own number for it.
    package var fleetReference = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("vehicle", &vehicle)
        try fields.enumeration("vehicleClass", &vehicleClass)
        try fields.number("seatCount", &seatCount, in: 0...64)
        try fields.flag("isActive", &isActive)
        try fields.text(1, "plate", &plate, maxByteCount: 16)
        try fields.text(2, "model", &model, maxByteCount: 64)
        try fields.text(3, "fleetReference", &fleetReference, maxByteCount: 64)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
