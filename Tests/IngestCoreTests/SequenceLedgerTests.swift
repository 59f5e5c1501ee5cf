import IngestCore
import TestSupport
import Testing

@Suite("Sequence ledger")
struct SequenceLedgerTests {
    @Test("numbers in order are contiguous and each is fresh once")
    func inOrder() {
        var ledger = SequenceLedger()
        for sequence in 1...1000 as ClosedRange<UInt32> {
            #expect(ledger.admit(sequence) == .fresh)
            #expect(ledger.admit(sequence) == .duplicate)
            #expect(ledger.contiguous == sequence)
        }
    }

    @Test("the newest first and the backlog after closes the gap")
    func backlog() {
        var ledger = SequenceLedger(contiguous: 10)
        #expect(ledger.admit(500) == .fresh)
        #expect(ledger.contiguous == 10)
        for sequence in 11...499 as ClosedRange<UInt32> {
            #expect(ledger.admit(sequence) == .fresh)
        }
        #expect(ledger.contiguous == 500)
        #expect(ledger.admit(400) == .duplicate)
    }

    @Test("zero is never a number")
    func zero() {
        var ledger = SequenceLedger()
        #expect(ledger.admit(0) == .duplicate)
    }

    @Test("with five gaps the lowest is given up and counted")
    func abandons() {
        var ledger = SequenceLedger()
        for sequence in [3, 5, 7, 9] as [UInt32] { #expect(ledger.admit(sequence) == .fresh) }
        #expect(ledger.contiguous == 0)
        #expect(ledger.admit(11) == .gapAbandoned(2))
        #expect(ledger.contiguous == 3)
        #expect(ledger.admit(2) == .duplicate)
        #expect(ledger.admit(4) == .fresh)
        #expect(ledger.contiguous == 5)
    }

    @Test("where no gap may be given up a number that needs one is not recorded")
    func keepsGaps() {
        var ledger = SequenceLedger()
        for sequence in [3, 5, 7, 9] as [UInt32] { _ = ledger.admit(sequence, givesUpGaps: false) }
        for sequence in [11, 1_000_000] as [UInt32] {
            let before = ledger
            #expect(ledger.admit(sequence, givesUpGaps: false) == .noRoom)
            #expect(ledger == before)
        }
        #expect(ledger.admit(10, givesUpGaps: false) == .fresh, "joins a run")
        #expect(ledger.admit(4, givesUpGaps: false) == .fresh, "joins two")
        #expect(ledger.admit(12, givesUpGaps: false) == .fresh)
        #expect(ledger.contiguous == 0)
    }

    @Test("what lies below the lowest number can be settled")
    func settlesBelow() {
        var ledger = SequenceLedger()
        ledger.settleBelowLowest()
        #expect(ledger == SequenceLedger())
        for sequence in [101, 102, 41, 42] as [UInt32] { _ = ledger.admit(sequence) }
        ledger.settleBelowLowest()
        #expect(ledger.contiguous == 42)
        for sequence in 43...100 as ClosedRange<UInt32> { _ = ledger.admit(sequence) }
        #expect(ledger.contiguous == 102)
    }

    @Test("the highest number does not wrap round")
    func highest() {
        var ledger = SequenceLedger(contiguous: .max - 2)
        #expect(ledger.admit(.max) == .fresh)
        #expect(ledger.admit(.max - 1) == .fresh)
        #expect(ledger.contiguous == .max)
        #expect(ledger.admit(.max) == .duplicate)
        #expect(ledger.admit(0) == .duplicate)
    }

    @Test("agrees with a set of numbers as long as no gap is given up")
    func agreesWithSet() {
        for seed in 0..<300 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var ledger = SequenceLedger()
            var seen: Set<UInt32> = []
            for _ in 0..<200 {
                let sequence = UInt32.random(in: 1...40, using: &generator)
                switch ledger.admit(sequence) {
                case .duplicate: #expect(seen.contains(sequence), "seed \(seed)")
                case .fresh: #expect(seen.insert(sequence).inserted, "seed \(seed)")
                case .gapAbandoned:
                    #expect(seen.insert(sequence).inserted, "seed \(seed)")
                    seen.formUnion(1...max(1, ledger.contiguous))
                case .noRoom:
                    Issue.record("gaps may be given up, seed \(seed)")
                }
                let expected = (1...41).first { !seen.contains($0) }.map { $0 - 1 }
                #expect(ledger.contiguous == expected, "seed \(seed)")
            }
        }
    }
}
