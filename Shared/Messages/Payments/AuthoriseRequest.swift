package import Model
package import Money
package import Timekeeping
package import WireFormat

/// Holds a booking's price (service 4, method 1). The answer comes at once, the hold's outcome
/// later, as a report.
///
/// Block, 86 bytes, little-endian:
///
///     offset  size  field                  type
///          0    16  payment                id pay
///         16    16  booking                id bk
///         32    16  partner                id ptn
///         48    16  paymentMethod          id pm
///         64     8  requestedAt            time
///         72     8  amountMinorUnits       i64       0 or more
///         80     2  currency               currency
///         82     2  commissionBasisPoints  u16       0 ... 10 000
///         84     2  taxBasisPoints         u16       0 ... 10 000
///
/// Tails:
///
///        tag  tail         type  at most
///          1  description  text  127 bytes
package struct AuthoriseRequest: WireMessage {
    package static var name: StaticString { "AuthoriseRequest" }
    package static var blockByteCount: Int { 86 }

    /// The payment to be.
    package var payment = PaymentID.none
    /// The booking.
    package var booking = BookingID.none
    /// Who booked.
    package var partner = PartnerID.none
    /// Who pays: a vaulted method.
    package var paymentMethod = PaymentMethodID.none
    /// When it was wished for, business time.
    package var requestedAt = WallTime.none
    /// What to hold; the service refuses nothing at all.
    package var amountMinorUnits: Int64 = 0
    /// What the amounts are counted in; `nil` is refused by the service.
    package var currency: Currency?
    /// The operator's commission, hundredths of a per cent of the fare without tax.
    package var commissionBasisPoints: UInt16 = 0
    /// The tax inside the fare, hundredths of a per cent of the fare without it.
    package var taxBasisPoints: UInt16 = 0
    /// What the payer reads on his statement.
    package var description = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("payment", &payment)
        try fields.id("booking", &booking)
        try fields.id("partner", &partner)
        try fields.id("paymentMethod", &paymentMethod)
        try fields.time("requestedAt", &requestedAt)
        try fields.number("amountMinorUnits", &amountMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.number("commissionBasisPoints", &commissionBasisPoints, in: 0...10_000)
        try fields.number("taxBasisPoints", &taxBasisPoints, in: 0...10_000)
        try fields.text(1, "description", &description, maxByteCount: 127)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
