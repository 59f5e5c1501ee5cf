package import Model
package import Timekeeping

/// What must arrive in the order in which it was wished for: a booking, a payment, a tenant's invoice.
package struct OrderingKey: Hashable, Sendable {
    private let subject: SubjectID

    /// The 128 bits of the thing's identifier.
    package var bits: UInt128 { subject.bits }

    /// The key with exactly these bits.
    package init(bits: UInt128) {
        subject = SubjectID(bits: bits)
    }

    /// The key of everything that concerns `id`.
    package init<Kind>(_ id: EntityID<Kind>) {
        self.init(bits: id.bits)
    }
}

/// A command on its way: a row of the sender's outbox, there until it has been answered for good.
package struct OutboxEntry: Hashable, Sendable {
    /// Its place in the sender's outbox; rising, with gaps.
    package let sequence: Int64
    /// The virtual shard whose owner sends it; 0 for services without shards.
    package let shard: Int
    /// Entries of one key and destination are delivered one after the other.
    package let orderingKey: OrderingKey
    /// When it was wished for or, given up, set free by an operator; real time. From here its patience counts.
    package let createdAt: WallTime
    /// What is to be delivered.
    package let command: Command

    /// An entry from its row; `sequence` rises with each, `shard` is 0 ... 4,095.
    package init(
        sequence: Int64,
        shard: Int,
        orderingKey: OrderingKey,
        createdAt: WallTime,
        command: Command
    ) {
        self.sequence = sequence
        self.shard = shard
        self.orderingKey = orderingKey
        self.createdAt = createdAt
        self.command = command
    }
}
