package import Timekeeping

/// A rate limit: a bucket that fills evenly and is drawn from by each request.
///
/// Integer arithmetic in nanoseconds ("virtual scheduling", ITU-T I.371 annex A): the state is one instant, the
/// moment at which the bucket would be full again. 8 bytes for each key, nothing to refill in the background.
package struct TokenBucket: Hashable, Sendable {
    /// What a bucket holds and how fast it fills.
    package struct Limit: Hashable, Sendable {
        /// Requests that may come at once, 1 ... 1 000 000.
        package let burst: UInt64
        /// Requests a second in the long run, 1 ... 1 000 000.
        package let perSecond: UInt64

        /// - Returns: `nil` where one of the numbers is out of range.
        package init?(burst: UInt64, perSecond: UInt64) {
            let range = UInt64(1)...1_000_000
            guard range.contains(burst), range.contains(perSecond) else { return nil }
            self.burst = burst
            self.perSecond = perSecond
        }

        var interval: UInt64 { 1_000_000_000 / perSecond }
    }

    /// The answer to one request.
    package enum Verdict: Hashable, Sendable {
        /// Taken; this many are left at once.
        case allowed(remaining: UInt64)
        /// Not taken; the next one will be free after this long.
        case refused(retryAfter: Duration)
    }

    private var fullAt: Instant

    /// A full bucket.
    package init(now: Instant) {
        fullAt = now
    }

    /// Draws one from the bucket.
    package mutating func draw(limit: Limit, now: Instant) -> Verdict {
        let start = max(fullAt, now)
        let backlog = start.nanoseconds - now.nanoseconds
        let capacity = limit.burst * limit.interval
        guard backlog + limit.interval <= capacity else {
            let wait = backlog + limit.interval - capacity
            return .refused(retryAfter: .nanoseconds(Int64(clamping: wait)))
        }
        let (next, overflow) = start.nanoseconds.addingReportingOverflow(limit.interval)
        fullAt = Instant(nanoseconds: overflow ? .max : next)
        return .allowed(remaining: (capacity - backlog - limit.interval) / limit.interval)
    }

    /// Whether the bucket is full, so that forgetting it changes nothing.
    package func isFull(now: Instant) -> Bool {
        fullAt <= now
    }
}
