internal import HTTP
package import Timekeeping

/// PayPal's Orders v2 and Payments v2 as a state machine: token, create, authorize, capture, void, refund, reads.
///
/// Deterministic: the same requests at the same times give the same answers, ids included, so that a journal of
/// requests is all that its server keeps. Only what the adapter uses is modelled; an unknown path is 404.
/// Statuses, issues and fields follow the vendor's OpenAPI documents, against which a script checks the answers.
package struct PayPalModel: Sendable {
    /// A key that was used, and for what.
    private struct UsedKey: Sendable {
        let bodyHash: UInt64
        let objectID: String
        let usedAt: WallTime
    }

    /// A fault that waits for its call.
    struct PlannedFault: Hashable, Sendable {
        let kind: ModelFault
        let operation: ModelOperation?
        var remainingCount: Int
    }

    /// How it behaves.
    package var settings: ModelSettings

    var orders: [String: ModelOrder] = [:]
    var authorizations: [String: ModelAuthorization] = [:]
    var captures: [String: ModelCapture] = [:]
    var refunds: [String: ModelRefund] = [:]
    /// In the order of making, since dictionaries have none.
    var authorizationIDs: [String] = []
    var captureIDs: [String] = []
    var refundIDs: [String] = []
    var pendingIDs: [String] = []
    var usedInvoiceIDs: Set<String> = []
    var faults: [PlannedFault] = []
    /// API calls, faults included.
    package internal(set) var callCount = 0

    private var keys: [String: UsedKey] = [:]
    private var tokens: [String: WallTime] = [:]
    private var madeCount: UInt64 = 0

    /// A model that knows nothing yet.
    package init(settings: ModelSettings = ModelSettings()) {
        self.settings = settings
    }

    /// Takes one request.
    package mutating func receive(_ request: ModelRequest, at now: WallTime) -> ModelReply {
        if request.path.hasPrefix("/standin/") {
            return .answer(control(request, at: now), after: .zero)
        }
        callCount += 1
        guard let route = PayPalRoute(request) else {
            return .answer(Self.problem(.init("INVALID_RESOURCE_ID")), after: .zero)
        }
        guard let fault = takeFault(for: route.operation) else {
            return .answer(process(request, route, nil, at: now), after: .zero)
        }
        return perform(fault, request, route, at: now)
    }

    /// Plans that the next `count` calls of `operation`, or of any, go wrong.
    package mutating func plan(_ fault: ModelFault, of operation: ModelOperation?, count: Int) {
        faults.append(PlannedFault(kind: fault, operation: operation, remainingCount: count))
    }

    private mutating func takeFault(for operation: ModelOperation) -> ModelFault? {
        guard
            let index = faults.firstIndex(where: {
                $0.operation == operation || $0.operation == nil
            })
        else { return nil }
        faults[index].remainingCount -= 1
        let kind = faults[index].kind
        if faults[index].remainingCount <= 0 { faults.remove(at: index) }
        return kind
    }

    private mutating func perform(
        _ fault: ModelFault,
        _ request: ModelRequest,
        _ route: PayPalRoute,
        at now: WallTime
    ) -> ModelReply {
        func refuse(_ issue: String) -> ModelReply {
            .answer(Self.problem(ModelIssue(issue)), after: .zero)
        }
        switch fault {
        case .errorBefore: return refuse("INTERNAL_SERVER_ERROR")
        case .unavailable: return refuse("SERVICE_UNAVAILABLE")
        case .inProgress: return refuse("PREVIOUS_REQUEST_IN_PROGRESS")
        case .decline: return refuse("INSTRUMENT_DECLINED")
        case .tooMany:
            var response = Self.problem(ModelIssue("RATE_LIMIT_REACHED"))
            response.retryAfterSeconds = 1
            return .answer(response, after: .zero)
        case .hangBefore: return .hang
        case .dropBefore: return .drop
        case .errorAfter, .hangAfter, .dropAfter, .slow, .declineInside, .pending, .garble: break
        }
        let response = process(request, route, fault, at: now)
        switch fault {
        case .errorAfter: return refuse("INTERNAL_SERVER_ERROR")
        case .hangAfter: return .hang
        case .dropAfter: return .drop
        case .slow: return .answer(response, after: settings.slowDelay)
        case .garble: return .answer(ModelResponse(200, Array("<html>".utf8)), after: .zero)
        default: return .answer(response, after: .zero)
        }
    }

    private mutating func process(
        _ request: ModelRequest,
        _ route: PayPalRoute,
        _ fault: ModelFault?,
        at now: WallTime
    ) -> ModelResponse {
        if case .token = route { return token(request, at: now) }
        guard isAuthorised(request, at: now) else { return Self.problem(.init("INVALID_TOKEN")) }
        if let issue = Self.mockedIssue(request) { return Self.problem(ModelIssue(issue)) }
        advance(to: now)
        switch route {
        case .token: return token(request, at: now)
        case .createOrder: return createOrder(request, at: now)
        case .readOrder(let id): return read(orders[id]) { order in self.response(200, order) }
        case .authorize(let id): return authorize(id, request, at: now)
        case .readAuthorization(let id):
            return read(authorizations[id]) { held in self.response(200, held) }
        case .capture(let id): return capture(id, request, fault, at: now)
        case .void(let id): return void(id, request)
        case .readCapture(let id): return read(captures[id]) { taken in self.response(200, taken) }
        case .refund(let id): return refund(id, request, at: now)
        case .readRefund(let id): return read(refunds[id]) { back in self.response(200, back) }
        }
    }

    private func read<Object>(
        _ object: Object?,
        _ respond: (Object) -> ModelResponse
    ) -> ModelResponse {
        object.map(respond) ?? Self.problem(.init("INVALID_RESOURCE_ID"))
    }

    /// What time does by itself: pending captures are completed. (Holds are looked at when they are captured.)
    private mutating func advance(to now: WallTime) {
        pendingIDs.removeAll { id in
            guard let capture = captures[id],
                now >= capture.createdAt.advanced(by: settings.pendingDuration)
            else { return false }
            captures[id]?.status = "COMPLETED"
            return true
        }
    }

    // MARK: Tokens

    private mutating func token(_ request: ModelRequest, at now: WallTime) -> ModelResponse {
        let wanted = "Basic " + Base64.encode("\(settings.clientID):\(settings.clientSecret)")
        guard request.headers["authorization"] == wanted,
            String(decoding: request.body, as: UTF8.self) == "grant_type=client_credentials"
        else {
            var json = JSONWriter()
            json.beginObject()
            json.member("error", "invalid_client")
            json.member("error_description", "Client Authentication failed")
            json.endObject()
            return ModelResponse(401, json.finish())
        }
        let token = "A21AA" + makeID() + makeID()
        tokens[token] = now.advanced(by: settings.tokenLifetime)
        var json = JSONWriter()
        json.beginObject()
        json.member("scope", "https://uri.paypal.com/services/payments/payment/authcapture")
        json.member("access_token", token)
        json.member("token_type", "Bearer")
        json.member("app_id", "APP-STANDIN")
        json.member("expires_in", settings.tokenLifetime.components.seconds)
        json.member("nonce", makeID())
        json.endObject()
        return ModelResponse(200, json.finish())
    }

    private func isAuthorised(_ request: ModelRequest, at now: WallTime) -> Bool {
        guard let header = request.headers["authorization"], header.hasPrefix("Bearer "),
            let expiry = tokens[String(header.dropFirst(7))]
        else { return false }
        return now < expiry
    }

    // MARK: Keys and ids

    /// The object that this key made before; `nil` where the key is new, old enough to be forgotten, or absent.
    ///
    /// - Throws: Where the key came with another body.
    func replayed(
        _ request: ModelRequest,
        lifetime: Duration,
        at now: WallTime
    ) throws(ModelIssue) -> String? {
        guard let key = request.headers["paypal-request-id"],
            let used = keys["\(request.path) \(key)"],
            used.usedAt.duration(to: now) < lifetime
        else { return nil }
        guard used.bodyHash == Self.hash(request.body) else {
            throw ModelIssue("PAYPAL_REQUEST_ID_PREVIOUSLY_USED")
        }
        return used.objectID
    }

    /// Remembers what this key made.
    mutating func remember(_ request: ModelRequest, made objectID: String, at now: WallTime) {
        guard let key = request.headers["paypal-request-id"] else { return }
        keys["\(request.path) \(key)"] = UsedKey(
            bodyHash: Self.hash(request.body),
            objectID: objectID,
            usedAt: now
        )
    }

    /// 17 capitals and digits, as the vendor's ids look; from a counter, so that a replay makes the same.
    mutating func makeID() -> String {
        madeCount &+= 1
        let alphabet = Array("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)
        var mixed = madeCount &* 0x9E37_79B9_7F4A_7C15
        var units: [UInt8] = []
        for _ in 0..<17 {
            mixed = (mixed ^ (mixed >> 29)) &* 0xBF58_476D_1CE4_E5B9
            units.append(alphabet[Int(mixed >> 40) % alphabet.count])
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// FNV-1a, 64 bits.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    private static func mockedIssue(_ request: ModelRequest) -> String? {
        guard let header = request.headers["paypal-mock-response"],
            let document = try? JSONReader.read(Array(header.utf8))
        else { return nil }
        return document["mock_application_codes"]?.text
    }
}
