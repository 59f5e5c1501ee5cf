package import WireFormat

/// Adds drivers and vehicles, or changes those that are there (service 3, method 11); who is not
/// named stays as he is.
///
/// Block, 8 bytes, little-endian:
///
///     offset  size  field     type
///          0     8  revision  u64
///
/// Tails:
///
///        tag  tail      type                   at most
///          1  drivers   messages DriverEntry   256 messages
///          2  vehicles  messages VehicleEntry  256 messages
package struct ApplyRosterRequest: WireMessage {
    package static var name: StaticString { "ApplyRosterRequest" }
    package static var blockByteCount: Int { 8 }

    /// Grows with each change of the roster; an older one is refused.
    package var revision: UInt64 = 0
    /// Drivers.
    package var drivers: [DriverEntry] = []
    /// Vehicles.
    package var vehicles: [VehicleEntry] = []
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("revision", &revision)
        try fields.messages(1, "drivers", &drivers, maxCount: 256)
        try fields.messages(2, "vehicles", &vehicles, maxCount: 256)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
