/// Tokens whose signature was found good, with their payloads: a signature costs 60 us, a look-up here 0.1 us.
///
/// Holds at most `capacity` tokens in two halves: a new or used token enters the young half, and when that is full
/// it becomes the old half and the former old one is dropped. Every cost is constant and nothing is scanned.
///
/// Only the signature is remembered. Expiry, audience and the rest of the payload are the caller's to check each
/// time.
package struct VerifiedTokenCache: Sendable {
    /// The most tokens held.
    package let capacity: Int
    /// Tokens found here.
    package private(set) var hitCount = 0
    /// Tokens that were verified.
    package private(set) var missCount = 0

    private let context: String
    private var generation = 0
    private var young: [SignedToken: [UInt8]] = [:]
    private var old: [SignedToken: [UInt8]] = [:]

    /// A cache for tokens of `context`.
    ///
    /// - Parameter capacity: 2 or more.
    package init(context: String, capacity: Int) {
        precondition(capacity >= 2, "a cache holds two tokens at least")
        self.context = context
        self.capacity = capacity
    }

    /// How many tokens are held.
    package var count: Int { young.count + old.count }

    /// The payload of `token`, verified now or before with the same keys.
    ///
    /// - Parameter current: the keys and their number; another number than last time empties the cache, so that
    ///   a key taken back takes its tokens with it.
    /// - Throws: as `SignedToken.payload`; a failure is not remembered, so that guessing cannot push good tokens out.
    package mutating func payload(
        of token: SignedToken,
        current: (keys: KeySet, generation: Int)
    ) throws(CryptoError) -> [UInt8] {
        if current.generation != generation {
            generation = current.generation
            young.removeAll(keepingCapacity: true)
            old.removeAll(keepingCapacity: true)
        }
        if let payload = young[token] {
            hitCount += 1
            return payload
        }
        if let payload = old.removeValue(forKey: token) {
            hitCount += 1
            insert(token, payload)
            return payload
        }
        missCount += 1
        let payload = try token.payload(context: context, keys: current.keys)
        insert(token, payload)
        return payload
    }

    private mutating func insert(_ token: SignedToken, _ payload: [UInt8]) {
        if young.count >= capacity / 2 {
            old = young
            young = [:]
        }
        young[token] = payload
    }
}
