/// When to try again, and when to stop.
package struct RetryPolicy: Hashable, Sendable {
    /// The span of the first wait; doubles with every attempt.
    package var base: Duration
    /// The longest span of a wait.
    package var longest: Duration
    /// Age of an entry after which it is parked for an operator.
    package var giveUpAfter: Duration
    /// How long this process tries an entry of any age before it gives up: a program that was away for longer than
    /// the patience finds its peers not yet connected, and would give up all that it finds in its first second.
    package static let trialTime = Duration.seconds(600)

    /// - Precondition: 0 < base <= longest <= giveUpAfter.
    package init(
        base: Duration = .milliseconds(100),
        longest: Duration = .seconds(30),
        giveUpAfter: Duration = .seconds(3 * 86_400)
    ) {
        precondition(
            .zero < base && base <= longest && longest <= giveUpAfter,
            "a retry policy out of order"
        )
        self.base = base
        self.longest = longest
        self.giveUpAfter = giveUpAfter
    }

    /// How long to wait after failed attempt number `attempt`, 1 or more.
    ///
    /// Full jitter: uniform between 0 and the span, so that senders which failed together do not come back
    /// together (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
    ///
    /// - Parameter floor: The least wait, as the receiver asked; the jitter comes on top.
    package func delay(
        afterAttempt attempt: Int,
        atLeast floor: Duration? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Duration {
        precondition(attempt >= 1, "attempts are counted from 1")
        let longestMicroseconds = Self.microseconds(longest)
        // 2^40 times a microsecond is 12 days: beyond every sensible `longest`.
        let (grown, overflow) = Self.microseconds(base)
            .multipliedReportingOverflow(by: 1 << Int64(min(attempt - 1, 40)))
        let span = overflow ? longestMicroseconds : min(grown, longestMicroseconds)
        let jitter = Duration.microseconds(Int64.random(in: 0...max(1, span), using: &generator))
        return min(max(floor ?? .zero, .zero), longest) + jitter
    }

    private static func microseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return min(seconds, 1 << 40) * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}
