package import HTTP

/// The kinds of problem that the API tells. The raw values are part of the API and never change.
package enum ProblemCode: String, CaseIterable, Sendable {
    case malformedJSON = "malformed_json"
    case invalidRequest = "invalid_request"
    case unsupportedMediaType = "unsupported_media_type"
    case unauthorized
    case forbidden
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case rateLimited = "rate_limited"
    case missingIdempotencyKey = "missing_idempotency_key"
    case invalidIdempotencyKey = "invalid_idempotency_key"
    case idempotencyKeyReused = "idempotency_key_reused"
    case requestInProgress = "request_in_progress"
    case outsideLicenceArea = "outside_licence_area"
    case pickupInPast = "pickup_in_past"
    case unknownCurrency = "unknown_currency"
    case cardNumberRefused = "card_number_refused"
    case unknownQuote = "unknown_quote"
    case quoteExpired = "quote_expired"
    case quoteUsed = "quote_used"
    case noTariff = "no_tariff"
    case priceStale = "price_stale"
    case noRoute = "no_route"
    case tooFar = "too_far"
    case noPaymentMethod = "no_payment_method"
    case bookingEnded = "booking_ended"
    case notCancellable = "not_cancellable"
    case invalidCursor = "invalid_cursor"
    case production
    case overloaded
    case unavailable
    case timeout
    case internalError = "internal_error"
    case refusedRequest = "refused_request"

    /// The status of the answer.
    package var status: HTTPStatus {
        switch self {
        case .malformedJSON, .missingIdempotencyKey, .invalidIdempotencyKey, .invalidCursor,
            .refusedRequest:
            .badRequest
        case .unauthorized: .unauthorized
        case .forbidden, .production: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .requestInProgress, .quoteUsed, .priceStale, .bookingEnded, .notCancellable: .conflict
        case .unsupportedMediaType: .unsupportedMediaType
        case .invalidRequest, .idempotencyKeyReused, .outsideLicenceArea, .pickupInPast,
            .unknownCurrency, .cardNumberRefused, .unknownQuote, .quoteExpired, .noTariff, .noRoute,
            .tooFar, .noPaymentMethod:
            .unprocessableContent
        case .rateLimited: .tooManyRequests
        case .internalError: .internalServerError
        case .overloaded, .unavailable: .serviceUnavailable
        case .timeout: .gatewayTimeout
        }
    }

    /// Whether the same request may succeed later.
    package var isRetryable: Bool {
        switch self {
        case .rateLimited, .requestInProgress, .overloaded, .unavailable, .timeout: true
        default: false
        }
    }

    /// A few words for people.
    package var title: String {
        switch self {
        case .malformedJSON: "Malformed JSON"
        case .invalidRequest: "Invalid request"
        case .unsupportedMediaType: "Unsupported media type"
        case .unauthorized: "No valid API key"
        case .forbidden: "The key may not do this"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .rateLimited: "Too many requests"
        case .missingIdempotencyKey: "Idempotency-Key is missing"
        case .invalidIdempotencyKey: "Idempotency-Key is malformed"
        case .idempotencyKeyReused: "Idempotency-Key was used for another request"
        case .requestInProgress: "The first request with this key is still running"
        case .outsideLicenceArea: "The pickup is outside the fleet's licence area"
        case .pickupInPast: "The pickup time has passed"
        case .unknownCurrency: "Unknown currency"
        case .cardNumberRefused: "Card numbers are never accepted"
        case .unknownQuote: "Unknown quote"
        case .quoteExpired: "The quote has expired"
        case .quoteUsed: "The quote was used for another booking"
        case .noTariff: "The fleet has no tariff for this"
        case .priceStale: "The price has changed"
        case .noRoute: "There is no way between the two places"
        case .tooFar: "The ride is longer than the fleet drives"
        case .noPaymentMethod: "No payment method is set up"
        case .bookingEnded: "The booking has ended"
        case .notCancellable: "The booking can no longer be cancelled"
        case .invalidCursor: "The cursor is not valid"
        case .production: "Not in production"
        case .overloaded: "Too busy"
        case .unavailable: "Not available at the moment"
        case .timeout: "The answer took too long"
        case .internalError: "Internal error"
        case .refusedRequest: "The request was refused"
        }
    }
}

extension Problem {
    /// A problem of a kind of ours.
    package init(
        _ code: ProblemCode,
        _ detail: String,
        errors: [FieldError] = [],
        retryAfterSeconds: Int64? = nil
    ) {
        self.init(
            code.status,
            type: "urn:nexors:problem:\(code.rawValue)",
            title: code.title,
            detail: detail,
            code: code.rawValue,
            errors: errors
        )
        isRetryable = code.isRetryable
        if let retryAfterSeconds {
            fields.append(ResponseField(.retryAfter, "\(retryAfterSeconds)"))
        }
    }

    /// A problem of a kind of ours with one field of the request's document.
    package init(_ code: ProblemCode, at pointer: String, _ detail: String) {
        self.init(code, detail, errors: [FieldError(pointer: pointer, detail: detail)])
    }

    /// The answer to whoever asks for what is not there or not theirs: one text for both.
    package static var hidden: Problem {
        Problem(.notFound, "There is nothing at this path for this key.")
    }

    /// The document's fault, with our kinds.
    package init(fault: JSONFault) {
        self.init(
            fault.isSyntax ? .malformedJSON : .invalidRequest,
            at: fault.pointer,
            fault.detail
        )
    }

    /// Completes a problem that the server made before any route was found.
    package mutating func complete() {
        let known: ProblemCode =
            switch status {
            case .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .requestTimeout, .serviceUnavailable: .timeout
            default: .refusedRequest
            }
        type = "urn:nexors:problem:\(known.rawValue)"
        code = known.rawValue
        isRetryable = known.isRetryable
        switch known {
        case .notFound:
            title = known.title
            detail = "There is nothing at this path. All paths are in /openapi.json."
        case .methodNotAllowed: title = known.title
        // The status says more than our word for all that the server refuses.
        default: break
        }
    }
}
