/// An amount as the vendor counts it: whole units of its own exponent. Written independently of `Money`, so that
/// the comparison of the two ledgers means something.
package struct ModelMoney: Hashable, Sendable {
    /// Three capitals.
    package var currency: String
    /// In the smallest unit that the vendor accepts.
    package var units: Int64

    package init(currency: String, units: Int64) {
        self.currency = currency
        self.units = units
    }

    /// The vendor's currencies, with their decimals: three without any, whatever ISO says of two of them.
    static let decimals: [String: Int] = [
        "AUD": 2, "BRL": 2, "CAD": 2, "CHF": 2, "CNY": 2, "CZK": 2, "DKK": 2, "EUR": 2, "GBP": 2,
        "HKD": 2, "HUF": 0, "ILS": 2, "JPY": 0, "MXN": 2, "MYR": 2, "NOK": 2, "NZD": 2, "PHP": 2,
        "PLN": 2, "SEK": 2, "SGD": 2, "THB": 2, "TWD": 0, "USD": 2,
    ]

    /// Reads `{"currency_code": "USD", "value": "10.99"}`; the issue of the vendor's error where it is no such amount.
    static func read(currency: String, value: String) -> Result<ModelMoney, ModelIssue> {
        guard let places = decimals[currency] else {
            return .failure(.init("INVALID_CURRENCY_CODE"))
        }
        let parts = value.split(separator: ".", omittingEmptySubsequences: false)
        guard value.utf8.count <= 32, (1...2).contains(parts.count),
            parts.allSatisfy({ $0.utf8.allSatisfy { (48...57).contains($0) } }),
            !parts[0].isEmpty, parts[0].utf8.count <= 15
        else { return .failure(.init("INVALID_PARAMETER_SYNTAX")) }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= places else {
            return .failure(.init(places == 0 ? "DECIMALS_NOT_SUPPORTED" : "DECIMAL_PRECISION"))
        }
        let padding = String(repeating: "0", count: places - fraction.utf8.count)
        guard let units = Int64(parts[0] + fraction + padding), units > 0 else {
            return .failure(.init("CANNOT_BE_ZERO_OR_NEGATIVE"))
        }
        return .success(ModelMoney(currency: currency, units: units))
    }

    /// As the vendor writes it.
    var text: String {
        let places = Self.decimals[currency] ?? 2
        guard places > 0 else { return String(units) }
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        return (units < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
    }
}

/// The `issue` of a vendor's error, with the status that it comes with.
struct ModelIssue: Error, Hashable {
    let name: String

    init(_ name: String) {
        self.name = name
    }

    var status: Int {
        switch name {
        case "INTERNAL_SERVER_ERROR": 500
        case "SERVICE_UNAVAILABLE": 503
        case "RATE_LIMIT_REACHED": 429
        case "PREVIOUS_REQUEST_IN_PROGRESS": 409
        case "INVALID_RESOURCE_ID": 404
        case "INVALID_TOKEN": 401
        case "PERMISSION_DENIED": 403
        case "INVALID_PARAMETER_SYNTAX", "MISSING_REQUIRED_PARAMETER", "MALFORMED_REQUEST_JSON": 400
        default: 422
        }
    }

    var errorName: String {
        switch status {
        case 400: "INVALID_REQUEST"
        case 401: "AUTHENTICATION_FAILURE"
        case 403: "NOT_AUTHORIZED"
        case 404: "RESOURCE_NOT_FOUND"
        case 409: "RESOURCE_CONFLICT"
        case 429: "RATE_LIMIT_REACHED"
        case 500: "INTERNAL_SERVER_ERROR"
        case 503: "SERVICE_UNAVAILABLE"
        default: "UNPROCESSABLE_ENTITY"
        }
    }

    /// The vendor's own words for a status.
    var message: String {
        switch status {
        case 400:
            "Request is not well-formed, syntactically incorrect, or violates schema."
        case 401:
            "Authentication failed due to missing authorization header, or invalid authentication credentials."
        case 403: "Authorization failed due to insufficient permissions."
        case 404: "The specified resource does not exist."
        case 409: "The server has detected a conflict while processing this request."
        case 429: "Too many requests. Blocked due to rate limiting."
        case 500: "An internal server error has occurred."
        case 503: "Service Unavailable."
        default:
            "The requested action could not be performed, semantically incorrect, or failed business validation."
        }
    }
}
