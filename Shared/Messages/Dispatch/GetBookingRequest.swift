package import Model
package import WireFormat

/// Asks for a booking as it stands (service 3, method 4); another tenant's is not found.
///
/// Block, 16 bytes, little-endian:
///
///     offset  size  field    type
///          0    16  booking  id bk
package struct GetBookingRequest: WireMessage {
    package static var name: StaticString { "GetBookingRequest" }
    package static var blockByteCount: Int { 16 }

    /// The booking.
    package var booking = BookingID.none
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
