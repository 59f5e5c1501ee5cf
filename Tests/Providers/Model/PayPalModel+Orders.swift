internal import HTTP
internal import Timekeeping

extension PayPalModel {
    /// `POST /v2/checkout/orders`.
    mutating func createOrder(_ request: ModelRequest, at now: WallTime) -> ModelResponse {
        do throws(ModelIssue) {
            if let id = try replayed(request, lifetime: settings.orderKeyLifetime, at: now),
                let order = orders[id]
            {
                return response(200, order)
            }
            let order = try newOrder(request, at: now)
            orders[order.id] = order
            remember(request, made: order.id, at: now)
            if order.vaultID != nil && settings.authorisesOnCreate { hold(order.id, at: now) }
            return response(201, orders[order.id] ?? order)
        } catch {
            return Self.problem(error)
        }
    }

    /// `POST /v2/checkout/orders/{id}/authorize`.
    mutating func authorize(
        _ id: String,
        _ request: ModelRequest,
        at now: WallTime
    ) -> ModelResponse {
        do throws(ModelIssue) {
            guard let order = orders[id] else { throw ModelIssue("INVALID_RESOURCE_ID") }
            if try replayed(request, lifetime: settings.orderKeyLifetime, at: now) != nil {
                return response(200, order)
            }
            guard order.authorizationID == nil else { throw ModelIssue("ORDER_ALREADY_AUTHORIZED") }
            guard order.vaultID != nil || order.status == "APPROVED" else {
                throw ModelIssue("ORDER_NOT_APPROVED")
            }
            hold(id, at: now)
            remember(request, made: id, at: now)
            return response(201, orders[id] ?? order)
        } catch {
            return Self.problem(error)
        }
    }

    private mutating func hold(_ orderID: String, at now: WallTime) {
        guard let order = orders[orderID] else { return }
        let held = ModelAuthorization(
            id: makeID(),
            orderID: orderID,
            amount: order.amount,
            customID: order.customID,
            invoiceID: order.invoiceID,
            createdAt: now,
            expiresAt: now.advanced(by: settings.authorizationLifetime),
            status: "CREATED"
        )
        authorizations[held.id] = held
        authorizationIDs.append(held.id)
        orders[orderID]?.authorizationID = held.id
        orders[orderID]?.status = "COMPLETED"
    }

    private mutating func newOrder(
        _ request: ModelRequest,
        at now: WallTime
    ) throws(ModelIssue) -> ModelOrder {
        let document = try Self.document(request)
        guard document["intent"]?.text == "AUTHORIZE" else {
            throw ModelIssue("INVALID_PARAMETER_SYNTAX")
        }
        guard let units = document["purchase_units"]?.elements, let unit = units.first,
            units.count == 1
        else { throw ModelIssue("MISSING_REQUIRED_PARAMETER") }
        let source = document["payment_source"]?["paypal"]
        let vaultID = source?["vault_id"]?.text
        if let vaultID, vaultID.hasPrefix("declined") { throw ModelIssue("INSTRUMENT_DECLINED") }
        if let vaultID, vaultID.hasPrefix("unknown") { throw ModelIssue("INVALID_VAULT_ID") }
        let customID = unit["custom_id"]?.text
        let invoiceID = unit["invoice_id"]?.text
        guard (customID ?? "").count <= 127, (invoiceID ?? "").count <= 127 else {
            throw ModelIssue("INVALID_PARAMETER_SYNTAX")
        }
        return ModelOrder(
            id: makeID(),
            amount: try Self.money(unit["amount"]),
            referenceID: unit["reference_id"]?.text ?? "default",
            customID: customID,
            invoiceID: invoiceID,
            vaultID: vaultID,
            createdAt: now,
            status: vaultID == nil ? "PAYER_ACTION_REQUIRED" : "CREATED"
        )
    }

    /// The request's JSON; an empty body is an empty object.
    static func document(_ request: ModelRequest) throws(ModelIssue) -> JSONValue {
        if request.body.isEmpty { return .object([]) }
        do { return try JSONReader.read(request.body) } catch {
            throw ModelIssue("MALFORMED_REQUEST_JSON")
        }
    }

    /// An amount object.
    static func money(_ value: JSONValue?) throws(ModelIssue) -> ModelMoney {
        guard let currency = value?["currency_code"]?.text, let number = value?["value"]?.text
        else {
            throw ModelIssue("MISSING_REQUIRED_PARAMETER")
        }
        switch ModelMoney.read(currency: currency, value: number) {
        case .success(let money): return money
        case .failure(let issue): throw issue
        }
    }
}
