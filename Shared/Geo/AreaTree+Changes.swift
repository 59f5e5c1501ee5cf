extension AreaTree {
    /// Entries that a cell holds without need to cut it: a question tests each of them.
    private static let crossedCountMax = 2
    /// A piece is not cut into cells below a 32nd of its box, as a power of two: what its own raster tells better.
    private static let finenessShift: UInt32 = 5

    /// A cell and its word.
    private struct Position {
        let word: Int
        let east: UInt32
        let north: UInt32
        let shift: UInt32

        var cell: AreaCell {
            let east = Int64(east) - Int64(GeoPoint.longitudeE7Max)
            let north = Int64(north) - Int64(GeoPoint.latitudeE7Max)
            let last = Int64(1) << Int64(shift) - 1
            return AreaCell(
                westE7: Int32(east),
                southE7: Int32(north),
                // Longitude 180 is asked for as -180.
                eastE7: Int32(min(east + last, Int64(GeoPoint.longitudeE7Max) - 1)),
                northE7: Int32(min(north + last, Int64(GeoPoint.latitudeE7Max)))
            )
        }
    }

    /// Enters a piece in the cells that its box reaches.
    ///
    /// - Parameter pieceOf: The piece of a slot in the tree, for entries that have to move.
    mutating func insert(_ slot: UInt32, _ pieceOf: (UInt32) -> AreaPiece) {
        let piece = pieceOf(slot)
        for range in AreaRange.ranges(of: piece) {
            for position in Self.roots(in: range) {
                insert(slot, piece, range, at: position, pieceOf)
            }
        }
    }

    /// Takes a piece out of the cells that its box reaches.
    mutating func remove(_ slot: UInt32, _ piece: AreaPiece) {
        for range in AreaRange.ranges(of: piece) {
            for position in Self.roots(in: range) { remove(slot, range, at: position) }
        }
    }

    private static func roots(in range: AreaRange) -> [Position] {
        range.cells(shift: rootShift).map { east, north in
            Position(
                word: rootWord(east: east, north: north),
                east: east,
                north: north,
                shift: rootShift
            )
        }
    }

    /// The cells of a block below `position` that `range` reaches.
    private static func children(
        of position: Position,
        block: UInt32,
        in range: AreaRange
    ) -> [Position] {
        let shift = position.shift - 3
        return range.clipped(east: position.east, north: position.north, shift: position.shift)
            .cells(shift: shift).map { east, north in
                Position(
                    word: word(of: block, east: east, north: north, shift: shift),
                    east: east,
                    north: north,
                    shift: shift
                )
            }
    }

    private mutating func insert(
        _ slot: UInt32,
        _ piece: AreaPiece,
        _ range: AreaRange,
        at position: Position,
        _ pieceOf: (UInt32) -> AreaPiece
    ) {
        let state = piece.state(of: position.cell)
        guard state != .outside else { return }
        let node = ensureNode(at: position.word)
        let block = block(of: node)
        if state == .crossed, block != 0, Self.isDivisible(piece, at: position.shift) {
            for child in Self.children(of: position, block: block, in: range) {
                insert(slot, piece, range, at: child, pieceOf)
            }
            return
        }
        append(
            slot << 1 | (state == .inside ? 1 : 0),
            raster: state == .inside ? 0 : Self.raster(of: position, piece),
            to: node
        )
        if block == 0 { divideIfCrowded(node, at: position, pieceOf) }
    }

    /// The states of 4 by 4 parts of a cell.
    private static func raster(of position: Position, _ piece: AreaPiece) -> UInt32 {
        let shift = position.shift - 2
        var raster: UInt32 = 0
        for place in 0..<UInt32(16) {
            let part = Position(
                word: position.word,
                east: position.east + (place & 3) << shift,
                north: position.north + (place >> 2) << shift,
                shift: shift
            )
            // Beyond the last meridian and the north pole there are no places.
            guard part.east < BoundingBox.fullWidthE7, part.north <= BoundingBox.fullWidthE7 / 2
            else { continue }
            raster |= UInt32(piece.state(of: part.cell).rawValue) << (place * 2)
        }
        return raster
    }

    private static func isDivisible(_ piece: AreaPiece, at shift: UInt32) -> Bool {
        shift > leastShift && max(piece.width, piece.height) >> finenessShift <= 1 << (shift - 3)
    }

    /// Moves crossed entries into cells below, where there are too many of them.
    private mutating func divideIfCrowded(
        _ node: UInt32,
        at position: Position,
        _ pieceOf: (UInt32) -> AreaPiece
    ) {
        guard count(of: node) > UInt32(Self.crossedCountMax) else { return }
        let slots = (0..<Int(count(of: node))).map { entries(of: node)[$0] }
            .filter { $0 & 1 == 0 && Self.isDivisible(pieceOf($0 >> 1), at: position.shift) }
            .map { $0 >> 1 }
        guard slots.count > Self.crossedCountMax else { return }
        addBlock(to: node)
        let block = block(of: node)
        for slot in slots {
            removeEntry(of: slot, from: node)
            let piece = pieceOf(slot)
            for range in AreaRange.ranges(of: piece) {
                for child in Self.children(of: position, block: block, in: range) {
                    insert(slot, piece, range, at: child, pieceOf)
                }
            }
        }
    }

    private mutating func remove(_ slot: UInt32, _ range: AreaRange, at position: Position) {
        let node = node(at: position.word)
        guard node != 0 else { return }
        let block = block(of: node)
        if !removeEntry(of: slot, from: node), block != 0 {
            for child in Self.children(of: position, block: block, in: range) {
                remove(slot, range, at: child)
            }
            removeBlockIfEmpty(of: node)
        }
        if count(of: node) == 0, self.block(of: node) == 0 { removeNode(at: position.word) }
    }

    /// - Returns: Whether the node had an entry of that slot.
    @discardableResult
    private mutating func removeEntry(of slot: UInt32, from node: UInt32) -> Bool {
        let entries = entries(of: node)
        guard let place = (0..<Int(count(of: node))).first(where: { entries[$0] >> 1 == slot })
        else { return false }
        removeEntry(at: place, of: node)
        return true
    }
}

/// A box in units east of -180 and north of -90, not across the antimeridian.
struct AreaRange {
    var west: UInt32
    var east: UInt32
    var south: UInt32
    var north: UInt32

    /// The box of a piece in one range, or in two that share no cell.
    static func ranges(of piece: AreaPiece) -> [AreaRange] {
        let south = UInt32(Int64(piece.southE7) + Int64(GeoPoint.latitudeE7Max))
        return ranges(
            westE7: piece.westE7,
            width: Int64(piece.width),
            south: south,
            north: south + piece.height
        )
    }

    /// A box that begins at `westE7`.
    static func ranges(westE7: Int32, width: Int64, south: UInt32, north: UInt32) -> [AreaRange] {
        let turn = Int64(BoundingBox.fullWidthE7)
        let west = Int64(eastOffset(of: westE7))
        let east = west + width
        func range(_ west: Int64, _ east: Int64) -> AreaRange {
            AreaRange(west: UInt32(west), east: UInt32(east), south: south, north: north)
        }
        if east < turn { return [range(west, east)] }
        // Two ranges that met in a cell of the first grid would enter it twice.
        let isAround =
            (east - turn) >> Int64(AreaTree.rootShift) >= west >> Int64(AreaTree.rootShift)
        return isAround ? [range(0, turn - 1)] : [range(west, turn - 1), range(0, east - turn)]
    }

    /// How far east of -180 a longitude lies; 180 is -180.
    @inline(__always)
    static func eastOffset(of longitudeE7: Int32) -> UInt32 {
        BoundingBox.eastwardE7(from: -GeoPoint.longitudeE7Max, to: longitudeE7)
    }

    /// How far north of -90 a latitude lies.
    @inline(__always)
    static func northOffset(of latitudeE7: Int32) -> UInt32 {
        UInt32(bitPattern: latitudeE7 &+ GeoPoint.latitudeE7Max)
    }

    /// The part of it in a cell that it reaches.
    func clipped(east cellEast: UInt32, north cellNorth: UInt32, shift: UInt32) -> AreaRange {
        // The last cells reach beyond 32 bits' end of neither side: 54 of 2^26 are 3.6e9.
        let last = UInt32(1) << shift - 1
        return AreaRange(
            west: max(west, cellEast),
            east: min(east, cellEast | last),
            south: max(south, cellNorth),
            north: min(north, cellNorth | last)
        )
    }

    /// The south-western places of the cells of width 2^`shift` that it reaches; none where it is empty.
    func cells(shift: UInt32) -> [(east: UInt32, north: UInt32)] {
        guard west <= east, south <= north else { return [] }
        return (south >> shift...north >> shift).flatMap { row in
            (west >> shift...east >> shift).map { ($0 << shift, row << shift) }
        }
    }
}
