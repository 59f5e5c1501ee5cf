package import Model
package import Timekeeping
package import WireFormat

/// Lets held money go (service 4, method 3).
///
/// Block, 41 bytes, little-endian:
///
///     offset  size  field        type
///          0    16  payment      id pay
///         16    16  booking      id bk
///         32     8  requestedAt  time
///         40     1  reason       BookingReasonCode
package struct VoidRequest: WireMessage {
    package static var name: StaticString { "VoidRequest" }
    package static var blockByteCount: Int { 41 }

    /// The payment.
    package var payment = PaymentID.none
    /// The booking.
    package var booking = BookingID.none
    /// When it was wished for, business time.
    package var requestedAt = WallTime.none
    /// Why.
    package var reason = WireEnum<BookingReasonCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("payment", &payment)
        try fields.id("booking", &booking)
        try fields.time("requestedAt", &requestedAt)
        try fields.enumeration("reason", &reason)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
