/// The edges of a piece by stripes: the height is cut into stripes of a power of two units, and each lists the
/// edges that reach into it.
///
/// Corners lie in the order of their rings, so an edge is a corner and the next; they are units east of the west
/// and north of the south edge of the piece's frame. Edges are less than 180 degrees wide.
///
/// Safe: the pointers are into the block of one `AreaPiece`, whose builder wrote every start, edge and corner;
/// callers pass places and stripes within the frame's height.
struct EdgeTable {
    /// A corner of the outline.
    struct Corner {
        var east: UInt32
        var north: UInt32
    }

    /// For each stripe the place of its first edge in `stripeEdges`, and one more for the end.
    let stripeStarts: UnsafePointer<UInt32>
    /// For each stripe its edges, each by its first corner.
    let stripeEdges: UnsafePointer<UInt32>
    let corners: UnsafePointer<Corner>
    /// Edges that are no border: cuts along the antimeridian and the poles.
    let seams: UnsafePointer<UInt32>
    let seamCount: Int
    let stripeShift: UInt32

    /// Whether a place lies within an odd number of edges or on one.
    ///
    /// Exact in integers, without a branch for each edge. A ray goes east from the place; an edge that it crosses
    /// has one end above it. Left of an edge's direction is west of it where it goes up, and that is the sign of
    /// `rise - run`: products below 3.3e18 and 6.5e18, which fit 64 bits where their difference might not.
    @inline(__always)
    func contains(east: UInt32, north: UInt32) -> Bool {
        let stripe = Int(north >> stripeShift)
        var isInside = false
        for place in Int(stripeStarts[stripe])..<Int(stripeStarts[stripe &+ 1]) {
            let edge = Int(stripeEdges[place])
            let start = corners[edge]
            let end = corners[edge &+ 1]
            let height = Int64(end.north) &- Int64(start.north)
            let width = Int64(end.east) &- Int64(start.east)
            let rise = width &* (Int64(north) &- Int64(start.north))
            let run = (Int64(east) &- Int64(start.east)) &* height
            if rise == run, Self.boxContains(start, end, east, north) { return true }
            let isSpanned = (start.north > north) != (end.north > north)
            let isWest = (rise > run) == (height > 0)
            isInside = isInside != (isSpanned && isWest)
        }
        return isInside
    }

    @inline(__always)
    private static func boxContains(
        _ start: Corner,
        _ end: Corner,
        _ east: UInt32,
        _ north: UInt32
    ) -> Bool {
        north >= min(start.north, end.north) && north <= max(start.north, end.north)
            && east >= min(start.east, end.east) && east <= max(start.east, end.east)
    }

    /// Whether the edge that starts at corner `edge` is a seam.
    @inline(__always)
    func isSeam(_ edge: Int) -> Bool {
        seamCount > 0 && (0..<seamCount).contains { Int(seams[$0]) == edge }
    }
}
