package import Delivery
package import Model
package import Timekeeping

/// An entry of the outbox that was given up, for whoever decides about it: all but its body.
package struct ParkedEntry: Hashable, Sendable {
    /// Its place in the outbox, from which a list goes on.
    package let sequence: Int64
    /// Whose state it would have changed.
    package let destination: ServiceName
    /// The method's number in the destination's registry.
    package let method: UInt16
    /// The fleet it is for.
    package let tenant: TenantID
    /// By which both sides' logs know it.
    package let key: IdempotencyKey
    /// What it keeps in order with.
    package let orderingKey: OrderingKey
    /// When it was wished for, real time.
    package let createdAt: WallTime
    /// When it was given up, real time.
    package let parkedAt: WallTime
    /// The last that was seen of it, in words.
    package let reason: String
    /// Entries with the same ordering key that wait until it is decided.
    package let blockedCount: Int
}
