/// An area on the map: an outer ring and perhaps holes, checked when it is made.
///
/// Edges are straight in the plane of longitude and latitude and go the shorter way round, so an area across the
/// antimeridian may be written 170 to -170. Inside is what an odd number of edges separates from outside; a point on
/// an edge or corner, a hole's too, belongs to the area. Rings may touch in points, and wind either way.
///
/// A ring around a pole, all of it in that pole's hemisphere, holds the pole. A pole is one place: an area that
/// reaches its latitude holds it, whatever the longitude written with it.
package struct Polygon: Hashable, Sendable {
    /// The most positions of one polygon, all rings together. The largest national outlines that
    /// OpenStreetMap holds have some 100 000.
    package static let positionCountMax = 200_000
    /// The most rings of one polygon.
    package static let ringCountMax = 5000

    /// The outer ring and then the holes, each closed: its last position equals its first.
    package let rings: [[GeoPoint]]
    /// The smallest box around it.
    package let boundingBox: BoundingBox
    /// The meridian that `edges` are relative to.
    let middleLongitudeE7: Int32
    /// All edges of all rings, in order.
    let edges: [PlanarEdge]

    /// The area within `rings`, the first of which is the outer one.
    ///
    /// - Parameters:
    ///   - rings: Each closed: its last position equals its first.
    ///   - repeats: Whether a position may repeat the one before it.
    /// - Throws: The first fault with its place. `polygon` is 0 in it.
    /// - Complexity: O(n log n) for outlines as they occur; bounded by `CrossingSearch.comparisonCountMax`.
    package init(
        rings: [[GeoPoint]],
        repeats: RepeatedPositions = .accepted
    ) throws(GeometryError) {
        guard let outer = rings.first else { throw GeometryError(.empty) }
        guard rings.count <= Self.ringCountMax,
            rings.reduce(0, { $0 + $1.count }) <= Self.positionCountMax
        else { throw GeometryError(.tooMany) }

        let outline = try RingOutline(outer, ring: 0, repeats: repeats)
        let middle = outline.middleLongitude
        var edges = outline.edges(relativeTo: middle)
        var sources = [outline.sources]
        let outerEdges = edges
        for (ring, positions) in rings.enumerated().dropFirst() {
            let hole = try RingOutline(positions, ring: ring, repeats: repeats)
            guard let shift = hole.shift(into: outline) else {
                throw GeometryError(.holeOutside, ring: ring)
            }
            let holeEdges = hole.edges(relativeTo: middle - shift)
            guard Self.liesInside(holeEdges, of: outerEdges) else {
                throw GeometryError(.holeOutside, ring: ring)
            }
            edges += holeEdges
            sources.append(hole.sources)
        }
        try CrossingSearch(edges: edges, sources: sources).run()
        self.rings = rings
        self.edges = edges
        middleLongitudeE7 = GeoPoint.normalizedLongitudeE7(middle)
        boundingBox = outline.boundingBox
    }

    /// Whether `point` lies in the area or on an edge.
    ///
    /// - Complexity: O(n) in the edges; `PreparedPolygon` answers in near constant time.
    package func contains(_ point: GeoPoint) -> Bool {
        if point.isPole { return boundingBox.reaches(latitudeE7: point.latitudeE7) }
        guard boundingBox.contains(point) else { return false }
        let y = point.latitudeE7
        return PlanarPosition.of(point.longitudeE7, relativeTo: middleLongitudeE7).contains { x in
            Self.covers(edges, x: x, y: y)
        }
    }

    private static func covers(_ edges: [PlanarEdge], x: Int32, y: Int32) -> Bool {
        var isInside = false
        for edge in edges {
            switch edge.relation(x: x, y: y) {
            case .misses: continue
            case .crosses: isInside.toggle()
            case .touches: return true
            }
        }
        return isInside
    }

    /// Whether a ring that crosses no edge of `outer` lies within it: judged by its first corner off the edges.
    private static func liesInside(_ ring: [PlanarEdge], of outer: [PlanarEdge]) -> Bool {
        for corner in ring {
            let touches = outer.contains {
                if case .touches = $0.relation(x: corner.startX, y: corner.startY) {
                    true
                } else {
                    false
                }
            }
            if !touches { return covers(outer, x: corner.startX, y: corner.startY) }
        }
        return true
    }
}

/// The x of a longitude relative to a polygon's middle meridian.
enum PlanarPosition {
    /// One position, or two on the meridian opposite to the middle, which a world-wide area has on both sides.
    @inline(__always)
    static func of(_ longitude: Int32, relativeTo middle: Int32) -> PlanarPositions {
        let x = GeoPoint.longitudeDifferenceE7(from: middle, to: longitude)
        let isOpposite = x.magnitude == GeoPoint.longitudeE7Max.magnitude
        return PlanarPositions(first: x, second: isOpposite ? -x : x)
    }
}

/// One or two x of the same meridian.
struct PlanarPositions {
    let first: Int32
    let second: Int32

    /// Whether `predicate` holds for one of them.
    @inline(__always)
    func contains(where predicate: (Int32) -> Bool) -> Bool {
        predicate(first) || (second != first && predicate(second))
    }
}
