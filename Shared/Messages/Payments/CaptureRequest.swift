package import Model
package import Money
package import Timekeeping
package import WireFormat

/// Takes held money (service 4, method 2). How it is shared was fixed when it was held.
///
/// Block, 51 bytes, little-endian:
///
///     offset  size  field             type
///          0    16  payment           id pay
///         16    16  booking           id bk
///         32     8  requestedAt       time
///         40     8  amountMinorUnits  i64       0 or more
///         48     2  currency          currency
///         50     1  isFinal           bool
package struct CaptureRequest: WireMessage {
    package static var name: StaticString { "CaptureRequest" }
    package static var blockByteCount: Int { 51 }

    /// The payment.
    package var payment = PaymentID.none
    /// The booking.
    package var booking = BookingID.none
    /// When it was wished for, business time.
    package var requestedAt = WallTime.none
    /// What to take; the service refuses nothing at all.
    package var amountMinorUnits: Int64 = 0
    /// What the amounts are counted in; `nil` is refused by the service.
    package var currency: Currency?
    /// Whether the rest of the hold is let go.
    package var isFinal = false
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("payment", &payment)
        try fields.id("booking", &booking)
        try fields.time("requestedAt", &requestedAt)
        try fields.number("amountMinorUnits", &amountMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.flag("isFinal", &isFinal)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
