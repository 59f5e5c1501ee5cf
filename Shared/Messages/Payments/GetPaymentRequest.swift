package import Model
package import WireFormat

/// Asks for a payment as it stands (service 4, method 4); another tenant's is not found.
///
/// Block, 16 bytes, little-endian:
///
///     offset  size  field    type
///          0    16  payment  id pay
package struct GetPaymentRequest: WireMessage {
    package static var name: StaticString { "GetPaymentRequest" }
    package static var blockByteCount: Int { 16 }

    /// The payment.
    package var payment = PaymentID.none
    package var unknown = UnknownFields()

    package init() {}

    package mutating func walk<Fields: FieldCoder & ~Copyable & ~Escapable>(
        _ fields: inout Fields
    ) throws(WireError) {
        try fields.id("payment", &payment)
    }

    package init(decoding message: RawSpan) throws(WireError) {
        try self.init(walking: message)
    }

    package func encode(to buffer: inout OutputBuffer) throws(WireError) {
        try encode(walkingTo: &buffer)
    }
}
