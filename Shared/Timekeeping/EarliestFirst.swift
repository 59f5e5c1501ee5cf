/// Entries taken out least first, which for timers and deadlines is earliest first: a binary heap.
///
/// Entries that are neither less nor greater come out in any order, always the same for the same insertions; whoever
/// needs one gives them a number. Inlinable: cores call it for every decision.
@frozen
public struct EarliestFirst<Entry: Comparable> {
    @usableFromInline var heap: [Entry] = []

    /// A queue without entries.
    @inlinable
    public init() {}

    /// The least entry. - Complexity: O(1).
    @inlinable
    public var first: Entry? { heap.first }

    /// How many entries there are.
    @inlinable
    public var count: Int { heap.count }

    /// - Complexity: O(log n).
    @inlinable
    public mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the least entry. - Complexity: O(log n).
    @inlinable
    public mutating func popFirst() -> Entry? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first
    }

    /// Takes out the entries that `isStale` names. - Complexity: O(n log n).
    @inlinable
    public mutating func removeAll(where isStale: (Entry) -> Bool) {
        heap.removeAll(where: isStale)
        // A sorted list is a heap.
        heap.sort()
    }
}

extension EarliestFirst: Sendable where Entry: Sendable {}
