import Model
import Money
import PaymentsCore
import TestSupport
import Testing
import Timekeeping

@Suite("Ledger")
struct LedgerTests {
    private let receivable = LedgerAccount.atProvider(.providerReceivable, .payPal, .usDollar)
    private let payable = LedgerAccount.own(.fleetPayable, .usDollar)
    private let euroPayable = LedgerAccount.own(.fleetPayable, .euro)
    private let effect = LedgerEffect(.capture, of: Fixture.payment().id, by: 1)

    private func posting(_ entries: [LedgerEntry]) throws(LedgerError) -> LedgerPosting {
        try LedgerPosting(effect: effect, postedAt: Fixture.noon, entries: entries)
    }

    private func code(_ entries: [LedgerEntry]) -> LedgerError.Code? {
        do {
            _ = try posting(entries)
            return nil
        } catch { return error.code }
    }

    @Test("a posting whose sides differ by one minor unit cannot be built")
    func unbalanced() {
        #expect(
            code([LedgerEntry(.debit, receivable, 100), LedgerEntry(.credit, payable, 99)])
                == .unbalanced
        )
        #expect(
            code([LedgerEntry(.debit, receivable, 100), LedgerEntry(.credit, payable, 100)])
                == nil
        )
    }

    @Test("two currencies balance each by itself, never against each other")
    func currencies() {
        #expect(
            code([LedgerEntry(.debit, receivable, 100), LedgerEntry(.credit, euroPayable, 100)])
                == .unbalanced
        )
    }

    @Test("entries of zero or less, too few and too many are refused")
    func bounds() {
        #expect(code([]) == .entryCount)
        #expect(code([LedgerEntry(.debit, receivable, 1)]) == .entryCount)
        #expect(
            code([LedgerEntry(.debit, receivable, 0), LedgerEntry(.credit, payable, 0)])
                == .notPositive
        )
        #expect(
            code([LedgerEntry(.debit, receivable, -1), LedgerEntry(.credit, payable, -1)])
                == .notPositive
        )
        let pair = [LedgerEntry(.debit, receivable, 1), LedgerEntry(.credit, payable, 1)]
        #expect(code(Array(repeating: pair, count: 8).flatMap { $0 }) == nil)
        #expect(code(Array(repeating: pair, count: 9).flatMap { $0 }) == .entryCount)
    }

    @Test("sums that do not fit 64 bits are refused and change nothing")
    func overflow() throws {
        let pair = [LedgerEntry(.debit, receivable, .max), LedgerEntry(.credit, payable, .max)]
        #expect(code(pair + pair) == .overflow)
        var ledger = Ledger()
        _ = try ledger.post(posting(pair))
        let before = ledger.trialBalance
        let more = try LedgerPosting(
            effect: LedgerEffect(.capture, of: Fixture.payment().id, by: 2),
            postedAt: Fixture.noon,
            entries: [LedgerEntry(.debit, receivable, 1), LedgerEntry(.credit, payable, 1)]
        )
        #expect(throws: LedgerError.self) { try ledger.post(more) }
        #expect(ledger.trialBalance == before)
    }

    @Test("holds do not mix with the books")
    func memo() {
        let hold = LedgerAccount.atProvider(.passengerHold, .payPal, .usDollar)
        #expect(
            code([LedgerEntry(.debit, hold, 1), LedgerEntry(.credit, payable, 1)]) == .memoMixed
        )
    }

    @Test("the same effect is booked once, and another content under its id is a contradiction")
    func idempotence() throws {
        var ledger = Ledger()
        let first = try posting([
            LedgerEntry(.debit, receivable, 5), LedgerEntry(.credit, payable, 5),
        ])
        #expect(try ledger.post(first) == .posted)
        #expect(try ledger.post(first) == .repeated)
        #expect(ledger.trialBalance.balance(of: payable) == 5)
        let other = try posting([
            LedgerEntry(.debit, receivable, 6), LedgerEntry(.credit, payable, 6),
        ])
        #expect(throws: LedgerError.self) { try ledger.post(other) }
        #expect(ledger.trialBalance.balance(of: payable) == 5)
    }

    @Test("a trial balance that was tampered with names the currency")
    func tampering() {
        let sound = TrialBalance([
            TrialBalanceLine(account: receivable, sums: LedgerBalance(debits: 5)),
            TrialBalanceLine(account: payable, sums: LedgerBalance(credits: 5)),
        ])
        #expect(sound.unbalancedCurrencies.isEmpty)
        let broken = TrialBalance([
            TrialBalanceLine(account: receivable, sums: LedgerBalance(debits: 5)),
            TrialBalanceLine(account: payable, sums: LedgerBalance(credits: 4)),
        ])
        #expect(broken.unbalancedCurrencies == [.usDollar])
    }

    @Test("ids of effects differ by payment, kind and operation, and keep the payment's time")
    func effectIDs() {
        var ids: Set<PostingID> = []
        for seed in UInt64(1)...200 {
            let payment = Fixture.payment(seed: seed).id
            for kind in LedgerEffect.Kind.allCases {
                for operation in UInt32(0)..<20 {
                    let id = LedgerEffect(kind, of: payment, by: operation).postingID
                    #expect(id.bits >> 80 == payment.bits >> 80)
                    ids.insert(id)
                }
            }
        }
        #expect(ids.count == 200 * 4 * 20)
    }

    @Test("an effect's id is the same on every machine")
    func effectIDVector() {
        let payment = PaymentID(bits: 0x0190_0000_0000_7000_8000_0000_0000_0001)
        let id = LedgerEffect(.capture, of: payment, by: 3).postingID
        #expect(id == LedgerEffect(.capture, of: payment, by: 3).postingID)
        #expect(id.bits >> 76 & 0xF == 8)
        #expect(id.bits >> 62 & 0x3 == 2)
    }
}
