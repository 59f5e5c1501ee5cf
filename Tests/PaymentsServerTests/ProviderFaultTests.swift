import Messages
import Model
import PaymentsCore
import PaymentsServer
import ProviderModel
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Testing
import Timekeeping

@Suite("Provider faults")
struct ProviderFaultTests {
    /// Faults after which the operation must still end well, once the provider behaves again.
    private static let passing: [ModelFault] = [
        .errorBefore, .errorAfter, .unavailable, .tooMany, .inProgress, .hangBefore, .hangAfter,
        .dropBefore, .dropAfter, .slow, .garble, .pending,
    ]

    @Test(
        "whatever goes wrong on the way, a trip is captured once and the ledgers agree",
        arguments: [ModelOperation.token, .createOrder, .authorize, .capture],
        passing
    )
    func once(operation: ModelOperation, fault: ModelFault) async throws {
        let rig = try await PaymentsRig()
        rig.transport.model.withLock { $0.settings.authorisesOnCreate = operation != .authorize }
        rig.transport.plan(fault, of: operation, count: 3)
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.settle()
        try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 9_999))
        try await rig.settle()
        #expect(try await rig.state(held.payment) == .captured)
        #expect(rig.transport.totals?.captureCount == 1)
        #expect(rig.transport.totals?.authorizationCount == 1)
        let ledger = try await rig.ledger()
        #expect(ledger.isBalanced)
        #expect(ledger.balance(.providerFee) == rig.transport.totals?.feeUnits)
        #expect(
            ledger.balance(.providerReceivable) + ledger.balance(.providerFee)
                == rig.transport.totals?.capturedUnits
        )
    }

    @Test("a capture that answers 201 and says DECLINED is no capture; the hold stays")
    func declinedInside() async throws {
        let rig = try await PaymentsRig()
        rig.transport.plan(.declineInside, of: .capture)
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 10_000))
        try await rig.settle()
        #expect(try await rig.state(held.payment) == .authorised)
        #expect(try await rig.reports().last?.kind.known == .captureFailed)
        #expect(try await rig.ledger().balance(.providerReceivable) == 0)
    }

    @Test(
        "a crash between the provider's answer and its record: asked again, done once",
        arguments: [ModelOperation.createOrder, .capture, .void]
    )
    func crash(operation: ModelOperation) async throws {
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        if operation != .createOrder {
            try await rig.settle()
            if operation == .capture {
                try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 10_000))
            } else {
                try await rig.send(PaymentsMethods.void, rig.void(held))
            }
        }
        // The provider does it, and the process dies before it can record the answer.
        let id = held.payment
        let payment = try #require(
            try await rig.store.read { session throws(StorageError) in
                try PaymentTable.find(id, of: PaymentsRig.tenant, in: session)
            }
        )
        let token = PayPalRequests.token(basicCredentials: PaymentsRig.credentials)
        let access = try #require(PayPalToken(rig.transport.reply(to: token)))
        let asked = try #require(payment.operation)
        let request = try #require(
            PayPalRequests.request(
                for: asked,
                of: payment,
                accessToken: access.text
            )
        )
        guard case .response(200...204, _) = rig.transport.reply(to: request) else {
            Issue.record("the provider did not do it")
            return
        }
        try await rig.restart()
        let before = rig.time.wallTime
        try await rig.settle()
        #expect(before.duration(to: rig.time.wallTime) < .seconds(60))
        #expect(rig.transport.totals?.authorizationCount == 1)
        #expect(rig.transport.totals?.captureCount == (operation == .capture ? 1 : 0))
        let state = try await rig.state(held.payment)
        switch operation {
        case .capture: #expect(state == .captured)
        case .void: #expect(state == .voided)
        default: #expect(state == .authorised)
        }
        #expect(try await rig.ledger().isBalanced)
    }

    @Test("a provider that never comes back: no second charge, and a person is asked for")
    func neverBack() async throws {
        let rig = try await PaymentsRig()
        rig.transport.plan(.hangAfter, of: .createOrder, count: 100_000)
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        for _ in 0..<700 {
            await rig.worker.runDue()
            rig.time.advance(by: ProviderRetry.delayMax)
        }
        let status = try await rig.store.read { session throws(StorageError) in
            try PaymentsQueries.status(of: PaymentsRig.tenant, in: session)
        }
        #expect(status.reviewCount == 1)
        #expect(status.operationCount == 0)
        #expect(rig.transport.totals?.authorizationCount == 1)
        #expect(try await rig.state(held.payment) == .unknown)
    }

    @Test(
        "random trips, faults and restarts end with both ledgers equal to the cent",
        arguments: 1...4
    )
    func random(seed: UInt64) async throws {
        let rig = try await PaymentsRig()
        var generator = SeededGenerator(seed: seed)
        let method = try await rig.method()
        var trips: [AuthoriseRequest] = []
        for _ in 0..<25 {
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let fault = Self.passing.randomElement(using: &generator)!
                rig.transport.plan(fault, of: nil, count: 1)
            }
            let cents = Int64.random(in: 1...50_000, using: &generator)
            let trip = rig.authorisation(method, cents: cents)
            trips.append(trip)
            try await rig.send(PaymentsMethods.authorise, trip)
            if Bool.random(using: &generator) { await rig.worker.runDue() }
            if Int.random(in: 0..<4, using: &generator) == 0 {
                try await rig.send(PaymentsMethods.void, rig.void(trip))
            } else {
                let part = Int64.random(in: 1...cents, using: &generator)
                try await rig.send(PaymentsMethods.capture, rig.capture(trip, cents: part))
            }
            if Int.random(in: 0..<8, using: &generator) == 0 { try await rig.restart() }
            rig.time.advance(by: .milliseconds(700))
        }
        try await rig.settle()
        var captured: Int64 = 0
        for trip in trips {
            let end = try #require(try await rig.snapshot(trip.payment), "seed \(seed)")
            #expect([.captured, .voided].contains(end.state.known), "seed \(seed)")
            captured += end.capturedMinorUnits
        }
        let ledger = try await rig.ledger()
        let totals = try #require(rig.transport.totals)
        #expect(ledger.isBalanced, "seed \(seed)")
        #expect(totals.capturedUnits == captured, "seed \(seed)")
        #expect(totals.authorizationCount == trips.count, "seed \(seed)")
        #expect(totals.overCapturedCount == 0, "seed \(seed)")
        #expect(
            ledger.balance(.providerReceivable) + ledger.balance(.providerFee) == captured,
            "seed \(seed)"
        )
        #expect(ledger.balance(.passengerHold) == 0, "seed \(seed)")
    }
}
