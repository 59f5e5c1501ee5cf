internal import Reactor

/// Limits of those who follow.
enum FollowerLimit {
    /// Entries that may wait for one; with one more he is told to come again and resume.
    static let waitingMax = 256
}

/// Somebody who follows one booking or one driver: what happened and was not sent yet, bounded. Belongs to one loop.
final class Follower<Element> {
    /// Raised with every entry, with `tick`, and at the end.
    let signal: LoopSignal
    /// More came than may wait: the stream ends with RESOURCE_EXHAUSTED.
    private(set) var isOverrun = false
    /// A position is due.
    var isTicked = false
    /// Its place in the order of coming.
    fileprivate(set) var number: UInt64 = 0
    private var waiting: [Element] = []

    init(loop: EventLoop) {
        signal = LoopSignal(loop: loop)
    }

    func add(_ element: Element) {
        if waiting.count < FollowerLimit.waitingMax {
            waiting.append(element)
        } else {
            isOverrun = true
            waiting = []
        }
        signal.raise()
    }

    /// What waits, oldest first; nothing waits afterwards.
    func takeWaiting() -> [Element] {
        defer { waiting = [] }
        return waiting
    }

    func tick() {
        isTicked = true
        signal.raise()
    }
}

/// Followers by what they follow.
struct FollowerTable<Key: Hashable, Element> {
    private var followers: [Key: [Follower<Element>]] = [:]
    private var addedCount: UInt64 = 0

    /// All of them, in the order of their coming, so that a run can be repeated.
    var all: [Follower<Element>] {
        followers.values.flatMap { $0 }.sorted { $0.number < $1.number }
    }

    /// Those who follow `key`, in the order of their coming.
    subscript(key: Key) -> [Follower<Element>] { followers[key] ?? [] }

    mutating func add(_ follower: Follower<Element>, to key: Key) {
        followers[key, default: []].append(follower)
        follower.number = addedCount
        addedCount += 1
    }

    mutating func remove(_ follower: Follower<Element>, from key: Key) {
        followers[key]?.removeAll { $0 === follower }
        if followers[key]?.isEmpty == true { followers[key] = nil }
    }
}
