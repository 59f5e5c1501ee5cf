internal import Timekeeping
internal import WireFormat

/// When a failed call may be tried again: the whole rule of PROTOCOL.md section 8, pure.
///
/// Retry only where the peer promises that nothing happened, or where an idempotency key makes a second try
/// harmless and the failure is one that passes. Every retry also takes from the caller's budget (10 % of first
/// tries), so that a peer in trouble is not buried.
package struct RetryRule: Sendable {
    /// Tries of one call, the first included.
    package static let attemptCountMax = 3
    /// The bound of the first wait; doubles with each try.
    package static let backoffFirst: Duration = .milliseconds(10)
    /// The bound that waits grow to.
    package static let backoffMax: Duration = .seconds(1)

    /// What to do after a failure.
    package enum Verdict: Hashable, Sendable {
        case giveUp
        /// Try again after this wait.
        case retry(after: Duration)
    }

    /// Judges one failure.
    ///
    /// - Parameters:
    ///   - attempt: How many tries were made, 1 or more.
    ///   - hasKey: Whether the call carries an idempotency key.
    ///   - remaining: What is left of the caller's time.
    ///   - random: Evenly drawn from all of `UInt64`; scales the wait ("full jitter").
    package static func judge(
        _ error: CallError,
        attempt: Int,
        hasKey: Bool,
        remaining: Duration,
        random: UInt64
    ) -> Verdict {
        guard attempt < attemptCountMax, isHarmless(error, hasKey: hasKey) else { return .giveUp }
        let bound = min(backoffMax, backoffFirst * (1 << min(max(0, attempt - 1), 7)))
        let span = UInt64(clamping: bound.wholeNanoseconds)
        let jitter = Duration.nanoseconds(
            Int64(clamping: span.multipliedFullWidth(by: random).high)
        )
        // The peer's own wish is a floor, not a replacement: its callers must not come back in one wave.
        let wait = (error.retryAfter ?? .zero) + jitter
        return wait < remaining ? .retry(after: wait) : .giveUp
    }

    /// Whether a second try can neither double an effect nor meet the same refusal for sure.
    package static func isHarmless(_ error: CallError, hasKey: Bool) -> Bool {
        if error.isNotProcessed {
            // A refusal that no wait changes is not worth a try, promise or not.
            return error.code == .unavailable || error.code == .resourceExhausted
                || error.code == .aborted || error.code == .cancelled
        }
        guard hasKey else { return false }
        return error.isConnectionLost || error.code == .unavailable || error.code == .aborted
            || error.code == .deadlineExceeded
    }
}
