internal import HTTP
internal import Money
internal import PaymentsCore
internal import Timekeeping

/// An order document, as far as we look at it: one purchase unit with at most one hold.
struct PayPalOrder {
    private let id: String
    private let status: String?
    private let hold: JSONValue?
    private let captures: [JSONValue]
    private let refunds: [JSONValue]

    init?(_ document: JSONValue) {
        guard let id = document["id"]?.text, !id.isEmpty, id.utf8.count <= 64 else { return nil }
        self.id = id
        status = document["status"]?.text
        let payments = document["purchase_units"]?.elements?.first?["payments"]
        hold = payments?["authorizations"]?.elements?.first
        captures = payments?["captures"]?.elements ?? []
        refunds = payments?["refunds"]?.elements ?? []
    }

    var isAuthorised: Bool { hold != nil }
    var isVoided: Bool { hold?["status"]?.text == "VOIDED" }
    var isCaptured: Bool { hold?["status"]?.text == "CAPTURED" }

    /// What the order says of its authorisation.
    func authorisation() -> ProviderOutcome {
        guard let hold else { return withoutHold() }
        switch hold["status"]?.text {
        case "CREATED":
            guard let name = hold["id"]?.text, let amount = Self.amount(hold["amount"]) else {
                return .unknown(.unreadable)
            }
            return .succeeded(
                .held(
                    order: id,
                    authorisation: name,
                    amount: amount,
                    expiresAt: hold["expiration_time"]?.text.flatMap(RFC3339.parse)
                )
            )
        case "PENDING": return .succeeded(.pending)
        case "DENIED": return .failed(.instrumentDeclined)
        case "VOIDED": return .failed(.holdReleased)
        default: return .unknown(.unreadable)
        }
    }

    private func withoutHold() -> ProviderOutcome {
        switch status {
        case "CREATED", "SAVED", "APPROVED": .succeeded(.opened(order: id))
        case "PAYER_ACTION_REQUIRED": .succeeded(.payerMustAct(order: id))
        case "VOIDED": .failed(.payerDidNotApprove)
        default: .unknown(.unreadable)
        }
    }

    /// The capture that carries our key as its invoice id.
    func capture(invoice: String) -> JSONValue? {
        captures.first { $0["invoice_id"]?.text == invoice }
    }

    /// The refund that carries our key as its invoice id.
    func refund(invoice: String) -> JSONValue? {
        refunds.first { $0["invoice_id"]?.text == invoice }
    }

    /// What a capture document says: HTTP success is not payment success.
    static func captureOutcome(_ capture: JSONValue) -> ProviderOutcome {
        switch capture["status"]?.text {
        case "COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED":
            guard let name = capture["id"]?.text, let amount = amount(capture["amount"]) else {
                return .unknown(.unreadable)
            }
            // The fee stands in the breakdown, which only a pending capture lacks: without it, read again.
            guard let fee = capture["seller_receivable_breakdown"]?["paypal_fee"] else {
                return capture["seller_receivable_breakdown"] == nil
                    ? .unknown(.alreadyDone)
                    : .succeeded(
                        .captured(capture: name, amount: amount, fee: .zero(amount.currency))
                    )
            }
            guard let feeAmount = self.amount(fee) else { return .unknown(.unreadable) }
            return .succeeded(.captured(capture: name, amount: amount, fee: feeAmount))
        case "PENDING": return .succeeded(.pending)
        case "DECLINED", "FAILED": return .failed(.instrumentDeclined)
        default: return .unknown(.unreadable)
        }
    }

    /// What a refund document says.
    static func refundOutcome(_ refund: JSONValue) -> ProviderOutcome {
        switch refund["status"]?.text {
        case "COMPLETED":
            guard let name = refund["id"]?.text, let amount = amount(refund["amount"]) else {
                return .unknown(.unreadable)
            }
            let returned = refund["seller_payable_breakdown"]?["paypal_fee"].flatMap(self.amount)
            return .succeeded(
                .refunded(
                    refund: name,
                    amount: amount,
                    feeReturned: returned ?? .zero(amount.currency)
                )
            )
        case "PENDING": return .succeeded(.pending)
        case "CANCELLED", "FAILED": return .failed(.refundRefused)
        default: return .unknown(.unreadable)
        }
    }

    private static func amount(_ value: JSONValue?) -> Amount? {
        guard let currency = value?["currency_code"]?.text, let number = value?["value"]?.text
        else {
            return nil
        }
        return PayPalMoney.amount(currencyCode: currency, value: number)
    }
}
