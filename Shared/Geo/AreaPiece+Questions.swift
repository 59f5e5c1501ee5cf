extension AreaPiece {
    /// The distance from `point` to the nearest border, at most `limit`; for a circle or corridor negative inside.
    ///
    /// - Parameter limit: Metres, 0 ... `PreparedArea.distanceMax`.
    func borderDistance(to point: GeoPoint, limit: Double) -> Double {
        switch kind {
        case .circle: return circle.pointee.signedDistance(to: point)
        case .corridor:
            return corridor.pointee.signedDistance(to: point, edges: edgeTable, limit: limit)
        case .polygon:
            let origin = EdgeTable.Origin(point, westE7: westE7, southE7: southE7, reach: limit)
            return edgeTable.nearestSquaredMeters(
                from: origin,
                height: height,
                below: limit * limit
            ).squareRoot()
        }
    }

    /// Whether the straight way between two places, neither of which lies in the piece, touches it.
    func isTouched(byWayFrom origin: GeoPoint, to target: GeoPoint) -> Bool {
        switch kind {
        case .circle:
            return circle.pointee.isTouched(byWayFrom: origin, to: target)
        case .corridor:
            return corridor.pointee.isTouched(byWayFrom: origin, to: target, edges: edgeTable)
        case .polygon:
            let way = EdgeTable.Segment(
                from: origin,
                to: target,
                westE7: westE7,
                southE7: southE7
            )
            return edgeTable.isTouched(by: way, width: width, height: height)
        }
    }

    /// What is known of all places of a cell; `crossed` where that is not decided.
    ///
    /// - Complexity: O(cells of the raster in the cell) and a bounded number of edges, or one distance.
    func state(of cell: AreaCell) -> CellState {
        kind == .polygon ? rasterState(of: cell) : distanceState(of: cell)
    }

    /// From the raster cells that the cell overlaps.
    private func rasterState(of cell: AreaCell) -> CellState {
        let south = Int64(cell.southE7) - Int64(southE7)
        let north = Int64(cell.northE7) - Int64(southE7)
        guard north >= 0, south <= Int64(height) else { return .outside }
        // The poles are one place each, which the raster does not know.
        if cell.touchesPole { return .crossed }
        var west = Int64(BoundingBox.eastwardE7(from: westE7, to: cell.westE7))
        var east = west + Int64(cell.eastE7) - Int64(cell.westE7)
        if west > Int64(width) {
            // Begins east of the box; it may come around to its west edge.
            west -= Int64(BoundingBox.fullWidthE7)
            east -= Int64(BoundingBox.fullWidthE7)
            guard east >= 0 else { return .outside }
        } else if west == 0, width == BoundingBox.fullWidthE7 {
            return .crossed
        }
        let isWithin =
            south >= 0 && north <= Int64(height) && west >= 0 && east <= Int64(width)
        let columns =
            UInt32(max(0, west)) >> UInt32(columnShift)...UInt32(min(Int64(width), east))
            >> UInt32(columnShift)
        let rows =
            UInt32(max(0, south)) >> UInt32(rowShift)...UInt32(min(Int64(height), north))
            >> UInt32(rowShift)
        let first = cellState(column: columns.lowerBound, row: rows.lowerBound)
        let isDecided =
            (first == .outside || first == .inside && isWithin)
            && rows.allSatisfy { row in
                columns.allSatisfy { cellState(column: $0, row: row) == first }
            }
        if isDecided { return first }
        guard isWithin else { return .crossed }
        return edgeState(west: west, south: south, east: east, north: north)
    }

    /// From the edges near a cell that lies within the box: finer than the raster, where they are few.
    private func edgeState(west: Int64, south: Int64, east: Int64, north: Int64) -> CellState {
        let table = edgeTable
        let first = table.stripeStarts[Int(south >> Int64(table.stripeShift))]
        let last = table.stripeStarts[Int(north >> Int64(table.stripeShift)) + 1]
        guard last - first <= Self.comparisonCountMax else { return .crossed }
        let box = EdgeTable.Segment(
            startEast: west,
            startNorth: south,
            endEast: east,
            endNorth: north
        )
        for place in Int(first)..<Int(last) {
            let edge = table.segment(Int(table.stripeEdges[place]))
            if edge.boxMeets(box), !edge.hasOnOneSide(box) { return .crossed }
        }
        // Nothing separates the places of the cell: one speaks for all.
        return edgesContain(east: UInt32(west), north: UInt32(south)) ? .inside : .outside
    }

    /// Edges that are compared with one cell: about a microsecond.
    private static let comparisonCountMax: UInt32 = 256

    /// From the distance of the cell's middle: no place of the cell is farther from it than half of its diagonal.
    private func distanceState(of cell: AreaCell) -> CellState {
        let half = cell.halfDiagonalMax
        let distance = borderDistance(
            to: cell.middle,
            limit: min(half * 1.01 + 1, PreparedArea.distanceMax.value)
        )
        if distance > half + 2 * Circle.boundaryTolerance.value {
            return half < PreparedArea.distanceMax.value / 2 ? .outside : .crossed
        }
        return distance < -half ? .inside : .crossed
    }
}
