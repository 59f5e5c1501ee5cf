internal import HTTP
internal import Timekeeping

extension PayPalModel {
    /// What tests and the replay ask the stand-in itself:
    ///
    /// - `POST /standin/faults` `{"fault": "drop_after", "operation": "capture", "count": 3}` plans faults; without
    ///   `operation` for any call.
    /// - `DELETE /standin/faults` forgets those that are planned.
    /// - `POST /standin/settings` `{"authorises_on_create": false, "pending_seconds": 1, "slow_milliseconds": 50}`.
    /// - `GET /standin/totals` sums of each currency, in the smallest unit.
    /// - `GET /standin/captures` every capture, oldest first.
    mutating func control(_ request: ModelRequest, at now: WallTime) -> ModelResponse {
        do throws(ModelIssue) {
            switch (request.method, request.path) {
            case ("POST", "/standin/faults"): return try planFault(request)
            case ("DELETE", "/standin/faults"):
                faults.removeAll()
                return ModelResponse(204)
            case ("POST", "/standin/settings"): return try changeSettings(request)
            case ("GET", "/standin/totals"): return writeTotals()
            case ("GET", "/standin/captures"): return writeCaptures()
            default: throw ModelIssue("INVALID_RESOURCE_ID")
            }
        } catch {
            return Self.problem(error)
        }
    }

    private mutating func planFault(_ request: ModelRequest) throws(ModelIssue) -> ModelResponse {
        let document = try Self.document(request)
        guard let fault = document["fault"]?.text.flatMap(ModelFault.init(rawValue:)) else {
            throw ModelIssue("INVALID_PARAMETER_SYNTAX")
        }
        var operation: ModelOperation?
        if let name = document["operation"]?.text {
            operation = ModelOperation(rawValue: name)
            guard operation != nil else { throw ModelIssue("INVALID_PARAMETER_SYNTAX") }
        }
        let count = document["count"]?.whole ?? 1
        guard (1...1_000_000).contains(count) else { throw ModelIssue("INVALID_PARAMETER_SYNTAX") }
        plan(fault, of: operation, count: Int(count))
        return ModelResponse(204)
    }

    private mutating func changeSettings(
        _ request: ModelRequest
    ) throws(ModelIssue) -> ModelResponse {
        let document = try Self.document(request)
        if let value = document["authorises_on_create"]?.truth {
            settings.authorisesOnCreate = value
        }
        if let value = document["pending_seconds"]?.whole {
            settings.pendingDuration = .seconds(value)
        }
        if let value = document["slow_milliseconds"]?.whole {
            settings.slowDelay = .milliseconds(value)
        }
        return ModelResponse(204)
    }

    /// The sums of each currency, by its code.
    package var totals: [ModelTotals] {
        var totals: [String: ModelTotals] = [:]
        for held in authorizationIDs.compactMap({ authorizations[$0] }) {
            var sums = totals[held.amount.currency] ?? ModelTotals(currency: held.amount.currency)
            sums.authorizationCount += 1
            sums.authorizedUnits += held.amount.units
            sums.voidCount += held.status == "VOIDED" ? 1 : 0
            sums.overCapturedCount += held.capturedUnits > held.amount.units ? 1 : 0
            totals[held.amount.currency] = sums
        }
        for capture in captureIDs.compactMap({ captures[$0] }) where capture.isTaken {
            totals[capture.amount.currency]?.captureCount += 1
            totals[capture.amount.currency]?.capturedUnits += capture.amount.units
            totals[capture.amount.currency]?.feeUnits += capture.feeUnits
        }
        for refund in refundIDs.compactMap({ refunds[$0] }) {
            totals[refund.amount.currency]?.refundCount += 1
            totals[refund.amount.currency]?.refundedUnits += refund.amount.units
        }
        return totals.values.sorted { $0.currency < $1.currency }
    }

    /// Every capture, oldest first.
    package var allCaptures: [ModelCapture] { captureIDs.compactMap { captures[$0] } }
    /// Every hold, oldest first.
    package var allAuthorizations: [ModelAuthorization] {
        authorizationIDs.compactMap { authorizations[$0] }
    }

    private func writeTotals() -> ModelResponse {
        var json = JSONWriter()
        json.beginObject()
        json.member("calls", Int64(callCount))
        json.key("currencies")
        json.beginArray()
        for sums in totals {
            json.beginObject()
            json.member("currency", sums.currency)
            json.member("authorizations", Int64(sums.authorizationCount))
            json.member("authorized", sums.authorizedUnits)
            json.member("captures", Int64(sums.captureCount))
            json.member("captured", sums.capturedUnits)
            json.member("fees", sums.feeUnits)
            json.member("refunds", Int64(sums.refundCount))
            json.member("refunded", sums.refundedUnits)
            json.member("voids", Int64(sums.voidCount))
            json.member("over_captured", Int64(sums.overCapturedCount))
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return ModelResponse(200, json.finish())
    }

    private func writeCaptures() -> ModelResponse {
        var json = JSONWriter(capacity: 64 * captureIDs.count + 64)
        json.beginArray()
        for capture in allCaptures {
            json.beginObject()
            json.member("id", capture.id)
            json.member("authorization", capture.authorizationID)
            json.member("custom_id", ifPresent: capture.customID)
            json.member("invoice_id", ifPresent: capture.invoiceID)
            json.member("currency", capture.amount.currency)
            json.member("amount", capture.amount.units)
            json.member("refunded", capture.refundedUnits)
            json.member("status", capture.status)
            json.endObject()
        }
        json.endArray()
        return ModelResponse(200, json.finish())
    }
}
