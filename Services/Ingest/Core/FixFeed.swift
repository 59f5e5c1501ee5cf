package import Model

/// Which vehicles each subscriber has yet to hear of: a snapshot first, then what is new, conflated.
///
/// A vehicle stands in a subscriber's queue at most once, and what is sent is its newest fix at that moment;
/// so a slow reader gets fewer, newer positions and costs a bounded amount: 4 bytes a vehicle.
package struct FixFeed: ~Copyable {
    /// Subscribers at once: one bit each in a vehicle's mark.
    package static let subscriberCountMax = 8

    /// Names a subscriber while its stream lives.
    package struct Subscriber: Hashable, Sendable {
        fileprivate let bit: Int
    }

    /// Bit n: the vehicle waits in subscriber n's queue. Indexed by the reference.
    private var marks: ContiguousArray<UInt8> = []
    /// Indexed by the subscriber's bit.
    private var queues: [Queue] = Array(repeating: Queue(), count: subscriberCountMax)
    /// The bits of the subscribers that there are.
    private var active: UInt8 = 0
    /// Fixes that were overtaken by a newer one of the same vehicle before they were sent.
    package private(set) var conflatedCount: UInt64 = 0

    private struct Queue {
        var references: ContiguousArray<UInt32> = []
        /// What has been taken from the front.
        var head = 0
    }

    /// A feed without subscribers.
    package init() {}

    /// Adds a subscriber whose first reads are a snapshot of all vehicles that have a fix, where it wants one.
    ///
    /// - Returns: `nil` where there are `subscriberCountMax` already.
    /// - Complexity: O(vehicles).
    package mutating func subscribe(
        snapshotOf table: borrowing VehicleTable,
        isSnapshotWanted: Bool = true
    ) -> Subscriber? {
        let bit = (~active).trailingZeroBitCount
        guard bit < Self.subscriberCountMax else { return nil }
        active |= 1 << UInt8(bit)
        guard isSnapshotWanted else { return Subscriber(bit: bit) }
        for reference in 0...UInt64(table.count)
        where table.newestFix(of: DriverReference(reference)) != nil {
            mark(reference, bits: 1 << UInt8(bit))
        }
        return Subscriber(bit: bit)
    }

    /// Removes a subscriber and forgets what it had yet to hear.
    package mutating func unsubscribe(_ subscriber: Subscriber) {
        active &= ~(1 << UInt8(subscriber.bit))
        queues[subscriber.bit] = Queue()
        for index in marks.indices { marks[index] &= ~(1 << UInt8(subscriber.bit)) }
    }

    /// Notes that a vehicle has a new newest fix.
    ///
    /// - Complexity: O(subscribers), amortised without allocation.
    package mutating func noteFix(of reference: DriverReference) {
        guard active != 0 else { return }
        mark(reference.rawValue, bits: active)
    }

    private mutating func mark(_ reference: UInt64, bits: UInt8) {
        let index = Int(reference)
        while marks.count <= index { marks.append(0) }
        var fresh = bits & ~marks[index]
        if fresh != bits { conflatedCount &+= 1 }
        guard fresh != 0 else { return }
        marks[index] |= fresh
        while fresh != 0 {
            queues[fresh.trailingZeroBitCount].references.append(
                UInt32(truncatingIfNeeded: reference)
            )
            fresh &= fresh &- 1
        }
    }

    /// The most vehicles that wait in one subscriber's queue.
    package var waitingCountMax: Int {
        queues.reduce(0) { max($0, $1.references.count - $1.head) }
    }

    /// How many vehicles wait in the subscriber's queue.
    package func waitingCount(_ subscriber: Subscriber) -> Int {
        queues[subscriber.bit].references.count - queues[subscriber.bit].head
    }

    /// The vehicle at `place` of the subscriber's queue, 0 for the one that has waited longest; it stays there.
    package func waiting(_ subscriber: Subscriber, at place: Int) -> DriverReference {
        let queue = queues[subscriber.bit]
        return DriverReference(UInt64(queue.references[queue.head + place]))
    }

    /// Takes the first `count` vehicles off the subscriber's queue: their newest fixes were sent.
    ///
    /// Looking and taking are apart, so that whatever finds no room on the connection stays where it was.
    ///
    /// - Complexity: O(count) amortised.
    package mutating func take(_ subscriber: Subscriber, count: Int) {
        let bit = subscriber.bit
        let keep = ~(UInt8(1) << UInt8(bit))
        for place in queues[bit].head..<(queues[bit].head + count) {
            marks[Int(queues[bit].references[place])] &= keep
        }
        queues[bit].head += count
        if queues[bit].head == queues[bit].references.count {
            queues[bit].references.removeAll(keepingCapacity: true)
            queues[bit].head = 0
        } else if queues[bit].head > Self.compactionCount {
            // A reader that never catches up must not make the array grow for ever.
            queues[bit].references.removeFirst(queues[bit].head)
            queues[bit].head = 0
        }
    }

    /// Places that may lie unused at the front of a queue.
    private static let compactionCount = 65_536
}
