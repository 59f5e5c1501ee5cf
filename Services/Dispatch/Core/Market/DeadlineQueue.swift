internal import Model
internal import Timekeeping

/// Moments at which a booking wants to be looked at, earliest first, equal moments in the order of names.
///
/// Entries are not taken out when a booking moves on: its version has grown then, and the entry is skipped when
/// it comes up, or dropped when the overtaken ones outnumber the others.
struct DeadlineQueue {
    struct Deadline: Comparable {
        let at: WallTime
        let booking: BookingID
        let version: UInt64

        static func < (left: Deadline, right: Deadline) -> Bool {
            (left.at, left.booking, left.version) < (right.at, right.booking, right.version)
        }
    }

    private var queue = EarliestFirst<Deadline>()

    var first: Deadline? { queue.first }
    var count: Int { queue.count }

    /// Drops the entries that `isStale` says have been overtaken.
    mutating func removeAll(where isStale: (Deadline) -> Bool) {
        queue.removeAll(where: isStale)
    }

    mutating func insert(_ deadline: Deadline) {
        queue.insert(deadline)
    }

    /// Takes out the first deadline if it is due at `now`.
    mutating func popDue(at now: WallTime) -> Deadline? {
        guard let first = queue.first, first.at <= now else { return nil }
        return queue.popFirst()
    }
}
