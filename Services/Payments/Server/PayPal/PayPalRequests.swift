internal import HTTP
internal import Model
internal import Money
package import PaymentsCore

/// Builds PayPal's requests (Orders v2, Payments v2) from what the core has stored. Pure.
///
/// All calls ask for the whole object in return: the fee and the authorisation stand only there. Every call that
/// changes something carries the operation's stored key as `PayPal-Request-Id`, the void too, although PayPal's
/// document of 2024 does not list it there.
package enum PayPalRequests {
    /// The token call: HTTP Basic with the client's id and secret.
    ///
    /// - Parameter basicCredentials: Base 64 of `id:secret`; a secret.
    package static func token(basicCredentials: String) -> ProviderRequest {
        ProviderRequest(
            .post,
            "/v1/oauth2/token",
            headers: [
                ProviderHeader("Authorization", "Basic \(basicCredentials)"),
                ProviderHeader("Accept", "application/json"),
                ProviderHeader("Content-Type", "application/x-www-form-urlencoded"),
            ],
            body: Array("grant_type=client_credentials".utf8)
        )
    }

    /// The next call of an operation.
    ///
    /// - Parameters:
    ///   - operation: What is wished, with its key.
    ///   - payment: Whose operation it is.
    ///   - accessToken: A secret.
    /// - Returns: `nil` where PayPal cannot express it: the amount, the currency, or an object without a usable
    ///   name. That is a definite failure, `.amountNotSupported` or `.requestRefused`.
    package static func request(
        for operation: ProviderOperation,
        of payment: Payment,
        accessToken: String
    ) -> ProviderRequest? {
        guard operation.nextCall == .perform else {
            return read(payment, accessToken: accessToken)
        }
        guard let call = call(for: operation, of: payment) else {
            return nil
        }
        return ProviderRequest(
            .post,
            call.path,
            headers: [
                ProviderHeader("Authorization", "Bearer \(accessToken)"),
                ProviderHeader("Accept", "application/json"),
                ProviderHeader("Content-Type", "application/json"),
                ProviderHeader("Prefer", "return=representation"),
                ProviderHeader("PayPal-Request-Id", operation.key),
            ],
            body: call.body
        )
    }

    /// The read that shows all of a payment: its order, with holds, captures and refunds.
    private static func read(_ payment: Payment, accessToken: String) -> ProviderRequest? {
        guard let order = payment.orderReference, isObjectName(order) else { return nil }
        return ProviderRequest(
            .get,
            "/v2/checkout/orders/\(order)",
            headers: [
                ProviderHeader("Authorization", "Bearer \(accessToken)"),
                ProviderHeader("Accept", "application/json"),
            ]
        )
    }

    private static func call(
        for operation: ProviderOperation,
        of payment: Payment
    ) -> (path: String, body: [UInt8])? {
        if operation.kind == .open {
            return create(payment, operation).map { ("/v2/checkout/orders", $0) }
        }
        guard let target = operation.target, isObjectName(target) else { return nil }
        switch operation.kind {
        case .open:
            return nil
        case .authorise:
            return ("/v2/checkout/orders/\(target)/authorize", Array("{}".utf8))
        case .capture:
            return capture(operation).map { ("/v2/payments/authorizations/\(target)/capture", $0) }
        case .void:
            return ("/v2/payments/authorizations/\(target)/void", [])
        case .refund:
            return refund(operation).map { ("/v2/payments/captures/\(target)/refund", $0) }
        }
    }

    private static func create(
        _ payment: Payment,
        _ operation: ProviderOperation
    ) -> [UInt8]? {
        guard isVaultToken(payment.methodToken), let value = PayPalMoney.text(of: payment.amount)
        else {
            return nil
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("intent", "AUTHORIZE")
        json.key("purchase_units")
        json.beginArray()
        json.beginObject()
        json.member("reference_id", payment.booking.description)
        json.member("custom_id", payment.id.description)
        json.member("invoice_id", operation.key)
        write(value, payment.amount.currency, to: &json)
        json.endObject()
        json.endArray()
        json.key("payment_source")
        json.beginObject()
        json.key("paypal")
        json.beginObject()
        json.member("vault_id", payment.methodToken)
        json.endObject()
        json.endObject()
        json.endObject()
        return json.finish()
    }

    /// The invoice id is the operation's key, by which the capture is found again when the order is read.
    private static func capture(_ operation: ProviderOperation) -> [UInt8]? {
        guard let amount = operation.amount, let value = PayPalMoney.text(of: amount) else {
            return nil
        }
        var json = JSONWriter()
        json.beginObject()
        write(value, amount.currency, to: &json)
        json.member("invoice_id", operation.key)
        json.member("final_capture", operation.isFinal)
        json.endObject()
        return json.finish()
    }

    private static func refund(_ operation: ProviderOperation) -> [UInt8]? {
        guard let amount = operation.amount, let value = PayPalMoney.text(of: amount) else {
            return nil
        }
        var json = JSONWriter()
        json.beginObject()
        write(value, amount.currency, to: &json)
        json.member("invoice_id", operation.key)
        json.endObject()
        return json.finish()
    }

    private static func write(_ value: String, _ currency: Currency, to json: inout JSONWriter) {
        json.key("amount")
        json.beginObject()
        json.member("currency_code", currency.code)
        json.member("value", value)
        json.endObject()
    }

    /// PayPal's own pattern for vault ids: letters, digits, underscore and hyphen, at most 255.
    package static func isVaultToken(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    /// What may stand in a path without escapes; whatever came from PayPal and is not so is not used.
    private static func isObjectName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count) && text.utf8.allSatisfy(isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
