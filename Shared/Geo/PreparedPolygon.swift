/// A polygon with an index of its edges, for many questions about one area.
///
/// The height is cut into stripes of a power of two units; each holds copies of the edges that reach into it, one
/// after the other in memory. A question looks at one stripe: two or three edges of a usual outline, whatever its
/// length. Immutable: built off the hot path and swapped in.
package struct PreparedPolygon: Sendable {
    /// The most copies of edges for each edge: outlines whose edges are taller than a stripe get fewer stripes.
    static let copiesPerEdgeMax = 4

    /// The smallest box around it.
    package let boundingBox: BoundingBox
    private let middleLongitudeE7: Int32
    private let southE7: Int32
    private let stripeShift: UInt32
    /// For each stripe the place of its first edge in `stripedEdges`, and one more for the end.
    private let stripeStarts: [Int32]
    private let stripedEdges: [PlanarEdge]

    /// Indexes `polygon`.
    ///
    /// - Complexity: O(n) time and memory in its edges, at most 64 bytes each.
    package init(_ polygon: Polygon) {
        boundingBox = polygon.boundingBox
        middleLongitudeE7 = polygon.middleLongitudeE7
        let south = polygon.boundingBox.southE7
        let height = Int64(polygon.boundingBox.northE7) - Int64(south)
        // From the finest stripes, about one for each edge, to the first that keep to the bound.
        let finest = height / Int64(max(1, polygon.edges.count))
        var shift = UInt32(64 - finest.leadingZeroBitCount)
        while Self.copyCount(polygon.edges, south: south, shift: shift)
            > polygon.edges.count * Self.copiesPerEdgeMax
        {
            shift += 1
        }
        let stripeCount = Int(height >> Int64(shift)) + 1
        var starts = [Int32](repeating: 0, count: stripeCount + 1)
        for edge in polygon.edges {
            for stripe in edge.stripes(south: south, shift: shift) {
                starts[stripe + 1] += 1
            }
        }
        for stripe in 1...stripeCount {
            starts[stripe] += starts[stripe - 1]
        }
        var cursors = starts
        let blank = PlanarEdge(startX: 0, startY: 0, endX: 0, endY: 0)
        var striped = [PlanarEdge](repeating: blank, count: Int(starts[stripeCount]))
        for edge in polygon.edges {
            for stripe in edge.stripes(south: south, shift: shift) {
                striped[Int(cursors[stripe])] = edge
                cursors[stripe] += 1
            }
        }
        southE7 = south
        stripeShift = shift
        stripeStarts = starts
        stripedEdges = striped
    }

    /// Whether `point` lies in the area or on an edge: the same answer as `Polygon.contains`, always.
    ///
    /// - Complexity: O(edges of one stripe), no allocation.
    package func contains(_ point: GeoPoint) -> Bool {
        guard boundingBox.contains(point) else { return false }
        let y = point.latitudeE7
        let stripe = PlanarEdge.stripe(of: y, south: southE7, shift: stripeShift)
        let range = Int(stripeStarts[stripe])..<Int(stripeStarts[stripe + 1])
        return PlanarPosition.of(point.longitudeE7, relativeTo: middleLongitudeE7).contains { x in
            var isInside = false
            for index in range {
                switch stripedEdges[index].relation(x: x, y: y) {
                case .misses: continue
                case .crosses: isInside.toggle()
                case .touches: return true
                }
            }
            return isInside
        }
    }

    private static func copyCount(_ edges: [PlanarEdge], south: Int32, shift: UInt32) -> Int {
        edges.reduce(0) { $0 + $1.stripes(south: south, shift: shift).count }
    }
}

extension PlanarEdge {
    /// The stripe that holds the latitude `y`, which lies at or north of `south`.
    @inline(__always)
    fileprivate static func stripe(of y: Int32, south: Int32, shift: UInt32) -> Int {
        Int((Int64(y) &- Int64(south)) >> Int64(shift))
    }

    /// The stripes that the edge reaches into, both ends included.
    fileprivate func stripes(south: Int32, shift: UInt32) -> ClosedRange<Int> {
        let low = Self.stripe(of: min(startY, endY), south: south, shift: shift)
        return low...Self.stripe(of: max(startY, endY), south: south, shift: shift)
    }
}

/// A multipolygon with an index of its pieces and edges.
package struct PreparedMultiPolygon: Sendable {
    /// Of each piece, in a row: most questions end at a box.
    private let boundingBoxes: [BoundingBox]
    private let pieces: [PreparedPolygon]

    /// Indexes `multiPolygon`.
    package init(_ multiPolygon: MultiPolygon) {
        pieces = multiPolygon.polygons.map(PreparedPolygon.init)
        boundingBoxes = pieces.map(\.boundingBox)
    }

    /// Whether `point` lies in a piece or on its edge.
    ///
    /// - Complexity: O(pieces) for their boxes, then as `PreparedPolygon.contains`; no allocation.
    package func contains(_ point: GeoPoint) -> Bool {
        for (index, box) in boundingBoxes.enumerated() where box.contains(point) {
            if pieces[index].contains(point) { return true }
        }
        return false
    }
}
