import Delivery
import DeliverySQL
import Messages
import Model
import Money
import PaymentsCore
import PaymentsServer
import ProviderModel
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Payments operations")
struct PaymentsOperationsTests {
    private func code(_ reply: CommandReply) -> StatusCode? { StatusCode(rawValue: reply.code) }

    @Test("hold, capture, ledger and reports agree with the provider to the cent")
    func trip() async throws {
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        let reply = try await rig.send(PaymentsMethods.authorise, held)
        #expect(try PaymentSnapshot(decoding: reply.body).state == PaymentStateCode.created)
        try await rig.settle()
        try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 9_000))
        try await rig.settle()
        let snapshot = try #require(try await rig.snapshot(held.payment))
        #expect(snapshot.state == PaymentStateCode.captured)
        #expect(snapshot.capturedMinorUnits == 9_000)
        #expect(snapshot.fleetMinorUnits == 7_083)
        // 3.49 % of 90.00 rounded half up, and 0.49.
        #expect(snapshot.providerFeeMinorUnits == 363)
        let ledger = try await rig.ledger()
        #expect(ledger.isBalanced)
        #expect(ledger.balance(.providerReceivable) == 8_637)
        #expect(ledger.balance(.passengerHold) == 0)
        #expect(rig.transport.totals?.capturedUnits == 9_000)
        let reports = try await rig.reports()
        #expect(reports.map(\.kind.known) == [.authorised, .captured])
        #expect(reports.map(\.sequence) == [1, 2])
        #expect(reports.allSatisfy { $0.booking == held.booking })
    }

    @Test("an order that needs a second call is authorised by it")
    func twoCalls() async throws {
        let rig = try await PaymentsRig()
        rig.transport.model.withLock { $0.settings.authorisesOnCreate = false }
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.settle()
        #expect(try await rig.state(held.payment) == .authorised)
        #expect(rig.transport.totals?.authorizationCount == 1)
    }

    @Test("a void lets go; a decline says why; both are told")
    func voidAndDecline() async throws {
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        let declined = rig.authorisation(try await rig.method(token: "declined-1"))
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.send(PaymentsMethods.void, rig.void(held))
        try await rig.send(PaymentsMethods.authorise, declined)
        try await rig.settle()
        #expect(try await rig.state(held.payment) == .voided)
        let end = try #require(try await rig.snapshot(declined.payment))
        #expect(end.state == PaymentStateCode.declined)
        #expect(end.problem == PaymentProblemCode.instrumentDeclined)
        #expect(rig.transport.totals?.voidCount == 1)
        let ledger = try await rig.ledger()
        #expect(ledger.isBalanced && ledger.balance(.passengerHold) == 0)
    }

    @Test(
        "a method that there is not, is another partner's or is switched off declines without a call"
    )
    func unknownMethod() async throws {
        let rig = try await PaymentsRig()
        let method = try await rig.method()
        var request = rig.authorisation(method)
        request.paymentMethod = rig.id()
        try await rig.send(PaymentsMethods.authorise, request)
        var foreign = rig.authorisation(method)
        foreign.partner = rig.id()
        try await rig.send(PaymentsMethods.authorise, foreign)
        var off = method
        off.revision = 2
        off.isActive = false
        try await rig.send(PaymentsMethods.applyPaymentAccount, off)
        try await rig.send(PaymentsMethods.authorise, rig.authorisation(method))
        let reports = try await rig.reports()
        #expect(reports.map(\.kind.known) == [.declined, .declined, .declined])
        #expect(reports.allSatisfy { $0.problem == PaymentProblemCode.methodUnknown })
        try await rig.settle()
        #expect(rig.transport.model.withLock { $0.callCount } == 0)
    }

    @Test("the same key is answered the same; the same payment under another key holds once")
    func idempotence() async throws {
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        let key: IdempotencyKey = rig.id()
        let first = try await rig.send(PaymentsMethods.authorise, held, key: key)
        try await rig.settle()
        #expect(try await rig.send(PaymentsMethods.authorise, held, key: key) == first)
        let other = try await rig.send(PaymentsMethods.authorise, held)
        #expect(other.isOK)
        try await rig.settle()
        #expect(rig.transport.totals?.authorizationCount == 1)
        var changed = held
        changed.amountMinorUnits += 1
        let conflict = try await rig.send(PaymentsMethods.authorise, changed)
        #expect(code(conflict) == .alreadyExists)
        #expect(conflict.subCode == PaymentsSubCode.paymentDiffers.rawValue)
        let reused = try await rig.send(PaymentsMethods.authorise, changed, key: key)
        #expect(code(reused) == .failedPrecondition)
    }

    @Test("two captures under two keys take once; the second is told that nothing is held")
    func captureTwice() async throws {
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 10_000))
        try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 10_000))
        try await rig.settle()
        #expect(rig.transport.totals?.capturedUnits == 10_000)
        let kinds = try await rig.reports().map(\.kind.known)
        #expect(kinds == [.authorised, .captured, .captureFailed])
    }

    @Test("another tenant's payment is not found, and neither is one under another booking")
    func isolation() async throws {
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.settle()
        let capture = rig.capture(held, cents: 1)
        let foreign = try await rig.send(
            PaymentsMethods.capture,
            capture,
            tenant: TenantID(8)
        )
        #expect(code(foreign) == .notFound)
        var wrong = capture
        wrong.booking = rig.id()
        #expect(code(try await rig.send(PaymentsMethods.capture, wrong)) == .notFound)
        let read = try await rig.store.read { session throws(StorageError) in
            try PaymentsQueries.payment(
                GetPaymentRequest.with { $0.payment = held.payment },
                of: TenantID(8),
                in: session
            )
        }
        #expect(read == nil)
    }

    @Test("malformed bodies, no amount, no currency and unknown methods change nothing")
    func refusals() async throws {
        let rig = try await PaymentsRig()
        let good = rig.authorisation(try await rig.method())
        var free = good
        free.amountMinorUnits = 0
        #expect(code(try await rig.send(PaymentsMethods.authorise, free)) == .invalidArgument)
        var nowhere = good
        nowhere.currency = nil
        #expect(code(try await rig.send(PaymentsMethods.authorise, nowhere)) == .invalidArgument)
        for (method, expected) in [(UInt16(1), StatusCode.invalidArgument), (99, .unimplemented)] {
            let command = Command(
                destination: .payments,
                method: method,
                key: rig.id(),
                tenant: PaymentsRig.tenant,
                subject: "",
                body: [1, 2, 3]
            )
            let reply = try await rig.executor.execute(
                command,
                at: rig.time.wallTime,
                on: rig.store
            )
            #expect(code(reply) == expected)
        }
        #expect(try await rig.reports().isEmpty)
    }

    @Test("what looks like a card number is refused as a method's token, label or account")
    func cardNumbers() async throws {
        let rig = try await PaymentsRig()
        let good = try await rig.method()
        for field in [
            \ApplyPaymentAccountRequest.vaultToken, \ApplyPaymentAccountRequest.label,
            \ApplyPaymentAccountRequest.merchantReference,
        ] {
            var bad = good
            bad.revision = 9
            bad[keyPath: field] = "4111111111111111"
            let reply = try await rig.send(PaymentsMethods.applyPaymentAccount, bad)
            #expect(code(reply) == .invalidArgument)
        }
        var noted = rig.authorisation(good)
        noted.description = "card 4111 1111 1111 1111"
        #expect(code(try await rig.send(PaymentsMethods.authorise, noted)) == .invalidArgument)
    }

    @Test("an older revision of a method is refused, the same one again is not")
    func revisions() async throws {
        let rig = try await PaymentsRig()
        let method = try await rig.method()
        #expect(try await rig.send(PaymentsMethods.applyPaymentAccount, method).isOK)
        var same = method
        same.label = "changed"
        let stale = try await rig.send(PaymentsMethods.applyPaymentAccount, same)
        #expect(stale.subCode == PaymentsSubCode.revisionStale.rawValue)
        same.revision = 2
        #expect(try await rig.send(PaymentsMethods.applyPaymentAccount, same).isOK)
    }

    @Test("a hold that runs out is told and booked by the worker")
    func expiry() async throws {
        let rig = try await PaymentsRig()
        rig.transport.model.withLock { $0.settings.authorizationLifetime = .seconds(3600) }
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        try await rig.settle()
        rig.time.advance(by: .seconds(3599))
        await rig.worker.runDue()
        #expect(try await rig.state(held.payment) == .authorised)
        rig.time.advance(by: .seconds(1))
        await rig.worker.runDue()
        #expect(try await rig.state(held.payment) == .expired)
        #expect(try await rig.reports().last?.kind.known == .expired)
        #expect(try await rig.ledger().balance(.passengerHold) == 0)
    }

    @Test("figures count what is open, taken and waiting")
    func status() async throws {
        let rig = try await PaymentsRig()
        let held = rig.authorisation(try await rig.method())
        try await rig.send(PaymentsMethods.authorise, held)
        func status() async throws -> PaymentsStatusReply {
            try await rig.store.read { session throws(StorageError) in
                try PaymentsQueries.status(of: nil, in: session)
            }
        }
        #expect(try await status().operationCount == 1)
        rig.transport.plan(.dropAfter, of: .createOrder)
        await rig.worker.runDue()
        #expect(try await status().unknownCount == 1)
        try await rig.settle()
        try await rig.send(PaymentsMethods.capture, rig.capture(held, cents: 5))
        try await rig.settle()
        let end = try await status()
        #expect(end.operationCount == 0)
        #expect(end.authorisedTotal == 1 && end.capturedTotal == 1)
        #expect(end.outboxCount == 2)
    }
}
