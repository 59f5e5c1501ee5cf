import PaymentsCore
import Testing

@Suite("Payment states")
struct PaymentStateTests {
    @Test("the table has each pair of state and cause once")
    func oneRowEach() {
        let pairs = PaymentTransition.table.map { [Int($0.from.rawValue), Int($0.cause.rawValue)] }
        #expect(Set(pairs).count == pairs.count)
    }

    @Test("no path leads back: only the two partial states may follow themselves")
    func forwardOnly() {
        func reaches(_ from: PaymentState, _ goal: PaymentState) -> Bool {
            PaymentTransition.table
                .filter { $0.from == from && $0.to != from }
                .contains { $0.to == goal || reaches($0.to, goal) }
        }
        for state in PaymentState.allCases {
            #expect(!reaches(state, state), "\(state)")
        }
        let loops = PaymentTransition.table.filter { $0.from == $0.to }.map(\.from)
        #expect(loops == [.partiallyCaptured, .partiallyRefunded])
    }

    @Test("what is shown but never stored stands in no row")
    func shownOnly() {
        for row in PaymentTransition.table {
            #expect(row.from != .unknown && row.to != .unknown)
            #expect(row.from != .processing && row.to != .processing)
        }
    }

    @Test("the final states are these four")
    func finals() {
        let finals = PaymentState.allCases.filter(\.isFinal)
        #expect(finals == [.voided, .expired, .declined, .refunded])
    }

    @Test("raw values stand as they were first given")
    func rawValues() {
        #expect(PaymentState.allCases.map(\.rawValue) == Array(1...12))
        #expect(
            PaymentProblem.allCases.map(\.rawValue)
                == [1, 2, 3, 4, 5, 10, 11, 20, 21, 22, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]
        )
    }
}
