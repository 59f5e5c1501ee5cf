import Delivery
import TestSupport
import Testing

@Suite("When to try again")
struct RetryPolicyTests {
    private let policy = RetryPolicy(
        base: .milliseconds(100),
        longest: .seconds(30),
        giveUpAfter: .seconds(86_400)
    )

    @Test(
        "the span doubles up to the longest wait, and the jitter fills it",
        arguments: [(1, 100), (2, 200), (5, 1600), (9, 25_600), (10, 30_000), (1000, 30_000)]
    )
    func spans(attempt: Int, milliseconds: Int64) {
        var generator = SeededGenerator(seed: UInt64(attempt))
        let delays = (0..<2000).map { _ in policy.delay(afterAttempt: attempt, using: &generator) }
        #expect(delays.allSatisfy { .zero <= $0 && $0 <= .milliseconds(milliseconds) })
        #expect(delays.max()! > .milliseconds(milliseconds * 9 / 10))
        #expect(delays.min()! < .milliseconds(milliseconds / 10))
    }

    @Test("the receiver's floor is kept, but no floor is longer than the longest wait")
    func floor() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<100 {
            let asked = policy.delay(afterAttempt: 1, atLeast: .seconds(2), using: &generator)
            #expect(.seconds(2) <= asked && asked <= .milliseconds(2100))
            let endless = policy.delay(
                afterAttempt: 1,
                atLeast: .seconds(90_000),
                using: &generator
            )
            #expect(endless <= .milliseconds(30_100))
            #expect(
                policy.delay(afterAttempt: 1, atLeast: .seconds(-5), using: &generator) >= .zero
            )
        }
    }

    @Test("a budget lets a tenth of the calls be tried again")
    func budget() {
        var budget = RetryBudget(capacity: 10)
        func retries(among attempts: Int) -> Int {
            (0..<attempts).count { _ in budget.takeRetry() }
        }
        #expect(retries(among: 11) == 10)
        for _ in 0..<9 { budget.noteCall() }
        #expect(retries(among: 1) == 0)
        budget.noteCall()
        #expect(retries(among: 2) == 1)
        for _ in 0..<10_000 { budget.noteCall() }
        #expect(retries(among: 100) == 10)
    }
}
