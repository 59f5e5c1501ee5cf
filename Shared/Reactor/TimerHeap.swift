internal import Timekeeping

/// Timers ordered by when they are due, then by when they were scheduled.
///
/// A heap with four children per node (half the levels of a binary one, and the four lie in two cache lines)
/// whose entries know their slot and whose slots know their entry, so that a cancelled timer leaves at once.
/// Most timers are deadlines that are cancelled: leaving them until due would let 100,000 calls a second
/// with a deadline of a minute hold six million entries.
///
/// - Complexity: schedule and cancel O(log n), next due O(1). Slots are reused.
struct TimerHeap {
    private struct Entry {
        var deadline: Instant
        var sequence: UInt64
        var slot: UInt32

        func comesBefore(_ other: Entry) -> Bool {
            deadline == other.deadline ? sequence < other.sequence : deadline < other.deadline
        }
    }

    private struct Slot {
        var generation: UInt32 = 0
        /// Index in `entries`; in a free slot the next free slot, or -1.
        var position: Int
        var handler: (any TimerHandler)?
    }

    private static let childCount = 4

    private var entries: ContiguousArray<Entry> = []
    private var slots: ContiguousArray<Slot> = []
    private var firstFree = -1
    private var nextSequence: UInt64 = 0

    /// How many timers are scheduled.
    var count: Int { entries.count }

    /// When the first timer is due.
    var earliest: Instant? { entries.first?.deadline }

    /// Adds a timer.
    mutating func insert(at deadline: Instant, _ handler: any TimerHandler) -> TimerToken {
        let slot: Int
        if firstFree >= 0 {
            slot = firstFree
            firstFree = slots[slot].position
        } else {
            slot = slots.count
            precondition(slot < Int(UInt32.max), "more timers than a token can name")
            slots.append(Slot(position: -1))
        }
        slots[slot].handler = handler
        let entry = Entry(deadline: deadline, sequence: nextSequence, slot: UInt32(slot))
        nextSequence += 1
        entries.append(entry)
        siftUp(entry, from: entries.count - 1)
        return TimerToken(slot: UInt32(slot), generation: slots[slot].generation)
    }

    /// Removes a timer; returns its handler, `nil` where it fired or was cancelled before.
    mutating func remove(_ token: TimerToken) -> (any TimerHandler)? {
        let slot = Int(token.slot)
        guard slot < slots.count, slots[slot].generation == token.generation,
            slots[slot].handler != nil
        else { return nil }
        return take(at: slots[slot].position).handler
    }

    /// Removes the first timer where it is due at `now`.
    mutating func popDue(at now: Instant) -> (token: TimerToken, handler: any TimerHandler)? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        let (token, handler) = take(at: 0)
        guard let handler else { preconditionFailure("a scheduled timer has no handler") }
        return (token, handler)
    }

    /// Lets go of every timer.
    mutating func removeAll() {
        while !entries.isEmpty { _ = take(at: entries.count - 1) }
    }

    /// Takes the entry at `position` out and frees its slot.
    private mutating func take(
        at position: Int
    ) -> (token: TimerToken, handler: (any TimerHandler)?) {
        let slot = Int(entries[position].slot)
        let token = TimerToken(slot: UInt32(slot), generation: slots[slot].generation)
        let handler = slots[slot].handler
        slots[slot].handler = nil
        slots[slot].generation &+= 1
        slots[slot].position = firstFree
        firstFree = slot

        let last = entries.removeLast()
        if position < entries.count {
            let parent = (position - 1) / Self.childCount
            if position > 0, last.comesBefore(entries[parent]) {
                siftUp(last, from: position)
            } else {
                siftDown(last, from: position)
            }
        }
        return (token, handler)
    }

    private mutating func siftUp(_ entry: Entry, from start: Int) {
        var position = start
        while position > 0 {
            let parent = (position - 1) / Self.childCount
            guard entry.comesBefore(entries[parent]) else { break }
            place(entries[parent], at: position)
            position = parent
        }
        place(entry, at: position)
    }

    private mutating func siftDown(_ entry: Entry, from start: Int) {
        var position = start
        while true {
            let firstChild = position * Self.childCount + 1
            guard firstChild < entries.count else { break }
            var least = firstChild
            for child in firstChild
                + 1..<max(
                    firstChild + 1,
                    min(firstChild + Self.childCount, entries.count)
                )
            where entries[child].comesBefore(entries[least]) {
                least = child
            }
            guard entries[least].comesBefore(entry) else { break }
            place(entries[least], at: position)
            position = least
        }
        place(entry, at: position)
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        entries[position] = entry
        slots[Int(entry.slot)].position = position
    }
}
