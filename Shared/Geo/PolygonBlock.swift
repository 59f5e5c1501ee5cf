/// Writes the block of a polygon's piece.
///
/// Safe: the block is allocated for the sum of its parts, each aligned to 8 bytes and written whole; raster cells are
/// addressed by columns and rows of places in the polygon's box.
struct PolygonBlock {
    /// Cells of the raster for each edge: two bits each, so 2 bytes an edge.
    private static let cellsPerEdge = 8
    private static let cellCountMin = 64

    private let stripes: EdgeStripes
    private let width: UInt32
    private let height: UInt32
    private var columnShift: UInt32 = 0
    private var rowShift: UInt32 = 0

    /// The piece of `polygon`; its caller owns the block.
    static func piece(_ polygon: Polygon) -> AreaPiece {
        PolygonBlock(polygon).written(polygon)
    }

    private init(_ polygon: Polygon) {
        let box = polygon.boundingBox
        width = box.widthE7
        height = UInt32(Int64(box.northE7) - Int64(box.southE7))
        stripes = EdgeStripes(polygon)
        let cellCountMax = max(Self.cellCountMin, stripes.edges.count * Self.cellsPerEdge)
        while columnCount * rowCount > cellCountMax {
            if columnCount >= rowCount { columnShift += 1 } else { rowShift += 1 }
        }
    }

    private var columnCount: Int { Int(width >> columnShift) + 1 }
    private var rowCount: Int { Int(height >> rowShift) + 1 }

    private func written(_ polygon: Polygon) -> AreaPiece {
        let rasterSize = Self.aligned((columnCount * rowCount + 3) / 4)
        let startsSize = Self.aligned(stripes.stripeStarts.count * 4)
        let edgesSize = Self.aligned(stripes.stripeEdges.count * 4)
        let cornersSize = stripes.corners.count * 8
        let byteCount = rasterSize + startsSize + edgesSize + cornersSize
        let base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: 16)
        var piece = AreaPiece(
            westE7: polygon.boundingBox.westE7,
            southE7: polygon.boundingBox.southE7,
            width: width,
            height: height,
            base: base,
            byteCount: UInt32(byteCount),
            kind: .polygon
        )
        piece.columnCount = UInt32(columnCount)
        piece.startsOffset = UInt32(rasterSize)
        piece.edgesOffset = UInt32(rasterSize + startsSize)
        piece.cornersOffset = UInt32(rasterSize + startsSize + edgesSize)
        piece.columnShift = UInt8(columnShift)
        piece.rowShift = UInt8(rowShift)
        piece.stripeShift = UInt8(stripes.shift)
        Self.copy(stripes.stripeStarts, to: base + Int(piece.startsOffset))
        Self.copy(stripes.stripeEdges, to: base + Int(piece.edgesOffset))
        Self.copy(stripes.corners, to: base + Int(piece.cornersOffset))
        fillRaster(of: piece)
        return piece
    }

    /// Copies an array's elements to memory that holds as many.
    static func copy<Element>(_ elements: [Element], to place: UnsafeMutableRawPointer) {
        elements.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress {
                place.copyMemory(from: start, byteCount: bytes.count)
            }
        }
    }

    static func aligned(_ byteCount: Int) -> Int { (byteCount + 7) & ~7 }

    /// Marks the cells that edges go through; the others are wholly inside or outside.
    private func fillRaster(of piece: AreaPiece) {
        var states = [UInt8](repeating: 0, count: columnCount * rowCount)
        let crossed = CellState.crossed.rawValue
        for edge in stripes.edges.lazy.map(Int.init) {
            mark(stripes.corners[edge], stripes.corners[edge + 1], in: &states)
        }
        for row in 0..<rowCount {
            for column in 0..<columnCount {
                let cell = row * columnCount + column
                if states[cell] == crossed { continue }
                // Two cells side by side without an edge through either lie on the same side of all.
                if column > 0, states[cell - 1] != crossed {
                    states[cell] = states[cell - 1]
                } else if row > 0, states[cell - columnCount] != crossed {
                    states[cell] = states[cell - columnCount]
                } else {
                    let isInside = piece.edgeTable.contains(
                        east: UInt32(column) << columnShift,
                        north: UInt32(row) << rowShift
                    )
                    states[cell] = (isInside ? CellState.inside : .outside).rawValue
                }
            }
        }
        for byte in 0..<(states.count + 3) / 4 {
            var packed: UInt8 = 0
            for cell in byte * 4..<min(states.count, byte * 4 + 4) {
                packed |= states[cell] << UInt8((cell & 3) * 2)
            }
            piece.base.storeBytes(of: packed, toByteOffset: byte, as: UInt8.self)
        }
    }

    /// Marks every cell that an edge has a point in, where a cell owns its western and southern side.
    private func mark(
        _ start: EdgeTable.Corner,
        _ end: EdgeTable.Corner,
        in states: inout [UInt8]
    ) {
        let (low, high) = start.north <= end.north ? (start, end) : (end, start)
        let rise = Int64(high.north) - Int64(low.north)
        let run = Int64(high.east) - Int64(low.east)
        for row in Int(low.north >> rowShift)...Int(high.north >> rowShift) {
            // The part of the edge in this row, from where it enters to where it leaves or ends.
            let bottom = max(Int64(low.north), Int64(row) << Int64(rowShift)) - Int64(low.north)
            let top = min(Int64(high.north), Int64(row + 1) << Int64(rowShift)) - Int64(low.north)
            let first =
                rise == 0 ? Int64(low.east) : Int64(low.east) + Self.floor(run * bottom, rise)
            let last = rise == 0 ? Int64(high.east) : Int64(low.east) + Self.floor(run * top, rise)
            for column in Int(
                min(first, last) >> Int64(columnShift)
            )...Int(max(first, last) >> Int64(columnShift)) {
                states[row * columnCount + column] = CellState.crossed.rawValue
            }
        }
    }

    /// The quotient rounded down; the divisor is above zero.
    private static func floor(_ dividend: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
