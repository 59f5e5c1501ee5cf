internal import Model
internal import Timekeeping

/// Moments at which a booking wants to be looked at, earliest first, equal moments in the order of names.
///
/// Entries are not taken out when a booking moves on: its version has grown then, and the entry is skipped when
/// it comes up, or dropped when the overtaken ones outnumber the others.
struct DeadlineQueue {
    struct Deadline {
        let at: WallTime
        let booking: BookingID
        let version: UInt64

        func comes(before other: Deadline) -> Bool {
            at == other.at ? booking < other.booking : at < other.at
        }
    }

    private var heap: [Deadline] = []

    var first: Deadline? { heap.first }
    var count: Int { heap.count }

    /// Drops the entries that `isStale` says have been overtaken.
    mutating func removeAll(where isStale: (Deadline) -> Bool) {
        heap.removeAll(where: isStale)
        // A sorted list is a heap.
        heap.sort { $0.comes(before: $1) }
    }

    mutating func insert(_ deadline: Deadline) {
        heap.append(deadline)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].comes(before: heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the first deadline if it is due at `now`.
    mutating func popDue(at now: WallTime) -> Deadline? {
        guard let first = heap.first, first.at <= now else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].comes(before: heap[child]) { child += 1 }
            guard heap[child].comes(before: heap[parent]) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first
    }
}
