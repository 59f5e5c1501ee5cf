extension EdgeTable {
    /// A straight way in the plane of longitude and latitude, in the frame of a table.
    struct Segment {
        let startEast: Int64
        let startNorth: Int64
        let endEast: Int64
        let endNorth: Int64

        init(startEast: Int64, startNorth: Int64, endEast: Int64, endNorth: Int64) {
            self.startEast = startEast
            self.startNorth = startNorth
            self.endEast = endEast
            self.endNorth = endNorth
        }

        /// The shorter way from `origin` to `target` in the frame with that corner.
        init(from origin: GeoPoint, to target: GeoPoint, westE7: Int32, southE7: Int32) {
            let step = GeoPoint.longitudeDifferenceE7(
                from: origin.longitudeE7,
                to: target.longitudeE7
            )
            startEast = Int64(BoundingBox.eastwardE7(from: westE7, to: origin.longitudeE7))
            endEast = startEast + Int64(step)
            startNorth = Int64(origin.latitudeE7) - Int64(southE7)
            endNorth = Int64(target.latitudeE7) - Int64(southE7)
        }

        var west: Int64 { min(startEast, endEast) }
        var east: Int64 { max(startEast, endEast) }
        var south: Int64 { min(startNorth, endNorth) }
        var north: Int64 { max(startNorth, endNorth) }

        /// The same, a number of turns further east.
        func turned(_ turns: Int64) -> Segment {
            let shift = turns * Int64(BoundingBox.fullWidthE7)
            return Segment(
                startEast: startEast + shift,
                startNorth: startNorth,
                endEast: endEast + shift,
                endNorth: endNorth
            )
        }

        /// Whether the boxes of the two share a point.
        func boxMeets(_ other: Segment) -> Bool {
            west <= other.east && other.west <= east && south <= other.north
                && other.south <= north
        }

        /// Whether the two share a point; their boxes do.
        ///
        /// Exact: neither is wider than 180 degrees, so with boxes that meet no difference is above 3.6e9 east and
        /// 1.8e9 north, and each product fits 64 bits.
        func meets(_ other: Segment) -> Bool {
            side(other.startEast, other.startNorth) * side(other.endEast, other.endNorth) <= 0
                && other.side(startEast, startNorth) * other.side(endEast, endNorth) <= 0
        }

        /// Whether all corners of a box lie strictly on one side of the line.
        func hasOnOneSide(_ box: Segment) -> Bool {
            let sum =
                side(box.west, box.south) + side(box.east, box.south) + side(box.west, box.north)
                + side(box.east, box.north)
            return sum.magnitude == 4
        }

        /// The side of the line on which a place lies: 1 left, -1 right, 0 on it.
        private func side(_ east: Int64, _ north: Int64) -> Int {
            let left = (endEast &- startEast) &* (north &- startNorth)
            let right = (endNorth &- startNorth) &* (east &- startEast)
            return left == right ? 0 : left > right ? 1 : -1
        }
    }

    /// The edge that starts at corner `edge`.
    func segment(_ edge: Int) -> Segment {
        let start = corners[edge]
        let end = corners[edge &+ 1]
        return Segment(
            startEast: Int64(start.east),
            startNorth: Int64(start.north),
            endEast: Int64(end.east),
            endNorth: Int64(end.north)
        )
    }

    /// Whether a way touches an edge.
    ///
    /// - Parameters:
    ///   - width: Of the frame, and `height`, 1e-7 degrees.
    /// - Complexity: O(edges in the stripes that the way spans), no allocation.
    func isTouched(by way: Segment, width: UInt32, height: UInt32) -> Bool {
        let south = max(0, way.south)
        let north = min(Int64(height), way.north)
        guard south <= north else { return false }
        let first = stripeStarts[Int(south >> Int64(stripeShift))]
        let last = stripeStarts[Int(north >> Int64(stripeShift)) + 1]
        for turns in -1...1 {
            let turned = way.turned(Int64(turns))
            guard turned.west <= Int64(width), turned.east >= 0 else { continue }
            for place in Int(first)..<Int(last) {
                let edge = segment(Int(stripeEdges[place]))
                if edge.boxMeets(turned), edge.meets(turned) { return true }
            }
        }
        return false
    }
}
