/// The calls that the model knows.
enum PayPalRoute: Hashable {
    case token
    case createOrder
    case readOrder(String)
    case authorize(String)
    case readAuthorization(String)
    case capture(String)
    case void(String)
    case readCapture(String)
    case refund(String)
    case readRefund(String)

    init?(_ request: ModelRequest) {
        let steps = request.path.split(separator: "/").map(String.init)
        let third = steps.count > 3 ? steps[3] : ""
        switch (request.method, steps.count, steps.prefix(3).joined(separator: "/"), steps.last) {
        case ("POST", 3, "v1/oauth2/token", _): self = .token
        case ("POST", 3, "v2/checkout/orders", _): self = .createOrder
        case ("GET", 4, "v2/checkout/orders", _): self = .readOrder(third)
        case ("POST", 5, "v2/checkout/orders", "authorize"): self = .authorize(third)
        case ("GET", 4, "v2/payments/authorizations", _): self = .readAuthorization(third)
        case ("POST", 5, "v2/payments/authorizations", "capture"): self = .capture(third)
        case ("POST", 5, "v2/payments/authorizations", "void"): self = .void(third)
        case ("GET", 4, "v2/payments/captures", _): self = .readCapture(third)
        case ("POST", 5, "v2/payments/captures", "refund"): self = .refund(third)
        case ("GET", 4, "v2/payments/refunds", _): self = .readRefund(third)
        default: return nil
        }
    }

    var operation: ModelOperation {
        switch self {
        case .token: .token
        case .createOrder: .createOrder
        case .authorize: .authorize
        case .capture: .capture
        case .void: .void
        case .refund: .refund
        case .readOrder, .readAuthorization, .readCapture, .readRefund: .read
        }
    }
}
