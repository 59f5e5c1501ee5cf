internal import Reactor

/// The newest entries of a feed whose places have no gaps, so that followers who keep up never ask the store.
///
/// A follower is only a cursor. What it has not seen is taken from here, or from the store where that is longer ago;
/// so a slow one costs no memory, and one that was away resumes where it was. Commits may be reported out of
/// order: an entry that came early waits until those before it are here. Belongs to one loop.
package final class FeedTail<Element> {
    private let capacity: Int
    private let earlyMax: Int
    private var elements: [Element] = []
    /// The place of the first kept entry.
    private var first: UInt64 = 0
    /// The place that comes next; `nil` while the store has to be asked for it.
    private var next: UInt64?
    private var early: [UInt64: Element] = [:]
    /// In the order of their coming, so that a run can be repeated.
    private var followers: [LoopSignal] = []

    /// An empty tail.
    ///
    /// - Parameters:
    ///   - capacity: Entries that are kept at least, once there were as many.
    ///   - earlyMax: Entries that may wait for one before them; above it followers go to the store.
    package init(capacity: Int = 1024, earlyMax: Int = 256) {
        self.capacity = capacity
        self.earlyMax = earlyMax
    }

    /// Takes an entry; one whose place is known is dropped.
    package func add(_ element: Element, at position: UInt64) {
        let end = next ?? start(at: position)
        guard position >= end else { return }
        guard position == end else {
            early[position] = element
            // The one before never came: whoever reads the store finds it there.
            if early.count > earlyMax { forget() }
            return
        }
        append(element)
        while let end = next, let waiting = early.removeValue(forKey: end) { append(waiting) }
        wake()
    }

    /// The entries after `cursor`: empty where there are none yet, `nil` where the store has to be asked.
    package func elements(after cursor: UInt64) -> ArraySlice<Element>? {
        guard let next else { return nil }
        let wanted = cursor &+ 1
        guard wanted < next else { return [] }
        guard wanted >= first else { return nil }
        return elements[Int(wanted - first)...]
    }

    /// Wakes `signal` with every new entry until `unfollow`.
    func follow(_ signal: LoopSignal) {
        followers.append(signal)
    }

    /// Ends `follow`.
    func unfollow(_ signal: LoopSignal) {
        followers.removeAll { $0 === signal }
    }

    private func start(at position: UInt64) -> UInt64 {
        elements.removeAll(keepingCapacity: true)
        first = position
        next = position
        return position
    }

    private func forget() {
        next = nil
        early = [:]
        wake()
    }

    private func append(_ element: Element) {
        elements.append(element)
        next = first + UInt64(elements.count)
        // Half at a time, so that an entry costs O(1).
        if elements.count > 2 * capacity {
            elements.removeFirst(capacity)
            first += UInt64(capacity)
        }
    }

    private func wake() {
        for signal in followers { signal.raise() }
    }
}
