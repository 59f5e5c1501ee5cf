package import Timekeeping

/// A time-limited right to be the one writer of a shard.
package struct ShardLease: Hashable, Sendable {
    /// The virtual shard, 0 ..< `LeaseTable.shardCount`.
    package let shard: Int
    /// The fencing epoch: grows with every change of owner, never otherwise, and never shrinks.
    package let epoch: Int64
    /// Until when the owner may act, on its own monotonic clock: the owner stops itself before the store would
    /// give the shard to another. A paused owner that misses this is stopped by `epoch`.
    package let mayActUntil: Instant
}

/// Who owns a shard, as callers are told.
package struct ShardOwner: Hashable, Sendable {
    /// The instance's name.
    package let name: String
    /// Where it listens, host:port.
    package let address: String

    /// An owner: the name of its instance, and where callers reach it.
    package init(name: String, address: String) {
        self.name = name
        self.address = address
    }
}
