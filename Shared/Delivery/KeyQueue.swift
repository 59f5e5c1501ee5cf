/// Ordering keys, first in, first out, without moving the rest at every step.
struct KeyQueue {
    private var keys: [OrderingKey] = []
    private var head = 0

    mutating func append(_ key: OrderingKey) {
        keys.append(key)
    }

    /// - Complexity: O(1) amortised: the used half is cut off once it is the larger one.
    mutating func popFirst() -> OrderingKey? {
        guard head < keys.count else { return nil }
        defer {
            head += 1
            if head * 2 > keys.count {
                keys.removeFirst(head)
                head = 0
            }
        }
        return keys[head]
    }
}
