package import Model
package import Timekeeping

/// What the gateway knows of one `Idempotency-Key`: stored in the transaction before the first effect.
///
/// The scope of a key is (tenant, credential): two partners may use the same text without meeting. The rules
/// are those of the IETF draft (draft-ietf-httpapi-idempotency-key-header-07, section 2): missing where required
/// 400, same key with another payload 422, first request still running 409, finished: the stored answer,
/// success or error.
package struct IdempotencyRecord: Hashable, Sendable {
    /// How long a key is kept after its first use; published in the API's description.
    package static let retention: Duration = .seconds(24 * 3600)
    /// A request older than this is not running any more: its process died between claim and answer, and
    /// the next retry takes the work over under the ids stored here.
    package static let runningMax: Duration = .seconds(30)
    /// Characters of a key; the draft leaves the bound to the server.
    package static let keyCharacterCountMax = 255

    /// SHA-256 over method, path, tenant and body: says whether a retry asks for the same thing.
    package let fingerprint: [UInt8]
    /// What the request will create, made before its first effect, so that a retry names the same thing.
    package let booking: BookingID
    /// The key under which the effect is wished for at dispatch.
    package let effect: IdempotencyKey
    /// When the key was claimed, or taken over, last.
    package var claimedAt: WallTime
    /// Whether the work broke off without an answer: the next retry takes it over at once.
    package var isReleased: Bool
    /// The answer, once there is one.
    package var answer: StoredAnswer?

    /// A record of one key; without an `answer` its request is under way, or was cut off where it is released.
    package init(
        fingerprint: [UInt8],
        booking: BookingID,
        effect: IdempotencyKey,
        claimedAt: WallTime,
        isReleased: Bool = false,
        answer: StoredAnswer? = nil
    ) {
        self.fingerprint = fingerprint
        self.booking = booking
        self.effect = effect
        self.claimedAt = claimedAt
        self.isReleased = isReleased
        self.answer = answer
    }
}

/// An answer kept for replay, byte for byte.
package struct StoredAnswer: Hashable, Sendable {
    /// The HTTP status.
    package let status: UInt16
    /// The body as it was sent.
    package let body: [UInt8]
    /// Its media type.
    package let contentType: String
    /// Its entity tag; empty where it has none.
    package let entityTag: String

    /// An answer as it was sent; an empty `entityTag` stands for none.
    package init(status: UInt16, body: [UInt8], contentType: String, entityTag: String = "") {
        self.status = status
        self.body = body
        self.contentType = contentType
        self.entityTag = entityTag
    }
}

/// What to do with a request that carries an `Idempotency-Key`.
package enum IdempotencyDecision: Hashable, Sendable {
    /// Never seen, or past its retention: claim the key with new ids, then work.
    case begin
    /// Claimed by a process that is gone, or given back without an answer: work on under the stored ids; each
    /// effect is keyed, so nothing doubles.
    case resume(booking: BookingID, effect: IdempotencyKey)
    /// Finished: send this.
    case replay(StoredAnswer)
    /// The first request is still running: 409.
    case running
    /// The key was used for another request: 422.
    case otherRequest
}

extension IdempotencyDecision {
    /// Decides from the stored record, if any.
    ///
    /// - Parameters:
    ///   - record: What is stored under (tenant, credential, key).
    ///   - fingerprint: That of the request at hand.
    ///   - now: Real time; a rehearsal's clock has no part in retries.
    package init(record: IdempotencyRecord?, fingerprint: [UInt8], now: WallTime) {
        guard let record, record.claimedAt.duration(to: now) < IdempotencyRecord.retention else {
            self = .begin
            return
        }
        if record.fingerprint != fingerprint {
            self = .otherRequest
        } else if let answer = record.answer {
            self = .replay(answer)
        } else if !record.isReleased,
            record.claimedAt.duration(to: now) < IdempotencyRecord.runningMax
        {
            self = .running
        } else {
            self = .resume(booking: record.booking, effect: record.effect)
        }
    }
}
