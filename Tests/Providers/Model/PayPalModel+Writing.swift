internal import HTTP
internal import Timekeeping

extension PayPalModel {
    /// An error in the vendor's shape.
    static func problem(_ issue: ModelIssue) -> ModelResponse {
        var json = JSONWriter()
        json.beginObject()
        json.member("name", issue.errorName)
        json.member("message", issue.message)
        json.member("debug_id", "90957fca61718")
        if issue.status < 500 {
            json.key("details")
            json.beginArray()
            json.beginObject()
            json.member("issue", issue.name)
            json.member("description", "Simulated: \(issue.name).")
            // Fields that the vendor requires with a malformed request.
            if issue.status == 400 {
                json.member("field", "/")
                json.member("value", "")
                json.member("location", "body")
            }
            json.endObject()
            json.endArray()
        }
        json.key("links")
        json.beginArray()
        json.endArray()
        json.endObject()
        return ModelResponse(issue.status, json.finish())
    }

    func response(_ status: Int, _ order: ModelOrder) -> ModelResponse {
        var json = JSONWriter(capacity: 2048)
        json.beginObject()
        json.member("id", order.id)
        json.member("intent", "AUTHORIZE")
        json.member("status", order.status)
        json.member("create_time", order.createdAt, .none)
        json.key("purchase_units")
        json.beginArray()
        json.beginObject()
        json.member("reference_id", order.referenceID)
        Self.write("amount", order.amount, to: &json)
        json.member("custom_id", ifPresent: order.customID)
        json.member("invoice_id", ifPresent: order.invoiceID)
        if let held = order.authorizationID.flatMap({ authorizations[$0] }) {
            writePayments(held, to: &json)
        }
        json.endObject()
        json.endArray()
        json.key("links")
        json.beginArray()
        Self.writeLink("/v2/checkout/orders/\(order.id)", "self", "GET", to: &json)
        if order.status == "PAYER_ACTION_REQUIRED" {
            Self.writeLink("/checkoutnow?token=\(order.id)", "payer-action", "GET", to: &json)
        }
        json.endArray()
        json.endObject()
        return ModelResponse(status, json.finish())
    }

    private func writePayments(_ held: ModelAuthorization, to json: inout JSONWriter) {
        json.key("payments")
        json.beginObject()
        json.key("authorizations")
        json.beginArray()
        write(held, to: &json)
        json.endArray()
        let taken = held.captureIDs.compactMap { captures[$0] }
        if !taken.isEmpty {
            json.key("captures")
            json.beginArray()
            for capture in taken { write(capture, to: &json) }
            json.endArray()
        }
        let back = taken.flatMap(\.refundIDs).compactMap { refunds[$0] }
        if !back.isEmpty {
            json.key("refunds")
            json.beginArray()
            for refund in back { write(refund, to: &json) }
            json.endArray()
        }
        json.endObject()
    }

    func response(_ status: Int, _ held: ModelAuthorization) -> ModelResponse {
        var json = JSONWriter()
        write(held, to: &json)
        return ModelResponse(status, json.finish())
    }

    func response(_ status: Int, _ capture: ModelCapture) -> ModelResponse {
        var json = JSONWriter(capacity: 1024)
        write(capture, to: &json)
        return ModelResponse(status, json.finish())
    }

    func response(_ status: Int, _ refund: ModelRefund) -> ModelResponse {
        var json = JSONWriter()
        write(refund, to: &json)
        return ModelResponse(status, json.finish())
    }

    private func write(_ held: ModelAuthorization, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", held.id)
        json.member("status", held.status)
        Self.write("amount", held.amount, to: &json)
        json.member("custom_id", ifPresent: held.customID)
        json.member("invoice_id", ifPresent: held.invoiceID)
        json.member("create_time", held.createdAt, .none)
        json.member("update_time", held.createdAt, .none)
        json.member("expiration_time", held.expiresAt, .none)
        json.key("links")
        json.beginArray()
        let path = "/v2/payments/authorizations/\(held.id)"
        Self.writeLink(path, "self", "GET", to: &json)
        Self.writeLink("\(path)/capture", "capture", "POST", to: &json)
        Self.writeLink("\(path)/void", "void", "POST", to: &json)
        Self.writeLink("/v2/checkout/orders/\(held.orderID)", "up", "GET", to: &json)
        json.endArray()
        json.endObject()
    }

    private func write(_ capture: ModelCapture, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", capture.id)
        json.member("status", capture.status)
        if capture.status == "PENDING" {
            json.key("status_details")
            json.beginObject()
            json.member("reason", "PENDING_REVIEW")
            json.endObject()
        }
        Self.write("amount", capture.amount, to: &json)
        json.member("final_capture", capture.isFinal)
        json.member("custom_id", ifPresent: capture.customID)
        json.member("invoice_id", ifPresent: capture.invoiceID)
        json.member("create_time", capture.createdAt, .none)
        json.member("update_time", capture.createdAt, .none)
        if capture.isTaken {
            let currency = capture.amount.currency
            let net = capture.amount.units - capture.feeUnits
            json.key("seller_receivable_breakdown")
            json.beginObject()
            Self.write("gross_amount", capture.amount, to: &json)
            let fee = ModelMoney(currency: currency, units: capture.feeUnits)
            Self.write("paypal_fee", fee, to: &json)
            Self.write("net_amount", ModelMoney(currency: currency, units: net), to: &json)
            json.endObject()
        }
        json.key("links")
        json.beginArray()
        let path = "/v2/payments/captures/\(capture.id)"
        Self.writeLink(path, "self", "GET", to: &json)
        Self.writeLink("\(path)/refund", "refund", "POST", to: &json)
        let up = "/v2/payments/authorizations/\(capture.authorizationID)"
        Self.writeLink(up, "up", "GET", to: &json)
        json.endArray()
        json.endObject()
    }

    private func write(_ refund: ModelRefund, to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", refund.id)
        json.member("status", "COMPLETED")
        Self.write("amount", refund.amount, to: &json)
        json.member("custom_id", ifPresent: refund.customID)
        json.member("invoice_id", ifPresent: refund.invoiceID)
        json.member("create_time", refund.createdAt, .none)
        json.member("update_time", refund.createdAt, .none)
        json.key("links")
        json.beginArray()
        Self.writeLink("/v2/payments/refunds/\(refund.id)", "self", "GET", to: &json)
        Self.writeLink("/v2/payments/captures/\(refund.captureID)", "up", "GET", to: &json)
        json.endArray()
        json.endObject()
    }

    private static func write(_ name: StaticString, _ money: ModelMoney, to json: inout JSONWriter)
    {
        json.key(name)
        json.beginObject()
        json.member("currency_code", money.currency)
        json.member("value", money.text)
        json.endObject()
    }

    private static func writeLink(
        _ path: String,
        _ relation: String,
        _ method: String,
        to json: inout JSONWriter
    ) {
        json.beginObject()
        json.member("href", "https://provider.invalid\(path)")
        json.member("rel", relation)
        json.member("method", method)
        json.endObject()
    }
}
