import Money
import PaymentsCore
import PaymentsServer
import TestSupport
import Testing
import Timekeeping

@Suite("PayPal adapter")
struct PayPalAdapterTests {
    private func answered(
        _ status: Int,
        _ body: String,
        _ kind: ProviderOperation.Kind = .capture
    )
        -> ProviderOutcome
    {
        PayPalAnswers.outcome(
            of: .response(status: status, body: Array(body.utf8)),
            to: operation(kind)
        )
    }

    private func operation(
        _ kind: ProviderOperation.Kind,
        _ call: ProviderOperation.Call = .perform
    ) -> ProviderOperation {
        ProviderOperation(
            ordinal: 2,
            kind: kind,
            key: "key-2",
            amount: kind == .void ? nil : Fixture.dollars(9_000),
            isFinal: true,
            target: "OBJ-1",
            createdAt: Fixture.noon,
            nextCall: call
        )
    }

    @Test("requests carry the stored key, exact amounts and the vaulted method")
    func requests() throws {
        var payment = Fixture.payment()
        let open = try payment.apply(.start, at: Fixture.noon).asked[0]
        let request = try #require(
            PayPalRequests.request(
                for: open,
                of: payment,
                accessToken: "T"
            )
        )
        #expect(request.path == "/v2/checkout/orders")
        #expect(request.headers.contains(ProviderHeader("PayPal-Request-Id", open.key)))
        #expect(request.headers.contains(ProviderHeader("Authorization", "Bearer T")))
        let body = """
            {"intent":"AUTHORIZE","purchase_units":[{"reference_id":"\(payment.booking)",\
            "custom_id":"\(payment.id)","invoice_id":"\(open.key)","amount":{"currency_code":"USD",\
            "value":"100.00"}}],"payment_source":{"paypal":{"vault_id":"vault_1-A"}}}
            """
        #expect(String(decoding: request.body, as: UTF8.self) == body)
    }

    @Test("a capture says its amount, its invoice and whether it is the last")
    func captureRequest() throws {
        let request = try #require(
            PayPalRequests.request(
                for: operation(.capture),
                of: Fixture.payment(),
                accessToken: "T"
            )
        )
        #expect(request.path == "/v2/payments/authorizations/OBJ-1/capture")
        let body =
            #"{"amount":{"currency_code":"USD","value":"90.00"},"invoice_id":"key-2","final_capture":true}"#
        #expect(String(decoding: request.body, as: UTF8.self) == body)
    }

    @Test("names that would change a path, and amounts that PayPal has not, make no request")
    func impossible() {
        let hostile = ProviderOperation(
            ordinal: 1,
            kind: .capture,
            key: "k",
            amount: Fixture.dollars(1),
            isFinal: true,
            target: "../../v1/oauth2/token?x",
            createdAt: Fixture.noon
        )
        func request(_ operation: ProviderOperation, _ payment: Payment) -> ProviderRequest? {
            PayPalRequests.request(
                for: operation,
                of: payment,
                accessToken: "T"
            )
        }
        #expect(request(hostile, Fixture.payment()) == nil)
        #expect(request(operation(.open), Fixture.payment(methodToken: "4111 1111")) == nil)
        #expect(request(operation(.open), Fixture.payment(methodToken: "")) == nil)
    }

    @Test("a completed capture with its fee")
    func captured() {
        let body = """
            {"id":"C-1","status":"COMPLETED","amount":{"currency_code":"USD","value":"90.00"},\
            "seller_receivable_breakdown":{"paypal_fee":{"currency_code":"USD","value":"3.63"}}}
            """
        #expect(
            answered(201, body)
                == .succeeded(
                    .captured(
                        capture: "C-1",
                        amount: Fixture.dollars(9_000),
                        fee: Fixture.dollars(363)
                    )
                )
        )
    }

    @Test(
        "HTTP success is not payment success",
        arguments: [
            ("DECLINED", ProviderOutcome.failed(.instrumentDeclined)),
            ("FAILED", .failed(.instrumentDeclined)), ("PENDING", .succeeded(.pending)),
            ("SOMETHING_NEW", .unknown(.unreadable)),
        ]
    )
    func captureStatus(row: (String, ProviderOutcome)) {
        #expect(answered(201, #"{"id":"C-1","status":"\#(row.0)"}"#) == row.1)
    }

    @Test(
        "statuses without a decision are unknown",
        arguments: [
            (500, UnknownCause.providerFailed), (503, .providerFailed), (429, .providerFailed),
            (408, .providerFailed), (599, .providerFailed), (409, .inProgress),
            (401, .notAuthorised),
            (302, .unreadable), (100, .unreadable), (600, .unreadable),
        ]
    )
    func unknown(row: (Int, UnknownCause)) {
        #expect(answered(row.0, "{}") == .unknown(row.1))
    }

    @Test(
        "issues are read by their class",
        arguments: [
            ("INSTRUMENT_DECLINED", ProviderOutcome.failed(.instrumentDeclined)),
            ("PAYER_ACCOUNT_LOCKED_OR_CLOSED", .failed(.payerBlocked)),
            ("COMPLIANCE_VIOLATION", .failed(.refusedForCompliance)),
            ("PAYEE_ACCOUNT_RESTRICTED", .failed(.merchantAccount)),
            ("DECIMAL_PRECISION", .failed(.amountNotSupported)),
            ("AUTHORIZATION_EXPIRED", .failed(.holdExpired)),
            ("AUTHORIZATION_VOIDED", .failed(.holdReleased)),
            ("AUTHORIZATION_ALREADY_CAPTURED", .unknown(.alreadyDone)),
            ("DUPLICATE_INVOICE_ID", .unknown(.alreadyDone)),
            ("PREVIOUSLY_VOIDED", .unknown(.alreadyDone)),
            ("NEVER_HEARD_OF", .failed(.requestRefused)),
        ]
    )
    func issues(row: (String, ProviderOutcome)) {
        let body = #"{"name":"UNPROCESSABLE_ENTITY","details":[{"issue":"\#(row.0)"}]}"#
        #expect(answered(422, body) == row.1)
    }

    @Test("silence, and bodies that are no JSON, are unknown whatever the status says")
    func unreadable() {
        for status in [200, 201, 400, 404, 422] {
            #expect(answered(status, "<html>") == .unknown(.unreadable))
        }
        #expect(PayPalAnswers.outcome(of: .timeout, to: operation(.void)) == .unknown(.timeout))
        #expect(
            PayPalAnswers.outcome(of: .connectionLost, to: operation(.void))
                == .unknown(.connectionLost)
        )
        #expect(answered(204, "") == .unknown(.unreadable))
        #expect(answered(204, "", .void) == .succeeded(.released))
    }

    @Test("no prefix of a good answer is taken for a success, and none traps")
    func truncation() {
        let body = Array(
            #"{"id":"C-1","status":"COMPLETED","amount":{"currency_code":"USD","value":"90.00"}}"#
                .utf8
        )
        for count in 0..<body.count {
            let outcome = PayPalAnswers.outcome(
                of: .response(status: 201, body: Array(body.prefix(count))),
                to: operation(.capture)
            )
            #expect(outcome == .unknown(.unreadable))
        }
    }

    @Test("a read finds the capture that carries our key, and none of another key")
    func readBack() {
        func order(_ invoice: String, _ hold: String) -> ProviderReply {
            let body = """
                {"id":"O-1","status":"COMPLETED","purchase_units":[{"payments":{"authorizations":\
                [{"id":"A-1","status":"\(hold)"}],"captures":[{"id":"C-9","invoice_id":"\(invoice)",\
                "status":"COMPLETED","amount":{"currency_code":"USD","value":"90.00"},\
                "seller_receivable_breakdown":{}}]}}]}
                """
            return .response(status: 200, body: Array(body.utf8))
        }
        let read = operation(.capture, .readBack)
        #expect(
            PayPalAnswers.outcome(of: order("key-2", "CAPTURED"), to: read)
                == .succeeded(
                    .captured(
                        capture: "C-9",
                        amount: Fixture.dollars(9_000),
                        fee: Fixture.dollars(0)
                    )
                )
        )
        #expect(
            PayPalAnswers.outcome(of: order("key-1", "CREATED"), to: read) == .unknown(.notThere)
        )
        let void = operation(.void, .readBack)
        #expect(
            PayPalAnswers.outcome(of: order("key-1", "VOIDED"), to: void) == .succeeded(.released)
        )
        #expect(
            PayPalAnswers.outcome(of: order("key-1", "CAPTURED"), to: void)
                == .failed(.alreadyCaptured)
        )
        #expect(
            PayPalAnswers.outcome(of: .response(status: 404, body: []), to: read)
                == .unknown(.notThere)
        )
    }

    @Test("tokens: a good one is read, a bad one refused")
    func token() {
        func token(_ status: Int, _ body: String) -> PayPalToken? {
            PayPalToken(.response(status: status, body: Array(body.utf8)))
        }
        let good = token(200, #"{"access_token":"A21","expires_in":32400}"#)
        #expect(good?.text == "A21")
        #expect(good?.lifetime == .seconds(32_400))
        #expect(token(401, #"{"access_token":"A21","expires_in":32400}"#) == nil)
        #expect(token(200, #"{"access_token":"A\nB","expires_in":32400}"#) == nil)
        #expect(token(200, #"{"access_token":"","expires_in":1}"#) == nil)
        #expect(token(200, #"{"access_token":"A","expires_in":0}"#) == nil)
        #expect(PayPalToken(.timeout) == nil)
    }
}
