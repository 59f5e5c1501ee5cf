import Model
import Money
import PaymentsCore
import TestSupport
import Testing
import Timekeeping

@Suite("Payment")
struct PaymentTests {
    @Test("the start asks the provider once, under a key made of payment, ordinal and kind")
    func start() throws {
        var payment = Fixture.payment()
        let operation = try #require(payment.apply(.start, at: Fixture.noon).asked.first)
        #expect(operation.kind == .open)
        #expect(operation.key == "\(payment.id)-1-open")
        #expect(operation.nextCall == .perform)
        #expect(try payment.apply(.start, at: Fixture.noon).isEmpty)
    }

    @Test("keys fit the smallest provider's 64 characters at the largest ordinal")
    func keyLength() {
        for kind in ProviderOperation.Kind.allCases {
            let key = ProviderOperation.key(of: Fixture.payment().id, ordinal: .max, kind: kind)
            #expect(key.utf8.count <= ProviderOperation.keyCharacterCountMax)
        }
    }

    @Test("an order that needs a second call is authorised under a key of its own")
    func twoCalls() throws {
        var payment = Fixture.payment()
        let open = try payment.apply(.start, at: Fixture.noon).asked[0]
        let authorise = try payment.answer(.succeeded(.opened(order: "O-1"))).asked[0]
        #expect(authorise.kind == .authorise)
        #expect(authorise.target == "O-1")
        #expect(authorise.key != open.key)
        let actions = try payment.answer(Fixture.held())
        #expect(payment.state == .authorised)
        #expect(actions.told == [.authorised(expiresAt: nil)])
    }

    @Test("a hold, a capture and its posting: fee, shares and hold balance to the cent")
    func capture() throws {
        var payment = try Payment.authorised()
        var ledger = Ledger()
        let asked = try payment.apply(
            .wish(.capture(Fixture.dollars(9_000), isFinal: true)),
            at: Fixture.noon
        ).asked[0]
        #expect(asked.target == "A-1")
        #expect(asked.isFinal)
        let actions = try payment.answer(Fixture.captured(9_000, fee: 349))
        #expect(actions.told == [.captured(Fixture.dollars(9_000))])
        #expect(payment.state == .captured)
        #expect(payment.heldMinorUnits == 0)
        for posting in actions.posted { _ = try ledger.post(posting) }
        let trial = ledger.trialBalance
        // 90.00 with 8 % inside is 83.33 + 6.67; 15 % of 83.33 is 12.50; the fleet keeps the rest.
        #expect(trial.balance(of: .own(.taxPayable, .usDollar)) == 667)
        #expect(trial.balance(of: .own(.commissionRevenue, .usDollar)) == 1250)
        #expect(trial.balance(of: .own(.fleetPayable, .usDollar)) == 7083)
        #expect(trial.balance(of: .atProvider(.providerFee, .payPal, .usDollar)) == 349)
        #expect(trial.balance(of: .atProvider(.providerReceivable, .payPal, .usDollar)) == 8651)
    }

    @Test("more than is held is refused without asking; exactly what is held is asked")
    func captureBoundary() throws {
        var payment = try Payment.authorised()
        let over = try payment.apply(
            .wish(.capture(Fixture.dollars(10_001), isFinal: true)),
            at: Fixture.noon
        )
        #expect(over == [.tell(.captureFailed(.exceedsHold))])
        let exact = try payment.apply(
            .wish(.capture(Fixture.dollars(10_000), isFinal: false)),
            at: Fixture.noon
        )
        #expect(exact.asked.first?.isFinal == true)
    }

    @Test(
        "an amount that is no amount is refused",
        arguments: [
            Fixture.dollars(0), Fixture.dollars(-1), Amount(minorUnits: 100, currency: .euro),
        ]
    )
    func invalidAmount(amount: Amount) throws {
        var payment = try Payment.authorised()
        let actions = try payment.apply(.wish(.capture(amount, isFinal: true)), at: Fixture.noon)
        #expect(actions == [.tell(.captureFailed(.amountInvalid))])
    }

    @Test("a time-out keeps the key and asks the same again; nothing new is charged")
    func timeout() throws {
        var payment = try Payment.authorised()
        let first = try payment.apply(
            .wish(.capture(Fixture.dollars(10_000), isFinal: true)),
            at: Fixture.noon
        ).asked[0]
        let again = try payment.answer(.unknown(.timeout)).asked[0]
        #expect(payment.state == .unknown)
        #expect(again.key == first.key)
        #expect(again.ordinal == first.ordinal)
        #expect(again.nextCall == .perform)
        _ = try payment.answer(Fixture.captured(10_000))
        #expect(payment.capturedMinorUnits == 10_000)
    }

    @Test("already done is read back, and not found is called again with the same key")
    func readBack() throws {
        var payment = try Payment.authorised()
        _ = try payment.apply(.wish(.void), at: Fixture.noon)
        let read = try payment.answer(.unknown(.alreadyDone)).asked[0]
        #expect(read.nextCall == .readBack)
        let call = try payment.answer(.unknown(.notThere)).asked[0]
        #expect(call.nextCall == .perform)
        #expect(call.key == read.key)
    }

    @Test("once the key is old the call is not repeated: it is read back, then a person looks")
    func oldKey() throws {
        var payment = try Payment.authorised()
        _ = try payment.apply(
            .wish(.capture(Fixture.dollars(10_000), isFinal: true)),
            at: Fixture.noon
        )
        let young = Fixture.noon.advanced(by: Payment.keyLifetime - .microseconds(1))
        #expect(try payment.answer(.unknown(.timeout), at: young).asked[0].nextCall == .perform)
        let old = Fixture.noon.advanced(by: Payment.keyLifetime)
        #expect(try payment.answer(.unknown(.timeout), at: old).asked[0].nextCall == .readBack)
        let end = try payment.answer(.unknown(.notThere), at: old)
        #expect(end == [.alert(.keyLifetimeOver)])
        #expect(payment.state == .unknown)
        // The operator finds out and says so.
        _ = try payment.answer(Fixture.captured(10_000), at: old)
        #expect(payment.state == .captured)
    }

    @Test("an order whose name we never learned is not made twice: with an old key a person looks")
    func oldKeyWithoutOrder() throws {
        var payment = Fixture.payment()
        _ = try payment.apply(.start, at: Fixture.noon)
        let old = Fixture.noon.advanced(by: Payment.keyLifetime)
        #expect(try payment.answer(.unknown(.timeout), at: old) == [.alert(.keyLifetimeOver)])
    }

    @Test("an answer that contradicts the wish is not booked")
    func contradiction() throws {
        var payment = try Payment.authorised()
        _ = try payment.apply(
            .wish(.capture(Fixture.dollars(10_000), isFinal: true)),
            at: Fixture.noon
        )
        let actions = try payment.answer(Fixture.captured(10_001))
        #expect(actions == [.alert(.answerContradicts)])
        #expect(payment.capturedMinorUnits == 0)
        let fee = try payment.answer(Fixture.captured(10_000, fee: 10_001))
        #expect(fee.posted.isEmpty)
    }

    @Test("a late or doubled answer changes nothing")
    func lateAnswer() throws {
        var payment = try Payment.authorised()
        _ = try payment.apply(
            .wish(.capture(Fixture.dollars(10_000), isFinal: true)),
            at: Fixture.noon
        )
        _ = try payment.answer(Fixture.captured(10_000))
        let before = payment
        #expect(try payment.answer(Fixture.captured(10_000)).isEmpty)
        #expect(try payment.answer(.failed(.instrumentDeclined)).isEmpty)
        #expect(
            try payment.apply(.answered(operation: 1, Fixture.held()), at: Fixture.noon).isEmpty
        )
        #expect(payment == before)
    }

    @Test("a void behind an authorisation under way waits for its outcome, then lets go")
    func voidWhileAuthorising() throws {
        var payment = Fixture.payment()
        _ = try payment.apply(.start, at: Fixture.noon)
        #expect(try payment.apply(.wish(.void), at: Fixture.noon).isEmpty)
        let actions = try payment.answer(Fixture.held())
        #expect(actions.asked.map(\.kind) == [.void])
        #expect(try payment.answer(.succeeded(.released)).told == [.voided])
        #expect(payment.state == .voided)
    }

    @Test("a void behind a decline finds nothing held and says so")
    func voidAfterDecline() throws {
        var payment = Fixture.payment()
        _ = try payment.apply(.start, at: Fixture.noon)
        _ = try payment.apply(.wish(.void), at: Fixture.noon)
        let actions = try payment.answer(.failed(.instrumentDeclined))
        #expect(actions.told == [.declined(.instrumentDeclined), .voided])
        #expect(payment.state == .declined)
    }

    @Test("a capture behind a capture finds nothing held: at most one is taken")
    func secondCapture() throws {
        var payment = try Payment.authorised()
        let wish = PaymentEvent.wish(.capture(Fixture.dollars(10_000), isFinal: true))
        _ = try payment.apply(wish, at: Fixture.noon)
        #expect(try payment.apply(wish, at: Fixture.noon).isEmpty)
        let actions = try payment.answer(Fixture.captured(10_000))
        #expect(actions.told == [.captured(Fixture.dollars(10_000)), .captureFailed(.nothingHeld)])
        #expect(actions.asked.isEmpty)
    }

    @Test("a hold runs out at its instant, not before")
    func expiry() throws {
        let end = Fixture.noon.advanced(by: .seconds(60))
        var payment = try Payment.authorised(until: end)
        #expect(try payment.apply(.clock, at: end.advanced(by: .microseconds(-1))).isEmpty)
        let actions = try payment.apply(.clock, at: end)
        #expect(actions.told == [.expired])
        #expect(actions.posted.count == 1)
        #expect(payment.state == .expired)
        let late = try payment.apply(
            .wish(.capture(Fixture.dollars(1), isFinal: true)),
            at: end
        )
        #expect(late == [.tell(.captureFailed(.holdExpired))])
    }

    @Test("while a capture is under way the hold does not run out: the answer decides")
    func expiryWhileBusy() throws {
        let end = Fixture.noon.advanced(by: .seconds(60))
        var payment = try Payment.authorised(until: end)
        _ = try payment.apply(
            .wish(.capture(Fixture.dollars(10_000), isFinal: true)),
            at: Fixture.noon
        )
        #expect(try payment.apply(.clock, at: end).isEmpty)
        let actions = try payment.answer(.failed(.holdExpired), at: end)
        #expect(actions.told == [.captureFailed(.holdExpired)])
        #expect(payment.state == .expired)
    }

    @Test("a declined capture leaves the hold, and the next try has another key")
    func declinedCapture() throws {
        var payment = try Payment.authorised()
        let wish = PaymentEvent.wish(.capture(Fixture.dollars(10_000), isFinal: true))
        let first = try payment.apply(wish, at: Fixture.noon).asked[0]
        _ = try payment.answer(.failed(.instrumentDeclined))
        #expect(payment.state == .authorised)
        let second = try payment.apply(wish, at: Fixture.noon).asked[0]
        #expect(second.key != first.key)
    }

    @Test("a pending capture shows as processing and is read back until it is decided")
    func pending() throws {
        var payment = try Payment.authorised()
        _ = try payment.apply(
            .wish(.capture(Fixture.dollars(10_000), isFinal: true)),
            at: Fixture.noon
        )
        let read = try payment.answer(.succeeded(.pending)).asked[0]
        #expect(payment.state == .processing)
        #expect(read.nextCall == .readBack)
        // A day later it is still pending: reading goes on, nobody is alarmed.
        let later = Fixture.noon.advanced(by: .seconds(86_400))
        #expect(try payment.answer(.succeeded(.pending), at: later).alerts.isEmpty)
        _ = try payment.answer(Fixture.captured(10_000), at: later)
        #expect(payment.state == .captured)
    }

    @Test("a payer who has to approve: told once, then authorised, or given up in time")
    func payerAction() throws {
        var payment = Fixture.payment()
        _ = try payment.apply(.start, at: Fixture.noon)
        let actions = try payment.answer(.succeeded(.payerMustAct(order: "O-1")))
        #expect(actions.told == [.requiresAction])
        #expect(payment.state == .requiresAction)
        var lapsed = payment
        let end = Fixture.noon.advanced(by: Payment.approvalLifetime)
        #expect(try lapsed.apply(.clock, at: end).told == [.expired])
        let asked = try payment.apply(.payerApproved, at: Fixture.noon).asked
        #expect(asked.map(\.kind) == [.authorise])
        _ = try payment.answer(Fixture.held())
        #expect(payment.state == .authorised)
    }

    @Test("the ninth wish behind an operation is refused")
    func wishLimit() throws {
        var payment = Fixture.payment()
        _ = try payment.apply(.start, at: Fixture.noon)
        for _ in 0..<Payment.wishCountMax {
            #expect(try payment.apply(.wish(.void), at: Fixture.noon).isEmpty)
        }
        let actions = try payment.apply(.wish(.void), at: Fixture.noon)
        #expect(actions == [.tell(.voidFailed(.tooManyWishes))])
    }

    @Test("the waits between tries double and stop at half a minute")
    func retryDelays() {
        let delays = (0...9).map { ProviderRetry.delay(afterAttempts: $0) }
        #expect(delays.prefix(3) == [.milliseconds(500), .milliseconds(500), .seconds(1)])
        #expect(delays.last == ProviderRetry.delayMax)
        #expect(ProviderRetry.delay(afterAttempts: .max) == ProviderRetry.delayMax)
    }
}
