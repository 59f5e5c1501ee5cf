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
    /// How long an empty bucket takes to fill, seconds, rounded up.
    package var fillSeconds: UInt64 { max(1, (burst + perSecond - 1) / perSecond) }

    /// What is left of a bucket after `verdict`, and how many seconds it takes to be full again.
    package func standing(_ verdict: TokenBucket.Verdict) -> (remaining: UInt64, wait: UInt64) {
        switch verdict {
        case .allowed(let left):
            (left, (burst - min(burst, left) + perSecond - 1) / perSecond)
        case .refused(let after):
            (0, UInt64(max(1, (after.wholeMilliseconds + 999) / 1000)))
        }
    }
}

extension Credential {
    private static let policyName = HeaderName("RateLimit-Policy")
    private static let stateName = HeaderName("RateLimit")

    /// The header that tells the rule (draft-ietf-httpapi-ratelimit-headers-10): the quota is the bucket's depth, the
    /// window the time in which it fills.
    static func policy(_ limit: TokenBucket.Limit) -> ResponseField {
        ResponseField(policyName, "\"key\";q=\(limit.burst);w=\(limit.fillSeconds)")
    }

    /// Appends the headers that tell a client where it stands.
    package func appendRate(_ verdict: TokenBucket.Verdict, to fields: inout [ResponseField]) {
        let (remaining, wait) = limit.standing(verdict)
        fields.append(policy)
        fields.append(ResponseField(Self.stateName, "\"key\";r=\(remaining);t=\(wait)"))
    }
}
