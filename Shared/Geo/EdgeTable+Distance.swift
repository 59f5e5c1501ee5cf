internal import Glibc

extension EdgeTable {
    /// A place that distances are measured from, in the frame of a table.
    struct Origin {
        /// East of the frame's west edge, 0 ..< a turn, and north of its south edge, 1e-7 degrees.
        let east: Int64
        let north: Int64
        let distance: EdgeDistance
        /// Square metres of a square unit of longitude, no more than anywhere in reach.
        let eastSquare: Double
        /// The reach in units of latitude.
        let reach: Int64

        /// `point` in the frame with that corner, for edges at most `reach` away.
        init(_ point: GeoPoint, westE7: Int32, southE7: Int32, reach meters: Double) {
            east = Int64(BoundingBox.eastwardE7(from: westE7, to: point.longitudeE7))
            north = Int64(point.latitudeE7) - Int64(southE7)
            distance = EdgeDistance(from: point)
            reach = Int64((meters / Earth.metersPerUnit).rounded(.up)) + 1
            let farther = Int64(point.latitudeE7.magnitude) + reach
            let leastCosine =
                farther >= 900_000_000 ? 0 : cos(Double(farther) * Earth.radiansPerUnit)
            // The sine of half the turn is less than its angle: within 200 km by half a per cent at 78 degrees, and
            // never by more than the factor of two over pi, whose square is 0.405.
            let curvature = leastCosine > 0.2 ? 0.99 : 0.4
            eastSquare =
                leastCosine * leastCosine * Earth.metersPerUnit * Earth.metersPerUnit * curvature
        }
    }

    /// The square of the distance to the nearest edge that is no seam, where it is below `bound`; else `bound`.
    ///
    /// - Parameters:
    ///   - height: Of the frame, 1e-7 degrees.
    ///   - bound: Square metres, no more than the square of the origin's reach.
    ///   - enough: Square metres: the first edge as near as this ends the search.
    /// - Complexity: O(edges in the stripes within reach).
    func nearestSquaredMeters(
        from origin: Origin,
        height: UInt32,
        below bound: Double,
        enough: Double = -1
    ) -> Double {
        let south = max(0, origin.north - origin.reach)
        let north = min(Int64(height), origin.north + origin.reach)
        guard south <= north else { return bound }
        var best = bound
        let first = stripeStarts[Int(south >> Int64(stripeShift))]
        let last = stripeStarts[Int(north >> Int64(stripeShift)) + 1]
        for place in Int(first)..<Int(last) {
            let edge = Int(stripeEdges[place])
            measure(edge, from: origin, &best)
            if best <= enough { return best }
        }
        return best
    }

    /// Lowers `best` to the distance of one edge, unless it is a seam or clearly farther.
    @inline(__always)
    private func measure(_ edge: Int, from origin: Origin, _ best: inout Double) {
        let start = corners[edge]
        let end = corners[edge &+ 1]
        let startNorth = Int64(start.north) - origin.north
        let endNorth = Int64(end.north) - origin.north
        let gap = max(0, min(startNorth, endNorth), -max(startNorth, endNorth))
        let northMeters = Double(gap) * Earth.metersPerUnit
        let northSquare = northMeters * northMeters
        guard northSquare < best else { return }
        // The frame begins west of its edges; from beyond its east it is nearer the other way round.
        for copy in 0..<2 {
            let shift = Int64(copy) * Int64(BoundingBox.fullWidthE7) - origin.east
            let startEast = Int64(start.east) + shift
            let endEast = Int64(end.east) + shift
            let gap = Double(max(0, min(startEast, endEast), -max(startEast, endEast)))
            guard northSquare + gap * gap * origin.eastSquare < best, !isSeam(edge) else {
                continue
            }
            let squared = origin.distance.squaredMeters(
                startEast: startEast,
                startNorth: startNorth,
                endEast: endEast,
                endNorth: endNorth
            )
            best = min(best, squared)
        }
    }
}
