package import Model
package import WireFormat

/// Where a booking stands after a driver's report (answer of service 3, method 8; service 2, method
/// 5).
///
/// Block, 25 bytes, little-endian:
///
///     offset  size  field     type
///          0    16  booking   id bk
///         16     8  sequence  u64
///         24     1  state     BookingState
package struct BookingProgressReply: WireMessage {
    package static var name: StaticString { "BookingProgressReply" }
    package static var blockByteCount: Int { 25 }

    /// The booking.
    package var booking = BookingID.none
    /// The booking's last event.
    package var sequence: UInt64 = 0
    /// Where it stands.
    package var state = WireEnum<BookingState>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("booking", &booking)
        try fields.number("sequence", &sequence)
        try fields.enumeration("state", &state)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
