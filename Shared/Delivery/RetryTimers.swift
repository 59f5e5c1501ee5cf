import Timekeeping

/// When which key is due again: a binary heap, ties in the order of insertion, so that a seed repeats a run.
struct RetryTimers {
    private struct Timer {
        let due: Instant
        let number: UInt64
        let key: OrderingKey

        func isBefore(_ other: Timer) -> Bool {
            due == other.due ? number < other.number : due < other.due
        }
    }

    private var heap: [Timer] = []
    private var nextNumber: UInt64 = 0

    /// The earliest moment.
    var first: Instant? { heap.first?.due }

    /// - Complexity: O(log n).
    mutating func insert(_ key: OrderingKey, at due: Instant) {
        heap.append(Timer(due: due, number: nextNumber, key: key))
        nextNumber += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest key whose moment has come. - Complexity: O(log n).
    mutating func popDue(at now: Instant) -> OrderingKey? {
        guard let earliest = heap.first, earliest.due <= now else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { break }
            let right = left + 1
            let child = right < heap.count && heap[right].isBefore(heap[left]) ? right : left
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return earliest.key
    }
}
