package import WireFormat

/// The roster after a change (answer of service 3, method 11).
///
/// Block, 16 bytes, little-endian:
///
///     offset  size  field         type
///          0     8  revision      u64
///          8     4  driverCount   u32
///         12     4  vehicleCount  u32
package struct ApplyRosterReply: WireMessage {
    package static var name: StaticString { "ApplyRosterReply" }
    package static var blockByteCount: Int { 16 }

    /// The revision now.
    package var revision: UInt64 = 0
    /// Drivers, all.
    package var driverCount: UInt32 = 0
    /// Vehicles, all.
    package var vehicleCount: UInt32 = 0
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.number("revision", &revision)
        try fields.number("driverCount", &driverCount)
        try fields.number("vehicleCount", &vehicleCount)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
