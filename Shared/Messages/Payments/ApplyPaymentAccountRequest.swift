package import Model
package import WireFormat

/// Sets up a vaulted payment method of a partner (service 4, method 5). It holds a provider's
/// token, never card data.
///
/// Block, 42 bytes, little-endian:
///
///     offset  size  field          type
///          0    16  paymentMethod  id pm
///         16    16  partner        id ptn
///         32     8  revision       u64
///         40     1  provider       PaymentProviderCode
///         41     1  isActive       bool
///
/// Tails:
///
///        tag  tail               type  at most
///          1  vaultToken         text  128 bytes
///          2  label              text  64 bytes
///          3  merchantReference  text  64 bytes
package struct ApplyPaymentAccountRequest: WireMessage {
    package static var name: StaticString { "ApplyPaymentAccountRequest" }
    package static var blockByteCount: Int { 42 }

    /// The method.
    package var paymentMethod = PaymentMethodID.none
    /// Whose.
    package var partner = PartnerID.none
    /// Grows with each change; an older one is refused.
    package var revision: UInt64 = 0
    /// Who moves the money.
    package var provider = WireEnum<PaymentProviderCode>.unspecified
    /// Whether it may be charged.
    package var isActive = false
    /// The provider's token.
    package var vaultToken = ""
    /// What people call it.
    package var label = ""
    /// The fleet's account at the provider; empty is the operator's own.
    package var merchantReference = ""
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("paymentMethod", &paymentMethod)
        try fields.id("partner", &partner)
        try fields.number("revision", &revision)
        try fields.enumeration("provider", &provider)
        try fields.flag("isActive", &isActive)
        try fields.text(1, "vaultToken", &vaultToken, maxByteCount: 128)
        try fields.text(2, "label", &label, maxByteCount: 64)
        try fields.text(3, "merchantReference", &merchantReference, maxByteCount: 64)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
