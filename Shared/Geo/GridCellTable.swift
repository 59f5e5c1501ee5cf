/// One point in a cell: 12 bytes, so that a cell of 20 is four cache lines.
struct GridEntry {
    var latitudeE7: Int32
    var longitudeE7: Int32
    /// The caller's number of the point.
    var index: Int32
}

/// A cell that holds points, or a free slot.
struct GridCell {
    var entries: UnsafeMutablePointer<GridEntry>
    var capacity: Int32
    /// 0 only in a free slot.
    var count: Int32
    /// `GridGeometry.key`; in a free slot the next free one, or `GridCellTable.none`.
    var key: UInt32
}

/// The occupied cells of a grid, found by their key: open addressing with linear probing over dense slots.
///
/// Empty cells are given back at once, so memory follows the vehicles, not the ground that they have covered.
/// A struct of pointers instead of arrays: four times faster in this place (`ContiguousArray` in a class, 167
/// against 42 ns an update), which is why every access lies in this audited file and `PointGrid`'s.
///
/// Safe: every pointer is allocated in `init` or on growth and freed in `deinit`, the type cannot be copied, and
/// slots come only from this table. Keys and points come from `GeoPoint`, whose values are in range.
struct GridCellTable: ~Copyable {
    /// No slot.
    static let none: UInt32 = .max
    private static let firstEntryCapacity: Int32 = 4

    /// Slots in use, and free ones between them.
    private(set) var slotCount: Int32 = 0
    /// Cells that hold a point.
    private(set) var occupiedCount: Int32 = 0

    private var cells: UnsafeMutablePointer<GridCell>
    private var cellCapacity: Int32 = 64
    private var freeSlot = GridCellTable.none
    /// Slots by hash of their key; `none` where nothing is. At most half full.
    private var buckets: UnsafeMutablePointer<Bucket>
    private var bucketShift: UInt32 = 32 - 8
    private var bucketMask: UInt32 = (1 << 8) - 1

    private struct Bucket {
        var key: UInt32
        var slot: UInt32
        static let empty = Bucket(key: 0, slot: GridCellTable.none)
    }

    init() {
        cells = .allocate(capacity: Int(cellCapacity))
        buckets = .allocate(capacity: 1 << 8)
        buckets.initialize(repeating: .empty, count: 1 << 8)
    }

    deinit {
        for slot in 0..<Int(slotCount) where cells[slot].count > 0 {
            cells[slot].entries.deallocate()
        }
        cells.deallocate()
        buckets.deallocate()
    }

    /// The cell in `slot`, which is in use.
    @inline(__always)
    subscript(slot: UInt32) -> GridCell { cells[Int(slot)] }

    /// The slot of the cell with `key`, or `none`.
    @inline(__always)
    func slot(of key: UInt32) -> UInt32 {
        var place = bucket(of: key)
        while buckets[Int(place)].slot != Self.none {
            if buckets[Int(place)].key == key { return buckets[Int(place)].slot }
            place = (place &+ 1) & bucketMask
        }
        return Self.none
    }

    /// Adds `entry` to the cell with `key` and says where it now lies.
    mutating func append(_ entry: GridEntry, to key: UInt32) -> (slot: UInt32, position: Int32) {
        var slot = slot(of: key)
        if slot == Self.none { slot = insert(key) }
        let cell = cells + Int(slot)
        if cell.pointee.count == cell.pointee.capacity { Self.grow(cell) }
        let position = cell.pointee.count
        cell.pointee.entries[Int(position)] = entry
        cell.pointee.count = position + 1
        return (slot, position)
    }

    /// Takes the entry at `position` out of `slot` and closes the gap with the last one.
    ///
    /// - Returns: The index of the point that now lies at `position`; `nil` where the last one went.
    mutating func remove(at position: Int32, from slot: UInt32) -> Int32? {
        let cell = cells + Int(slot)
        let last = cell.pointee.count - 1
        precondition(position >= 0 && position <= last, "A place in the grid is one in its cell.")
        cell.pointee.count = last
        if last == 0 {
            release(slot)
            return nil
        }
        guard position != last else { return nil }
        let moved = cell.pointee.entries[Int(last)]
        cell.pointee.entries[Int(position)] = moved
        return moved.index
    }

    /// Moves the entry at `position` within its cell.
    @inline(__always)
    mutating func move(at position: Int32, in slot: UInt32, latitudeE7: Int32, longitudeE7: Int32) {
        let entry = cells[Int(slot)].entries + Int(position)
        entry.pointee.latitudeE7 = latitudeE7
        entry.pointee.longitudeE7 = longitudeE7
    }

    @inline(__always)
    private func bucket(of key: UInt32) -> UInt32 {
        // Fibonacci hashing: the high bits of a product with 2^32 / golden ratio spread neighbouring cells.
        (key &* 2_654_435_769) >> bucketShift
    }

    private mutating func insert(_ key: UInt32) -> UInt32 {
        if UInt32(occupiedCount + 1) * 2 > bucketMask { growBuckets() }
        let slot = takeSlot()
        cells[Int(slot)] = GridCell(
            entries: .allocate(capacity: Int(Self.firstEntryCapacity)),
            capacity: Self.firstEntryCapacity,
            count: 0,
            key: key
        )
        occupiedCount += 1
        place(Bucket(key: key, slot: slot))
        return slot
    }

    private func place(_ new: Bucket) {
        var place = bucket(of: new.key)
        while buckets[Int(place)].slot != Self.none {
            place = (place &+ 1) & bucketMask
        }
        buckets[Int(place)] = new
    }

    private mutating func takeSlot() -> UInt32 {
        if freeSlot != Self.none {
            defer { freeSlot = cells[Int(freeSlot)].key }
            return freeSlot
        }
        if slotCount == cellCapacity {
            let larger = UnsafeMutablePointer<GridCell>.allocate(capacity: Int(cellCapacity) * 2)
            larger.moveInitialize(from: cells, count: Int(cellCapacity))
            cells.deallocate()
            cells = larger
            cellCapacity *= 2
        }
        defer { slotCount += 1 }
        return UInt32(slotCount)
    }

    private mutating func release(_ slot: UInt32) {
        unplace(cells[Int(slot)].key)
        cells[Int(slot)].entries.deallocate()
        cells[Int(slot)].key = freeSlot
        freeSlot = slot
        occupiedCount -= 1
    }

    /// Takes `key` out and moves those behind it forward, so that no search meets a gap on its way.
    private func unplace(_ key: UInt32) {
        var gap = bucket(of: key)
        while buckets[Int(gap)].key != key || buckets[Int(gap)].slot == Self.none {
            gap = (gap &+ 1) & bucketMask
        }
        var next = (gap &+ 1) & bucketMask
        while buckets[Int(next)].slot != Self.none {
            // It may move if its own bucket does not lie between the gap and its place.
            let home = bucket(of: buckets[Int(next)].key)
            if (next &- home) & bucketMask >= (next &- gap) & bucketMask {
                buckets[Int(gap)] = buckets[Int(next)]
                gap = next
            }
            next = (next &+ 1) & bucketMask
        }
        buckets[Int(gap)] = .empty
    }

    private mutating func growBuckets() {
        let old = buckets
        let oldCount = Int(bucketMask) + 1
        buckets = .allocate(capacity: oldCount * 2)
        buckets.initialize(repeating: .empty, count: oldCount * 2)
        bucketShift -= 1
        bucketMask = bucketMask << 1 | 1
        for place in 0..<oldCount where old[place].slot != Self.none {
            self.place(old[place])
        }
        old.deallocate()
    }

    private static func grow(_ cell: UnsafeMutablePointer<GridCell>) {
        let capacity = cell.pointee.capacity
        let larger = UnsafeMutablePointer<GridEntry>.allocate(capacity: Int(capacity) * 2)
        larger.moveInitialize(from: cell.pointee.entries, count: Int(capacity))
        cell.pointee.entries.deallocate()
        cell.pointee.entries = larger
        cell.pointee.capacity = capacity * 2
    }
}
