/// A straight edge in the plane of longitude and latitude, in units of 1e-7 degrees.
///
/// x is the longitude relative to its polygon's middle meridian, -1 800 000 000 ... 1 800 000 000, so that an area
/// across the antimeridian is in one piece. No edge is 180 degrees wide or wider.
struct PlanarEdge: Hashable, Sendable {
    var startX: Int32
    var startY: Int32
    var endX: Int32
    var endY: Int32

    /// How an edge lies to the ray that starts at a point and goes east.
    enum Relation {
        /// The ray misses it.
        case misses
        /// The ray crosses it once.
        case crosses
        /// The point lies on it.
        case touches
    }

    /// Exact in integers. Half-open in y: the lower end counts and the upper does not, so a ray through a
    /// vertex crosses one of its two edges, or both, or neither, as the parity needs.
    @inline(__always)
    func relation(x: Int32, y: Int32) -> Relation {
        let lowY = min(startY, endY)
        let highY = max(startY, endY)
        guard y >= lowY, y <= highY, x <= max(startX, endX) else { return .misses }
        let isCrossable = y < highY
        if x < min(startX, endX) { return isCrossable ? .crosses : .misses }
        // In the box of the edge: each difference is below 1.8e9, so each product below 3.3e18.
        let ascendsX = Int64(endX) &- Int64(startX)
        let ascendsY = Int64(endY) &- Int64(startY)
        let side =
            ascendsX &* (Int64(y) &- Int64(startY)) &- (Int64(x) &- Int64(startX)) &* ascendsY
        if side == 0 { return .touches }
        // Above zero the point lies left of the edge's direction: west of it where it goes up.
        return isCrossable && (side > 0) == (ascendsY > 0) ? .crosses : .misses
    }
}

extension PlanarEdge {
    /// How two edges meet.
    enum Meeting {
        /// Not at all, or in an end of one of them: touching is allowed.
        case apart
        /// In one inner point of both.
        case crossing
        /// Along a common stretch.
        case overlap
    }

    /// How this edge and `other`, whose boxes share a point, meet.
    func meeting(_ other: PlanarEdge) -> Meeting {
        let first = side(other.startX, other.startY)
        let second = side(other.endX, other.endY)
        let third = other.side(startX, startY)
        let fourth = other.side(endX, endY)
        if first == 0, second == 0 { return overlaps(other) ? .overlap : .apart }
        return first * second < 0 && third * fourth < 0 ? .crossing : .apart
    }

    /// The sign of the side on which a position lies: 1 left, -1 right, 0 on the line.
    ///
    /// Exact: an edge is less than 1.8e9 wide and at most 1.8e9 high, and the other position at most 3.6e9 away, so
    /// each product stays below 6.5e18 and fits 64 bits; their difference might not, so they are compared.
    private func side(_ x: Int32, _ y: Int32) -> Int {
        let left = (Int64(endX) &- Int64(startX)) &* (Int64(y) &- Int64(startY))
        let right = (Int64(endY) &- Int64(startY)) &* (Int64(x) &- Int64(startX))
        return left == right ? 0 : left > right ? 1 : -1
    }

    /// Whether two edges on one line share more than a point.
    private func overlaps(_ other: PlanarEdge) -> Bool {
        if startX != endX {
            let low = max(min(startX, endX), min(other.startX, other.endX))
            return low < min(max(startX, endX), max(other.startX, other.endX))
        }
        let low = max(min(startY, endY), min(other.startY, other.endY))
        return low < min(max(startY, endY), max(other.startY, other.endY))
    }
}
