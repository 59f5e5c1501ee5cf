/// Edges of a frame, sorted into stripes: what a builder writes into a piece's block.
struct EdgeStripes {
    /// What starts and copies together may take for each edge, in 32-bit words, so that the index of a polygon, its
    /// raster included, stays below 1.5 times its corners: 4 * 2.4 + 2 of 12 bytes.
    private static let wordsPerEdge = 2.4

    /// The corners of all rings or lines in a row.
    private(set) var corners: [EdgeTable.Corner] = []
    /// For each edge that has a length its first corner.
    private(set) var edges: [UInt32] = []
    /// The height of a stripe as a power of two.
    private(set) var shift: UInt32 = 0
    /// As in `EdgeTable`.
    private(set) var stripeStarts: [UInt32] = []
    private(set) var stripeEdges: [UInt32] = []

    /// The edges of a polygon, which `halfWidth` moves from its middle meridian to its west edge.
    init(_ polygon: Polygon) {
        let box = polygon.boundingBox
        let halfWidth = Int64(box.widthE7 / 2)
        func corner(_ x: Int32, _ y: Int32) -> EdgeTable.Corner {
            EdgeTable.Corner(
                east: UInt32(Int64(x) + halfWidth),
                north: UInt32(Int64(y) - Int64(box.southE7))
            )
        }
        corners.reserveCapacity(polygon.edges.count + polygon.rings.count)
        var previous: PlanarEdge?
        for edge in polygon.edges {
            let continues = previous?.endX == edge.startX && previous?.endY == edge.startY
            if !continues { corners.append(corner(edge.startX, edge.startY)) }
            append(corner(edge.endX, edge.endY))
            previous = edge
        }
        sort(height: UInt32(Int64(box.northE7) - Int64(box.southE7)))
    }

    /// The edges of a line in the frame of its own box.
    init(_ line: UnrolledLine, southE7: Int32, height: UInt32) {
        for (latitude, longitude) in zip(line.latitudes, line.longitudes) {
            let corner = EdgeTable.Corner(
                east: UInt32(longitude - line.west),
                north: UInt32(Int64(latitude) - Int64(southE7))
            )
            if corners.isEmpty { corners.append(corner) } else { append(corner) }
        }
        sort(height: height)
    }

    /// An edge from the last corner; none where it has no length.
    private mutating func append(_ corner: EdgeTable.Corner) {
        let last = corners[corners.count - 1]
        guard last.east != corner.east || last.north != corner.north else { return }
        edges.append(UInt32(corners.count - 1))
        corners.append(corner)
    }

    private mutating func sort(height: UInt32) {
        // From the finest stripes, about one for each edge, to the first that keep to the bound.
        let finest = height / UInt32(max(1, edges.count))
        shift = UInt32(32 - finest.leadingZeroBitCount)
        let wordsMax = max(24, Int(Double(edges.count) * Self.wordsPerEdge))
        while shift < 31, copyCount() + Int(height >> shift) + 2 > wordsMax { shift += 1 }
        let stripeCount = Int(height >> shift) + 1
        stripeStarts = [UInt32](repeating: 0, count: stripeCount + 1)
        for edge in edges {
            for stripe in stripes(edge) { stripeStarts[stripe + 1] += 1 }
        }
        for stripe in 1...stripeCount { stripeStarts[stripe] += stripeStarts[stripe - 1] }
        var cursors = stripeStarts
        stripeEdges = [UInt32](repeating: 0, count: Int(stripeStarts[stripeCount]))
        for edge in edges {
            for stripe in stripes(edge) {
                stripeEdges[Int(cursors[stripe])] = edge
                cursors[stripe] += 1
            }
        }
    }

    private func copyCount() -> Int {
        edges.reduce(0) { $0 + stripes($1).count }
    }

    /// The stripes that an edge reaches into, both ends included.
    private func stripes(_ edge: UInt32) -> ClosedRange<Int> {
        let start = corners[Int(edge)].north
        let end = corners[Int(edge) + 1].north
        return Int(min(start, end) >> shift)...Int(max(start, end) >> shift)
    }
}
