package import Model
package import Money
package import Timekeeping
package import WireFormat

/// Payments tells dispatch what became of a booking's money (service 3, method 12).
///
/// Block, 77 bytes, little-endian:
///
///     offset  size  field             type
///          0    16  payment           id pay
///         16    16  booking           id bk
///         32     8  tenant            u64
///         40     8  sequence          u64
///         48     8  at                time
///         56     8  expiresAt         time
///         64     8  amountMinorUnits  i64                 0 or more
///         72     2  currency          currency
///         74     1  kind              PaymentReportCode
///         75     1  state             PaymentStateCode
///         76     1  problem           PaymentProblemCode
package struct PaymentReport: WireMessage {
    package static var name: StaticString { "PaymentReport" }
    package static var blockByteCount: Int { 77 }

    /// The payment.
    package var payment = PaymentID.none
    /// The booking.
    package var booking = BookingID.none
    /// The fleet.
    package var tenant = TenantID.none
    /// The report's number within its payment, from 1.
    package var sequence: UInt64 = 0
    /// When, business time.
    package var at = WallTime.none
    /// Until when the hold stands; "none" where unknown.
    package var expiresAt = WallTime.none
    /// The amount that the report is about.
    package var amountMinorUnits: Int64 = 0
    /// What the amounts are counted in; `nil` is refused by the service.
    package var currency: Currency?
    /// What happened.
    package var kind = WireEnum<PaymentReportCode>.unspecified
    /// Where the payment stands.
    package var state = WireEnum<PaymentStateCode>.unspecified
    /// Why it came to nothing.
    package var problem = WireEnum<PaymentProblemCode>.unspecified
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("payment", &payment)
        try fields.id("booking", &booking)
        try fields.tenant("tenant", &tenant)
        try fields.number("sequence", &sequence)
        try fields.time("at", &at)
        try fields.time("expiresAt", &expiresAt)
        try fields.number("amountMinorUnits", &amountMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.enumeration("kind", &kind)
        try fields.enumeration("state", &state)
        try fields.enumeration("problem", &problem)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
