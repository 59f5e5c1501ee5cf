/// Which areas hold a place: handles to prepared areas, in cells as fine as the areas around.
///
/// A question follows one way from a cell of 6.7 degrees down to the cell that has no more than a few borders in
/// it, so areas far away cost nothing; where a cell lies wholly inside of an area, no test of it is made. The
/// caller numbers its areas densely from 0. Changes are made in place.
///
/// One owner: it cannot be copied, and a thread that holds it exclusively may hand it to another.
///
/// Safe: `pieces` is allocated in `init` or on growth and freed in `deinit`; slots in the tree are those of areas in
/// `areas`, whose storage is kept as long as they are entered.
package struct AreaIndex: ~Copyable, @unchecked Sendable {
    /// The highest handle and one.
    package static let handleCountMax: Int32 = 1 << 24

    /// Areas in the index.
    package private(set) var count = 0
    /// The cells.
    var tree = AreaTree()
    /// The areas by handle.
    private var areas: [PreparedArea?] = []
    /// The first piece of each area by its handle; of no meaning where there is no area.
    private var pieces: UnsafeMutablePointer<AreaPiece>
    private var pieceCapacity = 16
    /// Further pieces, whose slots follow the highest handle, and the areas that they belong to.
    private var furtherPieces: [AreaPiece] = []
    private var furtherHandles: [Int32] = []
    private var freeFurther: [UInt32] = []
    /// For areas of several pieces the slots of the further ones.
    private var furtherSlots: [Int32: [UInt32]] = [:]
    private var areaByteCount = 0

    /// An empty index.
    package init() {
        pieces = Self.room(for: pieceCapacity)
    }

    deinit {
        pieces.deallocate()
    }

    /// Bytes that it takes, its areas included.
    package var memoryBytes: Int {
        tree.byteCount + areaByteCount
            + (pieceCapacity + furtherPieces.capacity) * MemoryLayout<AreaPiece>.stride
            + areas.capacity * MemoryLayout<PreparedArea?>.stride + furtherHandles.capacity * 4
    }

    /// The area of a handle; `nil` where there is none.
    package func area(of handle: Int32) -> PreparedArea? {
        handle >= 0 && Int(handle) < areas.count ? areas[Int(handle)] : nil
    }

    /// Enters an area, in place of what the handle had.
    ///
    /// - Parameter handle: 0 ..< `handleCountMax`.
    /// - Complexity: O(cells of its box that are in use and its border), some microseconds for a zone in a city.
    package mutating func put(_ handle: Int32, _ area: PreparedArea) {
        precondition(
            handle >= 0 && handle < Self.handleCountMax,
            "Areas are numbered densely from 0."
        )
        remove(handle)
        grow(toHold: Int(handle))
        areas[Int(handle)] = area
        count += 1
        areaByteCount += area.memoryBytes
        pieces[Int(handle)] = area.storage.pieces[0]
        enter(UInt32(handle))
        guard area.storage.pieces.count > 1 else { return }
        furtherSlots[handle] = area.storage.pieces.dropFirst().map { piece in
            let slot = further(piece, handle)
            enter(slot)
            return slot
        }
    }

    /// Takes an area out.
    ///
    /// - Returns: Whether it was in the index.
    @discardableResult
    package mutating func remove(_ handle: Int32) -> Bool {
        guard handle >= 0, Int(handle) < areas.count, let area = areas[Int(handle)] else {
            return false
        }
        tree.remove(UInt32(handle), pieces[Int(handle)])
        for slot in furtherSlots.removeValue(forKey: handle) ?? [] {
            let place = slot - UInt32(Self.handleCountMax)
            tree.remove(slot, furtherPieces[Int(place)])
            freeFurther.append(place)
        }
        areas[Int(handle)] = nil
        areaByteCount -= area.memoryBytes
        count -= 1
        return true
    }

    /// The piece of a slot in the tree.
    @inline(__always)
    func withPiece<Result>(
        _ slot: UInt32,
        _ body: (UnsafePointer<AreaPiece>) -> Result
    ) -> Result {
        if slot < UInt32(Self.handleCountMax) { return body(pieces + Int(slot)) }
        return furtherPieces.withUnsafeBufferPointer {
            let place = Int(slot - UInt32(Self.handleCountMax))
            precondition(place < $0.count, "A slot in the tree is one that was given.")
            return body(UnsafePointer($0.baseAddress.unsafelyUnwrapped + place))
        }
    }

    /// The handle that a slot belongs to.
    @inline(__always)
    func handle(of slot: UInt32) -> Int32 {
        slot < UInt32(Self.handleCountMax)
            ? Int32(bitPattern: slot) : furtherHandles[Int(slot) - Int(Self.handleCountMax)]
    }

    private mutating func enter(_ slot: UInt32) {
        let pieces = pieces
        let further = furtherPieces
        tree.insert(slot) { slot in
            slot < UInt32(Self.handleCountMax)
                ? pieces[Int(slot)] : further[Int(slot) - Int(Self.handleCountMax)]
        }
    }

    private mutating func further(_ piece: AreaPiece, _ handle: Int32) -> UInt32 {
        if let place = freeFurther.popLast() {
            furtherPieces[Int(place)] = piece
            furtherHandles[Int(place)] = handle
            return place + UInt32(Self.handleCountMax)
        }
        furtherPieces.append(piece)
        furtherHandles.append(handle)
        return UInt32(furtherPieces.count - 1) + UInt32(Self.handleCountMax)
    }

    private mutating func grow(toHold index: Int) {
        while areas.count <= index { areas.append(nil) }
        guard index >= pieceCapacity else { return }
        var capacity = pieceCapacity
        while capacity <= index { capacity *= 2 }
        let larger = Self.room(for: capacity)
        // Trivial values: those of handles without an area are copied as they are.
        UnsafeMutableRawPointer(larger).copyMemory(
            from: pieces,
            byteCount: pieceCapacity * MemoryLayout<AreaPiece>.stride
        )
        pieces.deallocate()
        pieces = larger
        pieceCapacity = capacity
    }

    private static func room(for capacity: Int) -> UnsafeMutablePointer<AreaPiece> {
        // A piece is a cache line.
        UnsafeMutableRawPointer.allocate(
            byteCount: capacity * MemoryLayout<AreaPiece>.stride,
            alignment: 64
        ).bindMemory(to: AreaPiece.self, capacity: capacity)
    }
}
