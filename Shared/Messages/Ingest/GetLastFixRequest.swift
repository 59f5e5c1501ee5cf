package import Model
package import WireFormat

/// Asks for a driver's last position (service 2, method 9).
///
/// Block, 16 bytes, little-endian:
///
///     offset  size  field   type
///          0    16  driver  id drv
package struct GetLastFixRequest: WireMessage {
    package static var name: StaticString { "GetLastFixRequest" }
    package static var blockByteCount: Int { 16 }

    /// Who.
    package var driver = DriverID.none
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("driver", &driver)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
