package import Model
package import WireFormat

/// Opens a driver's stream of offers (service 3, method 6; service 2, method 3).
///
/// Block, 32 bytes, little-endian:
///
///     offset  size  field   type
///          0    16  driver  id drv
///         16    16  shift   id shf
package struct WatchOffersRequest: WireMessage {
    package static var name: StaticString { "WatchOffersRequest" }
    package static var blockByteCount: Int { 32 }

    /// Who.
    package var driver = DriverID.none
    /// In which shift.
    package var shift = ShiftID.none
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("driver", &driver)
        try fields.id("shift", &shift)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
