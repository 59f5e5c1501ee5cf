import GatewayCore
import TestSupport
import Testing
import Timekeeping

@Suite("Token bucket")
struct TokenBucketTests {
    static let start = Instant(nanoseconds: 1_000_000_000)

    @Test("a full bucket gives its burst at once and then says when the next is free")
    func burst() throws {
        let limit = try #require(TokenBucket.Limit(burst: 3, perSecond: 10))
        var bucket = TokenBucket(now: Self.start)
        for remaining in [2, 1, 0] as [UInt64] {
            #expect(bucket.draw(limit: limit, now: Self.start) == .allowed(remaining: remaining))
        }
        #expect(
            bucket.draw(limit: limit, now: Self.start)
                == .refused(retryAfter: .milliseconds(100))
        )
        let later = Self.start.advanced(by: .milliseconds(100))
        #expect(bucket.draw(limit: limit, now: later) == .allowed(remaining: 0))
    }

    @Test("no pattern of requests gets more than burst plus rate times time")
    func bound() throws {
        let limit = try #require(TokenBucket.Limit(burst: 5, perSecond: 50))
        for seed in 0..<50 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var bucket = TokenBucket(now: Self.start)
            var now = Self.start
            var taken = 0
            for _ in 0..<500 {
                now = now.advanced(
                    by: .microseconds(Int64.random(in: 0...30_000, using: &generator))
                )
                if case .allowed = bucket.draw(limit: limit, now: now) { taken += 1 }
            }
            let elapsed = Self.start.duration(to: now).wholeMicroseconds
            #expect(taken <= 5 + Int(elapsed * 50 / 1_000_000), "seed \(seed)")
            #expect(taken > 0)
        }
    }

    @Test("limits out of range are refused", arguments: [(0, 1), (1, 0), (1_000_001, 1)])
    func limits(burst: UInt64, perSecond: UInt64) {
        #expect(TokenBucket.Limit(burst: burst, perSecond: perSecond) == nil)
    }

    @Test("an idle bucket is full and may be forgotten")
    func full() throws {
        let limit = try #require(TokenBucket.Limit(burst: 2, perSecond: 1))
        var bucket = TokenBucket(now: Self.start)
        _ = bucket.draw(limit: limit, now: Self.start)
        #expect(!bucket.isFull(now: Self.start))
        #expect(bucket.isFull(now: Self.start.advanced(by: .seconds(1))))
    }
}
