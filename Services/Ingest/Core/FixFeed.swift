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
    /// Indexed by the subscriber's bit; `nil` where there is none.
    private var queues: [Queue?] = Array(repeating: nil, count: subscriberCountMax)
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

    /// Adds a subscriber whose first reads are a snapshot of all vehicles that have a fix.
    ///
    /// - Returns: `nil` where there are `subscriberCountMax` already.
    /// - Complexity: O(vehicles).
    package mutating func subscribe(
        snapshotOf table: borrowing VehicleTable
    ) -> Subscriber? {
        guard let bit = queues.firstIndex(where: { $0 == nil }) else { return nil }
        queues[bit] = Queue()
        active |= 1 << UInt8(bit)
        for reference in 0...UInt64(table.count)
        where table.newestFix(of: DriverReference(reference)) != nil {
            mark(reference, bits: 1 << UInt8(bit))
        }
        return Subscriber(bit: bit)
    }

    /// Removes a subscriber and forgets what it had yet to hear.
    package mutating func unsubscribe(_ subscriber: Subscriber) {
        active &= ~(1 << UInt8(subscriber.bit))
        queues[subscriber.bit] = nil
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
        let fresh = bits & ~marks[index]
        if fresh != bits { conflatedCount &+= 1 }
        guard fresh != 0 else { return }
        marks[index] |= fresh
        for bit in 0..<Self.subscriberCountMax where fresh & (1 << UInt8(bit)) != 0 {
            queues[bit]?.references.append(UInt32(truncatingIfNeeded: reference))
        }
    }

    /// How many vehicles wait in the subscriber's queue.
    package func waitingCount(_ subscriber: Subscriber) -> Int {
        queues[subscriber.bit].map { $0.references.count - $0.head } ?? 0
    }

    /// Takes the next vehicle off the subscriber's queue, the one that has waited longest.
    ///
    /// - Complexity: O(1) amortised.
    package mutating func takeNext(_ subscriber: Subscriber) -> DriverReference? {
        guard var queue = queues[subscriber.bit] else { return nil }
        // Taken out and put back, so that its storage is never shared and so never copied.
        queues[subscriber.bit] = Queue()
        defer { queues[subscriber.bit] = queue }
        guard queue.head < queue.references.count else { return nil }
        let reference = queue.references[queue.head]
        queue.head += 1
        if queue.head == queue.references.count {
            queue.references.removeAll(keepingCapacity: true)
            queue.head = 0
        }
        marks[Int(reference)] &= ~(1 << UInt8(subscriber.bit))
        return DriverReference(UInt64(reference))
    }
}
