internal import HTTP
internal import Timekeeping

extension PayPalModel {
    /// `POST /v2/payments/authorizations/{id}/capture`.
    mutating func capture(
        _ id: String,
        _ request: ModelRequest,
        _ fault: ModelFault?,
        at now: WallTime
    ) -> ModelResponse {
        do throws(ModelIssue) {
            guard let held = authorizations[id] else { throw ModelIssue("INVALID_RESOURCE_ID") }
            if let captureID = try replayed(
                request,
                lifetime: settings.paymentKeyLifetime,
                at: now
            ),
                let capture = captures[captureID]
            {
                return response(201, capture)
            }
            let document = try Self.document(request)
            let left = held.amount.units - held.capturedUnits
            let amount =
                document["amount"] == nil
                ? ModelMoney(currency: held.amount.currency, units: left)
                : try Self.money(document["amount"])
            try Self.requireCapturable(held, amount, at: now)
            let invoiceID = document["invoice_id"]?.text ?? held.invoiceID
            guard invoiceID.map({ !usedInvoiceIDs.contains($0) }) ?? true else {
                throw ModelIssue("DUPLICATE_INVOICE_ID")
            }
            let isFinal = document["final_capture"]?.truth ?? false
            let capture = ModelCapture(
                id: makeID(),
                authorizationID: id,
                amount: amount,
                feeUnits: fee(of: amount.units),
                customID: held.customID,
                invoiceID: invoiceID,
                isFinal: isFinal,
                createdAt: now,
                status: fault == .declineInside
                    ? "DECLINED" : fault == .pending ? "PENDING" : "COMPLETED"
            )
            add(capture)
            remember(request, made: capture.id, at: now)
            return response(201, capture)
        } catch {
            return Self.problem(error)
        }
    }

    private static func requireCapturable(
        _ held: ModelAuthorization,
        _ amount: ModelMoney,
        at now: WallTime
    ) throws(ModelIssue) {
        switch held.status {
        case "VOIDED": throw ModelIssue("AUTHORIZATION_VOIDED")
        case "CAPTURED": throw ModelIssue("AUTHORIZATION_ALREADY_CAPTURED")
        default: break
        }
        guard now < held.expiresAt else { throw ModelIssue("AUTHORIZATION_EXPIRED") }
        guard amount.currency == held.amount.currency else {
            throw ModelIssue("AUTH_CAPTURE_CURRENCY_MISMATCH")
        }
        // The vendor's overcapture of 115 per cent is an account's option that we do not use.
        guard amount.units <= held.amount.units - held.capturedUnits else {
            throw ModelIssue("MAX_CAPTURE_AMOUNT_EXCEEDED")
        }
    }

    private mutating func add(_ capture: ModelCapture) {
        captures[capture.id] = capture
        captureIDs.append(capture.id)
        if let invoiceID = capture.invoiceID { usedInvoiceIDs.insert(invoiceID) }
        if capture.status == "PENDING" { pendingIDs.append(capture.id) }
        authorizations[capture.authorizationID]?.captureIDs.append(capture.id)
        guard capture.status != "DECLINED", var held = authorizations[capture.authorizationID]
        else {
            return
        }
        held.capturedUnits += capture.amount.units
        let isAll = capture.isFinal || held.capturedUnits == held.amount.units
        held.status = isAll ? "CAPTURED" : "PARTIALLY_CAPTURED"
        authorizations[held.id] = held
    }

    private func fee(of units: Int64) -> Int64 {
        // Units of 15 digits times 10^4 fit 64 bits.
        let share = (units * settings.feeBasisPoints + 5_000) / 10_000
        return min(units, share + settings.feeFixedMinorUnits)
    }

    /// `POST /v2/payments/authorizations/{id}/void`.
    mutating func void(_ id: String, _ request: ModelRequest) -> ModelResponse {
        guard let held = authorizations[id] else {
            return Self.problem(.init("INVALID_RESOURCE_ID"))
        }
        switch held.status {
        case "VOIDED": return Self.problem(.init("PREVIOUSLY_VOIDED"))
        case "CAPTURED": return Self.problem(.init("PREVIOUSLY_CAPTURED"))
        default: break
        }
        authorizations[id]?.status = "VOIDED"
        guard request.headers["prefer"] == "return=representation", let after = authorizations[id]
        else { return ModelResponse(204) }
        return response(200, after)
    }

    /// `POST /v2/payments/captures/{id}/refund`.
    mutating func refund(_ id: String, _ request: ModelRequest, at now: WallTime) -> ModelResponse {
        do throws(ModelIssue) {
            guard let capture = captures[id] else { throw ModelIssue("INVALID_RESOURCE_ID") }
            if let refundID = try replayed(request, lifetime: settings.paymentKeyLifetime, at: now),
                let refund = refunds[refundID]
            {
                return response(201, refund)
            }
            switch capture.status {
            case "REFUNDED": throw ModelIssue("CAPTURE_FULLY_REFUNDED")
            case "PENDING": throw ModelIssue("PENDING_CAPTURE")
            case "DECLINED": throw ModelIssue("REFUND_NOT_ALLOWED")
            default: break
            }
            let document = try Self.document(request)
            let left = capture.amount.units - capture.refundedUnits
            let amount =
                document["amount"] == nil
                ? ModelMoney(currency: capture.amount.currency, units: left)
                : try Self.money(document["amount"])
            guard amount.currency == capture.amount.currency else {
                throw ModelIssue("REFUND_CAPTURE_CURRENCY_MISMATCH")
            }
            guard amount.units <= left else { throw ModelIssue("REFUND_AMOUNT_EXCEEDED") }
            let refund = ModelRefund(
                id: makeID(),
                captureID: id,
                amount: amount,
                customID: document["custom_id"]?.text,
                invoiceID: document["invoice_id"]?.text,
                createdAt: now
            )
            refunds[refund.id] = refund
            refundIDs.append(refund.id)
            captures[id]?.refundedUnits += amount.units
            captures[id]?.refundIDs.append(refund.id)
            captures[id]?.status = amount.units == left ? "REFUNDED" : "PARTIALLY_REFUNDED"
            remember(request, made: refund.id, at: now)
            return response(201, refund)
        } catch {
            return Self.problem(error)
        }
    }
}
