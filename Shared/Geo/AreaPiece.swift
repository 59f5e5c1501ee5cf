/// One piece of an area as the hot paths read it: a box, and where the rest lies in one block of memory.
///
/// A trivial value of 64 bytes, one cache line, copied freely: `PreparedStorage` owns the block. A polygon's block
/// holds, one behind the other, a raster of two bits a cell (outside, inside, or crossed by an edge), the first
/// edge of each stripe, the edges by stripe, and the corners. Most questions end at the box or at the raster,
/// others at the two to four edges of a stripe; only integers decide. Circles and corridors keep a table of their
/// own in the block.
///
/// Safe: offsets and counts are those of the one builder that allocated the block (`PolygonBlock`, `CircleTable`,
/// `CorridorTable`); a place is looked up only after it was found in the box that the raster and stripes cover.
struct AreaPiece {
    /// What the block holds.
    enum Kind: UInt8 {
        case polygon
        case circle
        case corridor
    }

    /// The box: west and south edge, and the extent east and north of them, 1e-7 degrees.
    var westE7: Int32
    var southE7: Int32
    var width: UInt32
    var height: UInt32
    /// The block; a polygon's raster is at its start.
    var base: UnsafeMutableRawPointer
    var byteCount: UInt32
    /// Cells in a row of the raster.
    var columnCount: UInt32 = 0
    var startsOffset: UInt32 = 0
    var edgesOffset: UInt32 = 0
    var cornersOffset: UInt32 = 0
    /// Edges at the end of the block that are no border, in ascending order.
    var seamCount: UInt32 = 0
    var kind: Kind
    var columnShift: UInt8 = 0
    var rowShift: UInt8 = 0
    var stripeShift: UInt8 = 0
    /// Fills the line.
    var spare: UInt64 = 0

    /// Whether a place lies in the piece or on its border.
    @inline(__always)
    func contains(latitudeE7: Int32, longitudeE7: Int32) -> Bool {
        // South of the box the difference is negative, which is huge without a sign.
        let north = UInt32(bitPattern: latitudeE7 &- southE7)
        let east = BoundingBox.eastwardE7(from: westE7, to: longitudeE7)
        guard north <= height, east <= width else { return false }
        if kind == .polygon { return polygonContains(east: east, north: north) }
        return roundContains(latitudeE7: latitudeE7, longitudeE7: longitudeE7)
    }

    /// Whether a place in the box lies in the polygon: by its raster, else by its edges.
    @inline(__always)
    private func polygonContains(east: UInt32, north: UInt32) -> Bool {
        let state = cellState(
            column: east >> UInt32(columnShift),
            row: north >> UInt32(rowShift)
        )
        return state == .crossed
            ? edgesContain(east: east, north: north) : state == .inside
    }

    /// The state of one cell of a polygon's raster.
    @inline(__always)
    func cellState(column: UInt32, row: UInt32) -> CellState {
        let cell = Int(row) &* Int(columnCount) &+ Int(column)
        let bits = base.load(fromByteOffset: cell >> 2, as: UInt8.self) >> UInt8((cell & 3) << 1)
        return CellState(bits: bits & 3)
    }

    /// Whether a place in the box lies among the edges; a world-wide polygon has its first meridian on both sides.
    @inline(never)
    func edgesContain(east: UInt32, north: UInt32) -> Bool {
        if edgeTable.contains(east: east, north: north) { return true }
        return east == 0 && width == BoundingBox.fullWidthE7
            && edgeTable.contains(east: width, north: north)
    }

    /// Whether a place in the box lies in a circle or corridor.
    @inline(never)
    private func roundContains(latitudeE7: Int32, longitudeE7: Int32) -> Bool {
        kind == .circle
            ? circle.pointee.contains(latitudeE7: latitudeE7, longitudeE7: longitudeE7)
            : corridor.pointee.contains(
                GeoPoint(uncheckedLatitudeE7: latitudeE7, longitudeE7: longitudeE7),
                edges: edgeTable
            )
    }

    /// Whether `point` lies in the piece, poles included.
    func contains(_ point: GeoPoint) -> Bool {
        if kind == .polygon, point.isPole { return reaches(pole: point.latitudeE7) }
        return contains(latitudeE7: point.latitudeE7, longitudeE7: point.longitudeE7)
    }

    /// Whether the box has places at a pole.
    func reaches(pole latitudeE7: Int32) -> Bool {
        let north = Int64(latitudeE7) - Int64(southE7)
        return north >= 0 && north <= Int64(height)
    }

    /// The table of a circle, which this is.
    var circle: UnsafePointer<CircleTable> {
        UnsafePointer(base.assumingMemoryBound(to: CircleTable.self))
    }

    /// The table of a corridor, which this is.
    var corridor: UnsafePointer<CorridorTable> {
        UnsafePointer(base.assumingMemoryBound(to: CorridorTable.self))
    }

    /// The edges of a polygon or the line of a corridor.
    @inline(__always)
    var edgeTable: EdgeTable {
        EdgeTable(
            stripeStarts: pointer(startsOffset, UInt32.self),
            stripeEdges: pointer(edgesOffset, UInt32.self),
            corners: pointer(cornersOffset, EdgeTable.Corner.self),
            seams: pointer(byteCount &- seamCount &* 4, UInt32.self),
            seamCount: Int(seamCount),
            stripeShift: UInt32(stripeShift)
        )
    }

    @inline(__always)
    private func pointer<Value>(_ offset: UInt32, _: Value.Type) -> UnsafePointer<Value> {
        UnsafePointer((base + Int(offset)).assumingMemoryBound(to: Value.self))
    }
}

/// What is known of a cell of a polygon's raster.
enum CellState: UInt8 {
    /// No place of it belongs to the area.
    case outside = 0
    /// Every place of it does.
    case inside = 1
    /// An edge goes through it.
    case crossed = 2

    @inline(__always)
    init(bits: UInt8) {
        self = bits == 0 ? .outside : bits == 1 ? .inside : .crossed
    }
}
