import Foundation
import Messages
import ProcessSupport
import TestSupport
import Testing

@Suite("Payments and a provider in trouble", .serialized, .timeLimit(.minutes(3)))
struct ProviderTroubleTests {
    private static let passing = [
        "error_before", "error_after", "unavailable", "too_many", "in_progress", "hang_before",
        "hang_after", "drop_before", "drop_after", "slow", "garble", "pending",
    ]

    @Test("authorise and capture over HTTP, and the ledger has the provider's fee")
    func once() async throws {
        let rig = try await PaymentsProcessRig()
        await rig.double.begin(1, paidBy: rig.method)
        _ = await rig.double.captured.wait(forCount: 1)
        try await rig.expectSettled(1, "one trip")
        let metrics = try await rig.payments.page("/metrics")
        #expect(metrics.contains("nexors_payments_provider_calls_total{outcome=\"success\"} 3"))
        await rig.stop()
    }

    @Test("every passing fault at once on any call: each trip is captured once all the same")
    func faults() async throws {
        let rig = try await PaymentsProcessRig(settings: ["NEXORS_PAYPAL_TIMEOUT": "500ms"])
        try await rig.standIn.set("{\"pending_seconds\": 1, \"slow_milliseconds\": 50}")
        for fault in Self.passing { try await rig.standIn.plan(fault, count: 3) }
        await rig.double.begin(40, paidBy: rig.method)
        _ = await rig.double.captured.wait(forCount: 40)
        try await rig.expectSettled(40, "after all faults")
        await rig.stop()
    }

    @Test("a declined method ends the payment, a declined capture leaves the hold")
    func declined() async throws {
        let rig = try await PaymentsProcessRig()
        try await rig.standIn.plan("decline", of: "create_order")
        await rig.double.begin(1, paidBy: rig.method)
        let first = await rig.double.refused.wait(forCount: 1)
        #expect(first.last?.kind.known == .declined)
        try await rig.standIn.plan("decline_inside", of: "capture")
        await rig.double.begin(1, paidBy: rig.method)
        let second = await rig.double.refused.wait(forCount: 2)
        #expect(second.last?.kind.known == .captureFailed)
        #expect(try await rig.standIn.totals()?.captured == 0)
        let ledger = try await rig.double.call(
            PaymentsMethods.ledgerSummary,
            LedgerSummaryRequest()
        )
        #expect(ledger.balance(.providerReceivable) == 0)
        #expect(ledger.balance(.passengerHold) > 0)
        await rig.stop()
    }

    @Test("a frozen provider makes payments degraded and ready, and nothing is taken twice")
    func frozen() async throws {
        let rig = try await PaymentsProcessRig(settings: ["NEXORS_PAYPAL_TIMEOUT": "200ms"])
        rig.standIn.program.send(SIGSTOP)
        await rig.double.begin(20, paidBy: rig.method)
        var page = ""
        // Bounded by the suite's time limit.
        while !page.contains("\"paypal\"") { page = try await rig.payments.page("/readyz") }
        #expect(page.contains("\"status\":\"degraded\""))
        rig.standIn.program.send(SIGCONT)
        _ = await rig.double.captured.wait(forCount: 20)
        try await rig.expectSettled(20, "after a freeze")
        #expect(try await !rig.payments.page("/readyz").contains("\"paypal\""))
        await rig.stop()
    }

    @Test(
        "what is wrong with the settings is told, with code 78",
        arguments: [
            (["NEXORS_FAILPOINT": "payments.nowhere"], "NEXORS_FAILPOINT: the places are"),
            (["NEXORS_PAYPAL_URL": "http://127.0.0.1:1/path"], "NEXORS_PAYPAL_URL: is a scheme"),
            (["NEXORS_DATABASE_URL": "sqlite:relative.db"], "NEXORS_DATABASE_URL: the file"),
            (["NEXORS_PAYPAL_ULR": "http://127.0.0.1:1"], "did you mean NEXORS_PAYPAL_URL?"),
            (["NEXORS_PAYPAL_AUTHORITY": "/none.pem"], "NEXORS_PAYPAL_AUTHORITY: cannot use"),
            (
                [
                    "NEXORS_ENVIRONMENT": "production", "NEXORS_TLS_CERTIFICATE": "a",
                    "NEXORS_TLS_KEY": "b", "NEXORS_TLS_AUTHORITY": "c", "NEXORS_TOKEN_KEYS": "d",
                ], "no stand-in"
            ),
        ]
    )
    func badSettings(settings: [String: String], words: String) async throws {
        let folder = try TemporaryDirectory()
        let payments = try ServiceProcess(
            "payments",
            in: folder,
            settings: [
                "NEXORS_PAYPAL_URL": "http://127.0.0.1:1", "NEXORS_PAYPAL_CLIENT_ID": "a",
                "NEXORS_PAYPAL_CLIENT_SECRET": "b",
            ]
        )
        let program = try await payments.launch(settings)
        #expect(await program.exit() == .code(78))
        _ = try await program.line(with: words)
    }
}
