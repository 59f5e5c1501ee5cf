/// A corridor as the hot paths read it: where its line lies and how wide it is.
struct CorridorTable {
    /// The frame of the line's edges: its own box, which is smaller than the corridor's.
    let westE7: Int32
    let southE7: Int32
    let width: UInt32
    let height: UInt32
    /// Half of the width with the tolerance at the border.
    let reach: Double

    /// Whether `point` lies in the corridor.
    func contains(_ point: GeoPoint, edges: EdgeTable) -> Bool {
        // The first edge clearly within reach answers; else the nearest one decides.
        let square = reach * reach
        let bound = (reach * 1.001) * (reach * 1.001)
        return edges.nearestSquaredMeters(
            from: origin(point, reach: reach * 1.001),
            height: height,
            below: bound,
            enough: square
        ) <= square
    }

    /// Metres to the border, negative inside; not above `limit`.
    func signedDistance(to point: GeoPoint, edges: EdgeTable, limit: Double) -> Double {
        let lineReach = limit + reach
        let square = edges.nearestSquaredMeters(
            from: origin(point, reach: lineReach),
            height: height,
            below: lineReach * lineReach
        )
        return square.squareRoot() - (reach - Circle.boundaryTolerance.value)
    }

    /// Whether the straight way between two places outside of it touches it.
    func isTouched(byWayFrom start: GeoPoint, to target: GeoPoint, edges: EdgeTable) -> Bool {
        let way = EdgeTable.Segment(from: start, to: target, westE7: westE7, southE7: southE7)
        if edges.isTouched(by: way, width: width, height: height) { return true }
        // Neither crosses the other, so a corner of the line is nearest to the way, or one of its ends is.
        let reachUnits = Int64((reach / Earth.metersPerUnit).rounded(.up)) + 1
        let south = max(0, way.south - reachUnits)
        let north = min(Int64(height), way.north + reachUnits)
        guard south <= north else { return false }
        let first = edges.stripeStarts[Int(south >> Int64(edges.stripeShift))]
        let last = edges.stripeStarts[Int(north >> Int64(edges.stripeShift)) + 1]
        return (Int(first)..<Int(last)).contains { place in
            let edge = Int(edges.stripeEdges[place])
            return (edge...edge + 1).contains {
                let corner = self.point(edges.corners[$0])
                return EdgeDistance(from: corner).meters(toEdgeFrom: start, to: target) <= reach
            }
        }
    }

    private func origin(_ point: GeoPoint, reach: Double) -> EdgeTable.Origin {
        EdgeTable.Origin(point, westE7: westE7, southE7: southE7, reach: reach)
    }

    private func point(_ corner: EdgeTable.Corner) -> GeoPoint {
        GeoPoint(
            uncheckedLatitudeE7: Int32(Int64(southE7) + Int64(corner.north)),
            longitudeE7: GeoPoint.normalizedLongitudeE7(Int64(westE7) + Int64(corner.east))
        )
    }
}
