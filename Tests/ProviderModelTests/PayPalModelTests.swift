import HTTP
import ProviderModel
import TestSupport
import Testing
import Timekeeping

/// Speaks to a model as a client would.
struct ModelClient {
    var model = PayPalModel()
    var now = WallTime(secondsSinceEpoch: 1_780_000_000)
    private var token = ""

    init() {
        let reply = send(
            ModelRequest(
                "POST",
                "/v1/oauth2/token",
                // standin-client:standin-secret
                headers: ["authorization": "Basic c3RhbmRpbi1jbGllbnQ6c3RhbmRpbi1zZWNyZXQ="],
                body: Array("grant_type=client_credentials".utf8)
            )
        )
        token = text(reply, "access_token") ?? ""
    }

    mutating func send(_ request: ModelRequest) -> ModelReply { model.receive(request, at: now) }

    mutating func post(_ path: String, _ body: String = "", key: String? = nil) -> ModelReply {
        var headers = ["authorization": "Bearer \(token)", "prefer": "return=representation"]
        headers["paypal-request-id"] = key
        return send(ModelRequest("POST", path, headers: headers, body: Array(body.utf8)))
    }

    mutating func get(_ path: String) -> ModelReply {
        send(ModelRequest("GET", path, headers: ["authorization": "Bearer \(token)"]))
    }

    static func order(_ value: String = "100.00", _ currency: String = "USD") -> String {
        """
        {"intent":"AUTHORIZE","purchase_units":[{"custom_id":"c","amount":\
        {"currency_code":"\(currency)","value":"\(value)"}}],\
        "payment_source":{"paypal":{"vault_id":"vault-1"}}}
        """
    }

    static func amount(_ value: String, invoice: String, final: Bool = true) -> String {
        """
        {"amount":{"currency_code":"USD","value":"\(value)"},"invoice_id":"\(invoice)",\
        "final_capture":\(final)}
        """
    }

    /// Makes an order and returns the name of its hold.
    mutating func hold(key: String = "k1") -> String {
        let reply = post("/v2/checkout/orders", Self.order(), key: key)
        let document = text(reply)
        let marker = "\"authorizations\":[{\"id\":\""
        guard let range = document.firstRange(of: marker) else { return "" }
        return String(document[range.upperBound...].prefix { $0 != "\"" })
    }
}

func status(_ reply: ModelReply) -> Int {
    if case .answer(let response, _) = reply { response.status } else { 0 }
}

func text(_ reply: ModelReply) -> String {
    if case .answer(let response, _) = reply {
        String(decoding: response.body, as: UTF8.self)
    } else {
        ""
    }
}

/// A text member of the answer's object.
func text(_ reply: ModelReply, _ name: String) -> String? {
    guard var object = try? JSONReader.object(Array(text(reply).utf8)) else { return nil }
    return try? object.string(name, characterCountMax: 500)
}

@Suite("PayPal model")
struct PayPalModelTests {
    @Test("without a token, with a wrong secret and after its end: 401")
    func tokens() {
        var client = ModelClient()
        #expect(status(client.send(ModelRequest("GET", "/v2/checkout/orders/1"))) == 401)
        let wrong = ModelRequest(
            "POST",
            "/v1/oauth2/token",
            headers: ["authorization": "Basic AAAA"],
            body: Array("grant_type=client_credentials".utf8)
        )
        #expect(status(client.send(wrong)) == 401)
        client.now = client.now.advanced(by: client.model.settings.tokenLifetime)
        #expect(status(client.get("/v2/checkout/orders/1")) == 401)
    }

    @Test("a vaulted order is held at once; a replay of its key is 200 and the same order")
    func createReplay() {
        var client = ModelClient()
        let first = client.post("/v2/checkout/orders", ModelClient.order(), key: "k")
        let again = client.post("/v2/checkout/orders", ModelClient.order(), key: "k")
        #expect(status(first) == 201)
        #expect(status(again) == 200)
        #expect(text(first) == text(again))
        #expect(client.model.totals.first?.authorizationCount == 1)
    }

    @Test("the same key with another body is refused and does nothing")
    func keyWithOtherBody() {
        var client = ModelClient()
        _ = client.post("/v2/checkout/orders", ModelClient.order(), key: "k")
        let other = client.post("/v2/checkout/orders", ModelClient.order("99.00"), key: "k")
        #expect(status(other) == 422)
        #expect(text(other).contains("PAYPAL_REQUEST_ID_PREVIOUSLY_USED"))
        #expect(client.model.totals.first?.authorizationCount == 1)
    }

    @Test("keys of orders are forgotten after six hours, not a microsecond before")
    func keyLifetime() {
        var client = ModelClient()
        _ = client.post("/v2/checkout/orders", ModelClient.order(), key: "k")
        client.now = client.now.advanced(by: .seconds(6 * 3600) - .microseconds(1))
        #expect(status(client.post("/v2/checkout/orders", ModelClient.order(), key: "k")) == 200)
        client.now = client.now.advanced(by: .microseconds(1))
        #expect(status(client.post("/v2/checkout/orders", ModelClient.order(), key: "k")) == 201)
    }

    @Test("captures add up to the hold, and no further")
    func captures() {
        var client = ModelClient()
        let path = "/v2/payments/authorizations/\(client.hold())/capture"
        let part = ModelClient.amount("60.00", invoice: "i1", final: false)
        #expect(status(client.post(path, part, key: "c1")) == 201)
        #expect(status(client.post(path, part, key: "c1")) == 201)
        #expect(client.model.totals.first?.capturedUnits == 6_000)
        let over = client.post(path, ModelClient.amount("40.01", invoice: "i2"), key: "c2")
        #expect(text(over).contains("MAX_CAPTURE_AMOUNT_EXCEEDED"))
        let rest = client.post(path, ModelClient.amount("40.00", invoice: "i3"), key: "c3")
        #expect(text(rest, "status") == "COMPLETED")
        let late = client.post(path, ModelClient.amount("0.01", invoice: "i4"), key: "c4")
        #expect(text(late).contains("AUTHORIZATION_ALREADY_CAPTURED"))
        #expect(client.model.totals.first?.capturedUnits == 10_000)
        // 3.49 % and 0.49 of each: 209 + 49 and 140 + 49.
        #expect(client.model.totals.first?.feeUnits == 447)
    }

    @Test("an invoice id is used once")
    func duplicateInvoice() {
        var client = ModelClient()
        let path = "/v2/payments/authorizations/\(client.hold())/capture"
        _ = client.post(path, ModelClient.amount("1.00", invoice: "i", final: false), key: "a")
        let other = client.post(path, ModelClient.amount("1.00", invoice: "i"), key: "b")
        #expect(text(other).contains("DUPLICATE_INVOICE_ID"))
    }

    @Test("a hold runs out at its instant")
    func expiry() {
        var client = ModelClient()
        client.model.settings.authorizationLifetime = .seconds(60)
        let path = "/v2/payments/authorizations/\(client.hold())/capture"
        client.now = client.now.advanced(by: .seconds(60))
        let reply = client.post(path, ModelClient.amount("1.00", invoice: "i"), key: "c")
        #expect(text(reply).contains("AUTHORIZATION_EXPIRED"))
    }

    @Test("a void is done once; after it nothing is captured")
    func void() {
        var client = ModelClient()
        let path = "/v2/payments/authorizations/\(client.hold())"
        #expect(text(client.post("\(path)/void"), "status") == "VOIDED")
        #expect(text(client.post("\(path)/void")).contains("PREVIOUSLY_VOIDED"))
        let capture = client.post("\(path)/capture", ModelClient.amount("1.00", invoice: "i"))
        #expect(text(capture).contains("AUTHORIZATION_VOIDED"))
    }

    @Test("refunds add up to the capture, and no further")
    func refunds() {
        var client = ModelClient()
        let hold = client.hold()
        let capture = client.post(
            "/v2/payments/authorizations/\(hold)/capture",
            ModelClient.amount("100.00", invoice: "i")
        )
        let path = "/v2/payments/captures/\(text(capture, "id") ?? "")/refund"
        let part = #"{"amount":{"currency_code":"USD","value":"30.00"}}"#
        #expect(status(client.post(path, part, key: "r1")) == 201)
        #expect(status(client.post(path, part, key: "r1")) == 201)
        let over = client.post(path, #"{"amount":{"currency_code":"USD","value":"70.01"}}"#)
        #expect(text(over).contains("REFUND_AMOUNT_EXCEEDED"))
        #expect(status(client.post(path, key: "r2")) == 201)
        #expect(client.model.totals.first?.refundedUnits == 10_000)
        #expect(text(client.post(path)).contains("CAPTURE_FULLY_REFUNDED"))
    }

    @Test(
        "amounts that the vendor refuses",
        arguments: [
            ("100.001", "USD", "DECIMAL_PRECISION"), ("100.0", "HUF", "DECIMALS_NOT_SUPPORTED"),
            ("1.5", "JPY", "DECIMALS_NOT_SUPPORTED"), ("0.00", "USD", "CANNOT_BE_ZERO_OR_NEGATIVE"),
            ("-1.00", "USD", "INVALID_PARAMETER_SYNTAX"), ("1", "XXX", "INVALID_CURRENCY_CODE"),
            ("1e2", "USD", "INVALID_PARAMETER_SYNTAX"),
            ("1234567890123456.00", "USD", "INVALID_PARAMETER_SYNTAX"),
        ]
    )
    func amounts(row: (String, String, String)) {
        var client = ModelClient()
        let reply = client.post("/v2/checkout/orders", ModelClient.order(row.0, row.1))
        #expect(text(reply).contains(row.2))
    }

    @Test("an issue can be asked for by header")
    func mockHeader() {
        var client = ModelClient()
        let reply = client.mocked("INSTRUMENT_DECLINED")
        #expect(status(reply) == 422)
        #expect(text(reply).contains("INSTRUMENT_DECLINED"))
        #expect(status(client.mocked("INTERNAL_SERVER_ERROR")) == 500)
    }

    @Test(
        "faults before the effect do nothing, those after it do",
        arguments: [
            (ModelFault.errorBefore, 500, 0), (.unavailable, 503, 0), (.tooMany, 429, 0),
            (.inProgress, 409, 0), (.decline, 422, 0), (.hangBefore, 0, 0), (.dropBefore, 0, 0),
            (.errorAfter, 500, 1), (.hangAfter, 0, 1), (.dropAfter, 0, 1), (.slow, 201, 1),
            (.garble, 200, 1), (.pending, 201, 0), (.declineInside, 201, 0),
        ] as [(ModelFault, Int, Int)]
    )
    func faults(row: (ModelFault, Int, Int)) {
        var client = ModelClient()
        let path = "/v2/payments/authorizations/\(client.hold())/capture"
        client.model.plan(row.0, of: .capture, count: 1)
        let body = ModelClient.amount("100.00", invoice: "i")
        #expect(status(client.post(path, body, key: "c")) == row.1)
        #expect(client.model.totals.first?.captureCount == row.2)
        // The fault is used up: the same call with the same key ends in one capture, unless it was declined inside.
        client.now = client.now.advanced(by: .seconds(3))
        let again = client.post(path, body, key: "c")
        #expect(status(again) == 201)
        #expect(client.model.totals.first?.captureCount == (row.0 == .declineInside ? 0 : 1))
    }

    @Test("the same requests give the same answers, ids included")
    func determinism() {
        var first = ModelClient()
        var second = ModelClient()
        #expect(first.hold() == second.hold())
        #expect(!first.hold(key: "other").isEmpty)
    }

    @Test("the control endpoint plans faults, changes settings and shows the sums")
    func control() {
        var client = ModelClient()
        let fault = #"{"fault":"error_before","operation":"capture","count":2}"#
        #expect(status(client.post("/standin/faults", fault)) == 204)
        #expect(status(client.post("/standin/faults", #"{"fault":"no such"}"#)) == 400)
        let settings = #"{"authorises_on_create":false}"#
        #expect(status(client.post("/standin/settings", settings)) == 204)
        let order = client.post("/v2/checkout/orders", ModelClient.order(), key: "k")
        #expect(text(order, "status") == "CREATED")
        let path = "/v2/checkout/orders/\(text(order, "id") ?? "")/authorize"
        #expect(status(client.post(path, "{}", key: "a")) == 201)
        #expect(status(client.post(path, "{}", key: "a")) == 200)
        #expect(text(client.post(path, "{}", key: "b")).contains("ORDER_ALREADY_AUTHORIZED"))
        let totals = text(client.get("/standin/totals"))
        #expect(totals.contains(#""currency":"USD","authorizations":1,"authorized":10000"#))
        #expect(text(client.get("/standin/captures")) == "[]")
    }
}

extension ModelClient {
    mutating func mocked(_ issue: String) -> ModelReply {
        let token = text(
            send(
                ModelRequest(
                    "POST",
                    "/v1/oauth2/token",
                    headers: ["authorization": "Basic c3RhbmRpbi1jbGllbnQ6c3RhbmRpbi1zZWNyZXQ="],
                    body: Array("grant_type=client_credentials".utf8)
                )
            ),
            "access_token"
        )
        return send(
            ModelRequest(
                "POST",
                "/v2/checkout/orders",
                headers: [
                    "authorization": "Bearer \(token ?? "")",
                    "paypal-mock-response": #"{"mock_application_codes": "\#(issue)"}"#,
                ],
                body: Array(Self.order().utf8)
            )
        )
    }
}
