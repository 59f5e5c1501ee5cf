package import Model
package import Money
package import Timekeeping
package import WireFormat

/// A payment as it stands (answer of service 4, methods 1 to 4).
///
/// Block, 149 bytes, little-endian:
///
///     offset  size  field                  type
///          0    16  payment                id pay
///         16    16  booking                id bk
///         32     8  tenant                 u64
///         40    16  paymentMethod          id pm
///         56     8  createdAt              time
///         64     8  updatedAt              time
///         72     8  expiresAt              time
///         80     8  amountMinorUnits       i64                  0 or more
///         88     8  authorisedMinorUnits   i64                  0 or more
///         96     8  capturedMinorUnits     i64                  0 or more
///        104     8  refundedMinorUnits     i64                  0 or more
///        112     8  fleetMinorUnits        i64                  0 or more
///        120     8  commissionMinorUnits   i64                  0 or more
///        128     8  taxMinorUnits          i64                  0 or more
///        136     8  providerFeeMinorUnits  i64                  0 or more
///        144     2  currency               currency
///        146     1  state                  PaymentStateCode
///        147     1  problem                PaymentProblemCode
///        148     1  provider               PaymentProviderCode
///
/// Tails:
///
///        tag  tail               type  at most
///          1  providerReference  text  64 bytes
package struct PaymentSnapshot: WireMessage {
    package static var name: StaticString { "PaymentSnapshot" }
    package static var blockByteCount: Int { 149 }

    /// The payment.
    package var payment = PaymentID.none
    /// The booking.
    package var booking = BookingID.none
    /// The fleet.
    package var tenant = TenantID.none
    /// Who pays.
    package var paymentMethod = PaymentMethodID.none
    /// When it came into being, business time.
    package var createdAt = WallTime.none
    /// When it last changed, business time.
    package var updatedAt = WallTime.none
    /// Until when the hold stands; "none" where there is none.
    package var expiresAt = WallTime.none
    /// What was to be held.
    package var amountMinorUnits: Int64 = 0
    /// What the provider held.
    package var authorisedMinorUnits: Int64 = 0
    /// What was taken.
    package var capturedMinorUnits: Int64 = 0
    /// What went back.
    package var refundedMinorUnits: Int64 = 0
    /// The fleet's share of what was taken.
    package var fleetMinorUnits: Int64 = 0
    /// The operator's share.
    package var commissionMinorUnits: Int64 = 0
    /// The tax inside.
    package var taxMinorUnits: Int64 = 0
    /// What the provider kept.
    package var providerFeeMinorUnits: Int64 = 0
    /// What the amounts are counted in.
    package var currency: Currency?
    /// Where it stands.
    package var state = WireEnum<PaymentStateCode>.unspecified
    /// Why it came to nothing.
    package var problem = WireEnum<PaymentProblemCode>.unspecified
    /// Who moves the money.
    package var provider = WireEnum<PaymentProviderCode>.unspecified
    /// The provider's own name for it.
    package var providerReference = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("payment", &payment)
        try fields.id("booking", &booking)
        try fields.tenant("tenant", &tenant)
        try fields.id("paymentMethod", &paymentMethod)
        try fields.time("createdAt", &createdAt)
        try fields.time("updatedAt", &updatedAt)
        try fields.time("expiresAt", &expiresAt)
        try fields.number("amountMinorUnits", &amountMinorUnits, in: 0 ... .max)
        try fields.number("authorisedMinorUnits", &authorisedMinorUnits, in: 0 ... .max)
        try fields.number("capturedMinorUnits", &capturedMinorUnits, in: 0 ... .max)
        try fields.number("refundedMinorUnits", &refundedMinorUnits, in: 0 ... .max)
        try fields.number("fleetMinorUnits", &fleetMinorUnits, in: 0 ... .max)
        try fields.number("commissionMinorUnits", &commissionMinorUnits, in: 0 ... .max)
        try fields.number("taxMinorUnits", &taxMinorUnits, in: 0 ... .max)
        try fields.number("providerFeeMinorUnits", &providerFeeMinorUnits, in: 0 ... .max)
        try fields.currency("currency", &currency)
        try fields.enumeration("state", &state)
        try fields.enumeration("problem", &problem)
        try fields.enumeration("provider", &provider)
        try fields.text(1, "providerReference", &providerReference, maxByteCount: 64)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
