import Foundation
import Messages
import Model
import ProcessSupport
import TestSupport
import Testing

/// The program `payments` between a stand-in of PayPal and a double of dispatch.
struct PaymentsProcessRig {
    let folder: TemporaryDirectory
    let standIn: StandInProcess
    let double: DispatchDouble
    let payments: ServiceProcess
    let method: ApplyPaymentAccountRequest

    /// Starts all three and sets up a payment method.
    ///
    /// - Parameter database: The store's URL; `nil` is a file of SQLite.
    init(
        database: String? = nil,
        seed: UInt64 = 1,
        settings: [String: String] = [:]
    ) async throws {
        folder = try TemporaryDirectory()
        standIn = try await StandInProcess()
        double = try DispatchDouble(seed: seed)
        var all = standIn.settings.merging(settings) { _, wanted in wanted }
        all["NEXORS_DISPATCH_ENDPOINTS"] = "127.0.0.1:\(double.port)"
        if let database { all["NEXORS_DATABASE_URL"] = database }
        payments = try ServiceProcess("payments", in: folder, settings: all)
        try await payments.start()
        try await double.start(payments: payments.callPort)
        method = try await double.addMethod()
    }

    func stop() async {
        await payments.kill()
        await double.stop()
        standIn.program.send(SIGKILL)
    }

    /// Checks that money is right to the cent on both sides once `count` trips were captured.
    func expectSettled(_ count: Int, _ comment: Comment) async throws {
        let trips = await double.allTrips()
        let captures = try await standIn.captures()
        let wanted = trips.reduce(into: [:]) { amounts, trip in
            amounts[trip.held.payment.description] = trip.capture.amountMinorUnits
        }
        let total = wanted.values.reduce(0, +)
        #expect(trips.count == count, comment)
        #expect(captures.count == count, comment)
        // Each payment once, with its own amount.
        #expect(captures.allSatisfy { $0.status == "COMPLETED" }, comment)
        let taken = captures.map { ($0.paymentID ?? "", $0.amount) }
        #expect(Dictionary(taken, uniquingKeysWith: +) == wanted, comment)

        let totals = try #require(try await standIn.totals(), comment)
        #expect(totals.captured == total, comment)
        #expect(totals.authorizations == count, comment)
        #expect(totals.overCaptured == 0, comment)
        let ledger = try await double.call(PaymentsMethods.ledgerSummary, LedgerSummaryRequest())
        #expect(ledger.isBalanced, comment)
        #expect(ledger.balance(.providerFee) == totals.fees, comment)
        #expect(ledger.balance(.providerReceivable) == total - totals.fees, comment)
        #expect(ledger.balance(.passengerHold) == 0, comment)

        // Dispatch heard of each step once, in order.
        #expect(trips.allSatisfy { $0.kinds == [.authorised, .captured] }, comment)
        #expect(double.failures.elements.isEmpty, comment)
        #expect(double.refused.elements.isEmpty, comment)
        let status = try await double.call(PaymentsMethods.status, StatusRequest())
        #expect(status.capturedTotal == UInt64(count), comment)
        #expect(status.reviewCount == 0, comment)
        #expect(status.operationCount == 0, comment)
    }
}

extension LedgerSummaryReply {
    /// The balance of an account, its usual side positive.
    func balance(_ code: LedgerAccountCode) -> Int64 {
        guard let line = accounts.first(where: { $0.account == code }) else { return 0 }
        switch code {
        case .providerReceivable, .providerFee, .passengerHold:
            return line.debitMinorUnits - line.creditMinorUnits
        case .fleetPayable, .commissionRevenue, .taxPayable, .holdContra:
            return line.creditMinorUnits - line.debitMinorUnits
        }
    }
}
