internal import Timekeeping

/// When which key is due again, ties in the order of insertion, so that a seed repeats a run.
struct RetryTimers {
    private struct Timer: Comparable {
        let due: Instant
        let number: UInt64
        let key: OrderingKey

        static func < (left: Timer, right: Timer) -> Bool {
            (left.due, left.number) < (right.due, right.number)
        }
    }

    private var queue = EarliestFirst<Timer>()
    private var nextNumber: UInt64 = 0

    /// The earliest moment.
    var first: Instant? { queue.first?.due }

    /// - Complexity: O(log n).
    mutating func insert(_ key: OrderingKey, at due: Instant) {
        queue.insert(Timer(due: due, number: nextNumber, key: key))
        nextNumber += 1
    }

    /// Takes the earliest key whose moment has come. - Complexity: O(log n).
    mutating func popDue(at now: Instant) -> OrderingKey? {
        guard let due = first, due <= now else { return nil }
        return queue.popFirst()?.key
    }
}
