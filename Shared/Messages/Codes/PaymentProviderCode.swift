/// Who moves the money. Raw values are fixed and never reused; 0 is "unspecified".
package enum PaymentProviderCode: UInt8, WireCode {
    /// PayPal.
    case payPal = 1
    /// Mercado Pago.
    case mercadoPago = 2
    /// Stripe.
    case stripe = 3

    package static var wireName: String { "PaymentProviderCode" }
}
