import Calls
import Messages
import Model
import Money
import PaymentsServer
import ServiceRuntime
import Telemetry
import Testing
import Timekeeping
import WireFormat

@Suite("The program payments", .timeLimit(.minutes(1)))
struct PaymentsProgramTests {
    private static let method = PaymentMethodID(bits: 31)
    private static let partner = PartnerID(bits: 41)

    /// Payments whose provider is a port where nobody listens.
    private func start() async throws -> LinkedProgram {
        try await LinkedProgram(
            .payments,
            keys: { PaymentsKeys().add(to: &$0) },
            settings: [
                "NEXORS_PAYPAL_URL": "http://127.0.0.1:1", "NEXORS_PAYPAL_CLIENT_ID": "id",
                "NEXORS_PAYPAL_CLIENT_SECRET": "secret",
            ],
            migrations: PaymentsServer.migrations
        ) { program, store in
            let configuration = try PaymentsConfiguration(program.values, .test)
            let server = try PaymentsServer(program, configuration, store: store)
            return (server.parts, server.port)
        }
    }

    private func authorisation() -> AuthoriseRequest {
        AuthoriseRequest.with {
            $0.payment = PaymentID(bits: 51)
            $0.booking = BookingID(bits: 61)
            $0.partner = Self.partner
            $0.paymentMethod = Self.method
            $0.amountMinorUnits = 1000
            $0.currency = .usDollar
        }
    }

    private func addMethod(_ payments: LinkedProgram) async throws {
        let request = ApplyPaymentAccountRequest.with {
            $0.paymentMethod = Self.method
            $0.partner = Self.partner
            $0.revision = 1
            $0.provider = WireEnum(.payPal)
            $0.isActive = true
            $0.vaultToken = "vault-1"
        }
        _ = try await payments.call(PaymentsMethods.applyPaymentAccount, request, as: .gateway)
    }

    @Test("dispatch may hold money, the gateway may not; who asks for a partner sees his own alone")
    func whoMayWhat() async throws {
        let payments = try await start()
        try await addMethod(payments)
        let held = authorisation()
        let refusal = await payments.refusal(PaymentsMethods.authorise, held, as: .gateway)
        #expect(refusal?.code == .permissionDenied)
        let snapshot = try await payments.call(PaymentsMethods.authorise, held, as: .dispatch)
        #expect(snapshot.state == PaymentStateCode.created)

        let asked = GetPaymentRequest.with { $0.payment = held.payment }
        let own = try payments.token(Self.partner, [.readBookings])
        let found = try await payments.call(
            PaymentsMethods.getPayment,
            asked,
            as: .gateway,
            token: own
        )
        #expect(found.amountMinorUnits == 1000)
        let other = try payments.token(PartnerID(bits: 42), [.readBookings])
        for (tenant, token) in [(LinkedProgram.tenant, other), (TenantID(8), [])] {
            let hidden = await payments.refusal(
                PaymentsMethods.getPayment,
                asked,
                as: .gateway,
                tenant: tenant,
                token: token
            )
            #expect(hidden?.code == .notFound)
            #expect(hidden?.subCode == PaymentsSubCode.paymentUnknown.rawValue)
        }
        await payments.stop()
    }

    @Test("the ledger is for those who may read money, and a forged token for nobody")
    func scopes() async throws {
        let payments = try await start()
        let request = LedgerSummaryRequest()
        let method = PaymentsMethods.ledgerSummary
        let weak = try payments.token(Self.partner, [.book, .readBookings])
        let refusal = await payments.refusal(method, request, as: .gateway, token: weak)
        #expect(refusal?.code == .permissionDenied)
        var forged = try payments.token(Self.partner, [.readMoney])
        forged[forged.count - 1] ^= 1
        let unknown = await payments.refusal(method, request, as: .gateway, token: forged)
        #expect(unknown?.code == .unauthenticated)
        let strong = try payments.token(Self.partner, [.readMoney])
        let ledger = try await payments.call(method, request, as: .gateway, token: strong)
        #expect(ledger.isBalanced)
        await payments.stop()
    }

    @Test(
        "no provider and no dispatch: ready and degraded, the wish is kept, nothing counts as sent"
    )
    func alone() async throws {
        let payments = try await start()
        payments.program.health.enter(.serving)
        try await addMethod(payments)
        _ = try await payments.call(PaymentsMethods.authorise, authorisation(), as: .dispatch)
        // Every call to the provider fails at once; the third in a row makes it degraded.
        while payments.program.health.report.degraded != ["dispatch", "paypal"] {
            _ = try await payments.call(
                PaymentsMethods.status,
                StatusRequest(),
                as: .gateway
            )
        }
        #expect(payments.program.health.report.isReady)
        let status = try await payments.call(PaymentsMethods.status, StatusRequest(), as: .gateway)
        #expect(status.openCount == 1)
        #expect(status.operationCount == 1)
        let metrics = payments.program.registry.prometheusText()
        #expect(!metrics.contains("provider_calls_total{outcome=\"not_sent\"} 0"))
        #expect(metrics.contains("provider_calls_total{outcome=\"connection_lost\"} 0"))
        #expect(!metrics.contains("nexors_calls_total{code=\"ok\"} 0"))

        let control = try await payments.call(
            ControlMethods.status,
            StatusRequest(),
            as: .gateway
        )
        #expect(control.isReady)
        #expect(control.peers.map(\.service) == [ServiceName.dispatch.rawValue])
        #expect(control.peers.first?.isReachable == false)
        await payments.stop()
    }
}
