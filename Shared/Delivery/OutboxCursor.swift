package import Timekeeping

/// From where an outbox is read next: behind what was read, and now and then from its start.
///
/// Sequences come from a clock and rise within one life of the writer, not beyond: where the clock was set back, the
/// first entry after a restart can lie below those that were just read, answered and taken out. With several
/// writers, a lower sequence may also be committed after a higher one was read. Neither would ever be read again by
/// a cursor that only rises: the simulator found cancelled bookings whose hold was never asked for.
package struct OutboxCursor: Hashable, Sendable {
    /// The longest that an entry behind the cursor waits while others are on their way.
    package static let sweepInterval = Duration.seconds(10)

    /// The last sequence that was read; 0 is the start.
    package private(set) var sequence: Int64 = 0
    private var sweepAt: Instant?

    /// A cursor at the start.
    package init() {}

    /// Goes back to the start where that is due, before a read.
    ///
    /// - Parameter isIdle: Whether the relay knows of nothing: then a read from the start costs what is left in the
    ///   store, and no more.
    package mutating func prepare(isIdle: Bool, at now: Instant) {
        if let sweepAt, now < sweepAt, !isIdle { return }
        sequence = 0
        sweepAt = now.advanced(by: Self.sweepInterval)
    }

    /// Whether a read is due although nobody has told of new entries.
    package func isSweepDue(at now: Instant) -> Bool {
        sweepAt.map { $0 <= now } ?? true
    }

    /// Notes what was read.
    package mutating func note(_ read: Int64) {
        sequence = max(sequence, read)
    }

    /// Goes back to the start at the next read: entries were set free, or a shard was taken over.
    package mutating func reset() {
        sequence = 0
        sweepAt = nil
    }
}
