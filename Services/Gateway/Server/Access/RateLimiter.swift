package import GatewayCore
package import HTTP
internal import Model
internal import Synchronization
package import Timekeeping

/// Holds each key to its rate.
///
/// One bucket a key; full ones are forgotten when there are many, which changes nothing for their keys.
package final class RateLimiter: Sendable {
    /// Buckets above which full ones are looked for.
    package static let bucketCountMax = 100_000

    private let buckets = Mutex<[KeyID: TokenBucket]>([:])

    /// A limiter that has seen nobody.
    package init() {}

    /// Draws one request of `credential`.
    package func draw(_ credential: Credential, now: Instant) -> TokenBucket.Verdict {
        buckets.withLock { buckets in
            if buckets.count >= Self.bucketCountMax {
                buckets = buckets.filter { !$0.value.isFull(now: now) }
            }
            return buckets[credential.key, default: TokenBucket(now: now)]
                .draw(limit: credential.limit, now: now)
        }
    }
}

extension TokenBucket.Limit {
    /// The headers that tell a client where it stands (draft-ietf-httpapi-ratelimit-headers-10).
    ///
    /// The quota is the bucket's depth, the window the time in which it fills.
    package func fields(_ verdict: TokenBucket.Verdict) -> [ResponseField] {
        let window = max(1, (burst + perSecond - 1) / perSecond)
        let remaining: UInt64
        let wait: UInt64
        switch verdict {
        case .allowed(let left):
            remaining = left
            wait = (burst - min(burst, left) + perSecond - 1) / perSecond
        case .refused(let after):
            remaining = 0
            wait = UInt64(max(1, (after.wholeMilliseconds + 999) / 1000))
        }
        return [
            ResponseField(Self.policyName, "\"key\";q=\(burst);w=\(window)"),
            ResponseField(Self.stateName, "\"key\";r=\(remaining);t=\(wait)"),
        ]
    }

    private static let policyName = HeaderName("RateLimit-Policy")
    private static let stateName = HeaderName("RateLimit")
}
