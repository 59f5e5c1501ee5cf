import Model
import Money
import PaymentsCore
import TestSupport
import Testing
import Timekeeping

/// A provider that keeps its own books by key: what a repeated key did once, it answers again.
private struct BookkeepingProvider {
    var done: [String: ProviderResult] = [:]
    var captured: Int64 = 0
    var refunded: Int64 = 0
    var fees: Int64 = 0

    mutating func perform(
        _ operation: ProviderOperation,
        _ generator: inout SeededGenerator
    ) -> ProviderOutcome {
        if let result = done[operation.key] { return .succeeded(result) }
        if operation.nextCall == .readBack { return .unknown(.notThere) }
        if Int.random(in: 0..<12, using: &generator) == 0 { return .failed(.instrumentDeclined) }
        let result = effect(of: operation, &generator)
        done[operation.key] = result
        return .succeeded(result)
    }

    private mutating func effect(
        of operation: ProviderOperation,
        _ generator: inout SeededGenerator
    ) -> ProviderResult {
        switch operation.kind {
        case .open:
            return Bool.random(using: &generator)
                ? .opened(order: "O")
                : .held(order: "O", authorisation: "A", amount: operation.amount!, expiresAt: nil)
        case .authorise:
            return .held(order: "O", authorisation: "A", amount: operation.amount!, expiresAt: nil)
        case .capture:
            let amount = operation.amount!
            let fee = Int64.random(in: 0...amount.minorUnits, using: &generator)
            captured += amount.minorUnits
            fees += fee
            return .captured(
                capture: operation.key,
                amount: amount,
                fee: Amount(minorUnits: fee, currency: amount.currency)
            )
        case .void:
            return .released
        case .refund:
            let amount = operation.amount!
            refunded += amount.minorUnits
            return .refunded(
                refund: operation.key,
                amount: amount,
                feeReturned: .zero(amount.currency)
            )
        }
    }
}

@Suite("Payment histories")
struct PaymentHistoryTests {
    /// One random history; returns how many provider calls were lost on the way.
    private func run(_ generator: inout SeededGenerator) throws -> Int {
        let whole = Int64.random(in: 1...20_000, using: &generator)
        let terms = PaymentTerms(
            commissionBasisPoints: .random(in: 0...10_000, using: &generator),
            taxBasisPoints: .random(in: 0...10_000, using: &generator)
        )!
        var payment = Fixture.payment(Fixture.dollars(whole), seed: generator.next(), terms: terms)
        var provider = BookkeepingProvider()
        var ledger = Ledger()
        var now = Fixture.noon
        var lost = 0
        var queue = try payment.apply(.start, at: now)
        for _ in 0..<Int.random(in: 5...40, using: &generator) {
            now = now.advanced(by: .seconds(Int64.random(in: 0...400, using: &generator)))
            if let operation = payment.operation, payment.isBusy,
                Int.random(in: 0..<3, using: &generator) > 0
            {
                var outcome = provider.perform(operation, &generator)
                // The effect took place, and its answer never came.
                if Int.random(in: 0..<3, using: &generator) == 0 {
                    outcome = .unknown(.allCases.randomElement(using: &generator)!)
                    lost += 1
                }
                queue = try payment.answer(outcome, at: now)
            } else {
                queue = try payment.apply(event(whole, &generator), at: now)
            }
            for posting in queue.posted {
                try hold(ledger.post(posting) == .posted, "posted twice")
                try hold(ledger.post(posting) == .repeated, "a repeat was booked")
            }
            try hold(ledger.trialBalance.unbalancedCurrencies.isEmpty, "unbalanced")
            try hold(payment.invariantsHold, "sums or states contradict each other")
        }
        try finish(&payment, &provider, &ledger, &generator, at: now)
        try compare(payment, provider, ledger)
        return lost
    }

    private func event(_ whole: Int64, _ generator: inout SeededGenerator) -> PaymentEvent {
        let cents = Int64.random(in: 0...(whole + 1), using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1:
            return .wish(.capture(Fixture.dollars(cents), isFinal: Bool.random(using: &generator)))
        case 2: return Int.random(in: 0..<4, using: &generator) == 0 ? .wish(.void) : .clock
        case 3, 4: return .wish(.refund(Fixture.dollars(cents)))
        default: return .start
        }
    }

    /// Answers everything that is under way, so that both sides have seen all effects.
    private func finish(
        _ payment: inout Payment,
        _ provider: inout BookkeepingProvider,
        _ ledger: inout Ledger,
        _ generator: inout SeededGenerator,
        at now: WallTime
    ) throws {
        var steps = 0
        while payment.isBusy, let operation = payment.operation {
            steps += 1
            try hold(steps < 100, "the payment does not come to rest")
            let actions = try payment.answer(provider.perform(operation, &generator), at: now)
            for posting in actions.posted { _ = try ledger.post(posting) }
        }
    }

    private func compare(
        _ payment: Payment,
        _ provider: BookkeepingProvider,
        _ ledger: Ledger
    ) throws {
        try hold(payment.capturedMinorUnits == provider.captured, "captured differs")
        try hold(payment.refundedMinorUnits == provider.refunded, "refunded differs")
        let trial = ledger.trialBalance
        func at(_ kind: LedgerAccount.Kind) -> Int64 {
            trial.balance(of: .atProvider(kind, .payPal, .usDollar))
        }
        func own(_ kind: LedgerAccount.Kind) -> Int64 { trial.balance(of: .own(kind, .usDollar)) }
        let net = provider.captured - provider.refunded
        let owed = [own(.fleetPayable), own(.commissionRevenue), own(.taxPayable)]
        try hold(at(.providerFee) == provider.fees, "fees differ")
        try hold(at(.providerReceivable) == net - provider.fees, "the receivable differs")
        try hold(owed.reduce(0, +) == net, "what is owed differs")
        try hold(owed.allSatisfy { $0 >= 0 }, "somebody owes what he never had: \(owed)")
        try hold(at(.passengerHold) == payment.heldMinorUnits, "the hold differs")
        if payment.state == .refunded {
            try hold(owed == [0, 0, 0], "a refunded fare left something: \(owed)")
        }
    }

    @Test("money is conserved and agrees with the provider, whatever is asked and lost")
    func random() throws {
        var lost = 0
        try forAll(seed: 4711, count: 4000) { lost += try run(&$0) }
        #expect(lost > 1000, "the histories lose too few answers to prove anything")
    }
}
