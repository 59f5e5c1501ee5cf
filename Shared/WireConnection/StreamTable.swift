internal import WireFormat

/// One open call.
struct StreamState: BitwiseCopyable {
    /// Facts that are set once in a call's life.
    struct Facts: OptionSet, BitwiseCopyable {
        let rawValue: UInt8
        /// This side sent END.
        static let localEnded = Facts(rawValue: 1)
        /// The peer sent END.
        static let remoteEnded = Facts(rawValue: 2)
        /// The client cancelled.
        static let cancelled = Facts(rawValue: 4)
        /// A send was refused for want of stream credit.
        static let awaitsCredit = Facts(rawValue: 8)
    }

    /// The stream's number; 0 marks a free slot.
    var id: UInt32
    var kind: CallKind
    var facts: Facts
    /// What the grants of the peer are measured by, in bytes.
    var sendWindow: UInt32
    /// Bytes that may be sent.
    var sendCredit: Int
    /// What our grants are measured by, in bytes.
    var receiveWindow: UInt32
    /// Bytes of the OPEN body that the owner holds: they count for the connection alone.
    var openBodyHeld: Int32
    /// Bytes that the peer may send.
    var receiveCredit: Int
    /// Bytes consumed and not granted again yet.
    var receiveConsumed: Int
    /// When its time is up, in nanoseconds of the monotonic clock; `.max` for never.
    var deadline: UInt64
}

/// The open calls of a connection by stream id: open addressing, linear probing.
///
/// Ids are handed out in steps of two, so `id / 2` spreads them over neighbouring slots without
/// collisions; only calls that outlive a whole round of the table make a probe longer. Memory follows
/// the number of calls open at once, which the owner bounds.
// Safe: `slots` is memory of mask + 1 initialised states that only this value owns; every slot number is
// checked or masked before use.
@safe
struct StreamTable: ~Copyable {
    private static let minimumCapacity = 8

    private var slots: UnsafeMutablePointer<StreamState>
    private var mask: Int
    private var hint = 0
    /// How many calls are open.
    private(set) var count = 0

    init() {
        mask = Self.minimumCapacity - 1
        unsafe slots = Self.allocate(Self.minimumCapacity)
    }

    deinit {
        unsafe slots.deallocate()
    }

    /// The slot of `id`, or -1.
    @inline(__always)
    mutating func find(_ id: StreamID) -> Int {
        if unsafe slots[hint].id == id.rawValue, id != .connection { return hint }
        return probe(id)
    }

    private mutating func probe(_ id: StreamID) -> Int {
        guard id != .connection else { return -1 }
        var slot = Int(id.rawValue >> 1) & mask
        while true {
            let found = unsafe slots[slot].id
            if found == id.rawValue {
                hint = slot
                return slot
            }
            if found == 0 { return -1 }
            slot = (slot &+ 1) & mask
        }
    }

    /// The call in a slot that `find` or `insert` returned.
    subscript(slot: Int) -> StreamState {
        @inline(__always) get {
            precondition(slot & mask == slot, "a slot of this table")
            return unsafe slots[slot]
        }
        @inline(__always) _modify {
            precondition(slot & mask == slot, "a slot of this table")
            yield unsafe &slots[slot]
        }
    }

    /// Adds a call whose id is not in the table.
    mutating func insert(_ state: StreamState) {
        precondition(state.id != 0, "a stream has a number")
        if (count &+ 1) &* 2 > mask &+ 1 { grow() }
        place(state)
        count &+= 1
    }

    /// Removes the call in `slot` and closes the gap that it leaves in later probes.
    mutating func remove(at slot: Int) {
        precondition(slot & mask == slot, "a slot of this table")
        var gap = slot
        var next = (gap &+ 1) & mask
        while unsafe slots[next].id != 0 {
            let home = unsafe Int(slots[next].id >> 1) & mask
            // The call moves into the gap unless its home lies behind the gap.
            if (next &- home) & mask >= (next &- gap) & mask {
                unsafe slots[gap] = slots[next]
                gap = next
            }
            next = (next &+ 1) & mask
        }
        unsafe slots[gap].id = 0
        count &-= 1
    }

    /// The open calls' ids, ascending.
    func sortedIDs() -> [StreamID] {
        var ids: [StreamID] = []
        ids.reserveCapacity(count)
        for slot in 0...mask where unsafe slots[slot].id != 0 {
            unsafe ids.append(StreamID(slots[slot].id))
        }
        ids.sort()
        return ids
    }

    /// The earliest deadline of all calls.
    func earliestDeadline() -> UInt64 {
        var earliest = UInt64.max
        for slot in 0...mask where unsafe slots[slot].id != 0 {
            earliest = unsafe min(earliest, slots[slot].deadline)
        }
        return earliest
    }

    private mutating func place(_ state: StreamState) {
        var slot = Int(state.id >> 1) & mask
        while unsafe slots[slot].id != 0 {
            slot = (slot &+ 1) & mask
        }
        unsafe slots[slot] = state
        hint = slot
    }

    private mutating func grow() {
        let old = unsafe slots
        let oldMask = mask
        mask = (mask + 1) * 2 - 1
        unsafe slots = Self.allocate(mask + 1)
        for slot in 0...oldMask where unsafe old[slot].id != 0 {
            unsafe place(old[slot])
        }
        unsafe old.deallocate()
    }

    private static func allocate(_ count: Int) -> UnsafeMutablePointer<StreamState> {
        let slots = UnsafeMutablePointer<StreamState>.allocate(capacity: count)
        let free = StreamState(
            id: 0,
            kind: .unary,
            facts: [],
            sendWindow: 0,
            sendCredit: 0,
            receiveWindow: 0,
            openBodyHeld: 0,
            receiveCredit: 0,
            receiveConsumed: 0,
            deadline: .max
        )
        unsafe slots.initialize(repeating: free, count: count)
        return unsafe slots
    }
}
