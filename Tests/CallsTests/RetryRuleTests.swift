import Calls
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Retry rule")
struct RetryRuleTests {
    static func verdict(
        _ error: CallError,
        attempt: Int = 1,
        hasKey: Bool = true,
        remaining: Duration = .seconds(1),
        random: UInt64 = .max
    ) -> RetryRule.Verdict {
        RetryRule.judge(
            error,
            attempt: attempt,
            hasKey: hasKey,
            remaining: remaining,
            random: random
        )
    }

    static func isRetried(_ error: CallError, hasKey: Bool) -> Bool {
        verdict(error, hasKey: hasKey) != .giveUp
    }

    @Test(
        "without a key only what was surely not processed is tried again",
        arguments: StatusCode.allCases
    )
    func withoutKey(code: StatusCode) {
        #expect(!Self.isRetried(CallError(code, ""), hasKey: false))
        let passes: Set<StatusCode> = [.unavailable, .resourceExhausted, .aborted, .cancelled]
        let refused = CallError(code, "", isNotProcessed: true)
        #expect(Self.isRetried(refused, hasKey: false) == passes.contains(code))
    }

    @Test("with a key also what passes by itself", arguments: StatusCode.allCases)
    func withKey(code: StatusCode) {
        let passes: Set<StatusCode> = [.unavailable, .aborted, .deadlineExceeded]
        #expect(Self.isRetried(CallError(code, ""), hasKey: true) == passes.contains(code))
    }

    @Test("a lost connection is an unknown outcome: only a key allows another try")
    func lost() {
        #expect(Self.isRetried(.connectionLost, hasKey: true))
        #expect(!Self.isRetried(.connectionLost, hasKey: false))
    }

    @Test("the third failure is the last")
    func attempts() {
        #expect(Self.verdict(.connectionLost, attempt: 2) != .giveUp)
        #expect(Self.verdict(.connectionLost, attempt: 3) == .giveUp)
    }

    @Test("the wait is the peer's wish and jitter on top, never past the caller's time")
    func waits() {
        let busy = CallError(.unavailable, "", retryAfter: .milliseconds(100), isNotProcessed: true)
        #expect(Self.verdict(busy, random: 0) == .retry(after: .milliseconds(100)))
        #expect(Self.verdict(busy, random: 1 << 63) == .retry(after: .milliseconds(105)))
        #expect(Self.verdict(busy, remaining: .milliseconds(100), random: 0) == .giveUp)
    }

    @Test("what a status frame tells survives the way there and back")
    func statusRoundTrip() {
        let error = CallError(
            .resourceExhausted,
            "busy",
            subCode: 2,
            retryAfter: .milliseconds(250),
            isNotProcessed: true
        )
        #expect(CallError(error.status) == error)
    }
}
