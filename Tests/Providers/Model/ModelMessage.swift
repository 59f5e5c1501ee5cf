/// A request as the model sees it: what came over HTTP, without the connection.
package struct ModelRequest: Hashable, Sendable {
    /// `GET` or `POST`.
    package var method: String
    /// The path, without a query.
    package var path: String
    /// The headers that the model looks at; names in lower case.
    package var headers: [String: String]
    /// The body.
    package var body: [UInt8]

    package init(
        _ method: String,
        _ path: String,
        headers: [String: String] = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
    }
}

/// A response as the model gives it.
package struct ModelResponse: Hashable, Sendable {
    /// The HTTP status.
    package var status: Int
    /// The JSON document; empty with 204.
    package var body: [UInt8]
    /// Seconds for `Retry-After`, where that is said.
    package var retryAfterSeconds: Int?

    package init(_ status: Int, _ body: [UInt8] = [], retryAfterSeconds: Int? = nil) {
        self.status = status
        self.body = body
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// What the server does with a request.
package enum ModelReply: Hashable, Sendable {
    /// Answers, after a while.
    case answer(ModelResponse, after: Duration)
    /// Keeps the connection open and never answers.
    case hang
    /// Closes the connection without an answer.
    case drop
}

/// What goes wrong on demand. The names are those of the control endpoint.
package enum ModelFault: String, Hashable, Sendable, CaseIterable {
    /// 500, nothing done.
    case errorBefore = "error_before"
    /// 500, although it was done.
    case errorAfter = "error_after"
    /// 503, nothing done.
    case unavailable
    /// 429 with Retry-After, nothing done.
    case tooMany = "too_many"
    /// 409: an earlier request with this key is still being worked on; nothing done.
    case inProgress = "in_progress"
    /// No answer, nothing done.
    case hangBefore = "hang_before"
    /// No answer, although it was done.
    case hangAfter = "hang_after"
    /// The connection breaks before anything is done.
    case dropBefore = "drop_before"
    /// The connection breaks after it was done.
    case dropAfter = "drop_after"
    /// Done, and answered late.
    case slow
    /// 422 INSTRUMENT_DECLINED.
    case decline
    /// A capture that answers 201 and says DECLINED.
    case declineInside = "decline_inside"
    /// A capture that answers 201 PENDING and is completed a little later.
    case pending
    /// 200 with a body that is no JSON, although it was done.
    case garble
}

/// The calls that a fault can be limited to.
package enum ModelOperation: String, Hashable, Sendable, CaseIterable {
    case token
    case createOrder = "create_order"
    case authorize
    case capture
    case void
    case refund
    case read
}

/// How the model behaves; the control endpoint changes some of it.
package struct ModelSettings: Hashable, Sendable {
    /// The client id that the token call accepts.
    package var clientID = "standin-client"
    /// Its secret.
    package var clientSecret = "standin-secret"
    /// Whether an order with a vaulted method is authorised by the create call itself, as the vendor does it.
    package var authorisesOnCreate = true
    /// The fee: hundredths of a per cent of the amount, rounded half up, and a fixed part.
    package var feeBasisPoints: Int64 = 349
    package var feeFixedMinorUnits: Int64 = 49
    /// How long a hold is valid.
    package var authorizationLifetime = Duration.seconds(29 * 24 * 3600)
    /// How long a capture stays PENDING under the fault of that name.
    package var pendingDuration = Duration.seconds(2)
    /// How late `slow` answers.
    package var slowDelay = Duration.seconds(1)
    /// How long a key of the Orders calls is kept; the vendor's 6 hours.
    package var orderKeyLifetime = Duration.seconds(6 * 3600)
    /// How long a key of the Payments calls is kept; the vendor's 45 days.
    package var paymentKeyLifetime = Duration.seconds(45 * 24 * 3600)
    /// How long a token lives.
    package var tokenLifetime = Duration.seconds(9 * 3600)

    package init() {}
}
