internal import Glibc

/// One search around one place in the cells of a `PointGrid`.
struct GridSearch {
    /// Rings end within one degree of span, where the ranking's approximation holds and nothing wraps twice.
    static let ringMax: Int32 = 64
    /// Cells that are always worth a look before falling back to all of them.
    static let cellCountFree: Int32 = 256

    private let origin: GeoPoint
    private let reach: Meters
    private let distance: RankingDistance
    private let row: Int32
    private let column: Int32
    /// The origin's place in units north of the south pole and east of the antimeridian.
    private let latitudeOffset: Int64
    private let longitudeOffset: Int64
    private let cosine: Double
    /// No greater than the cosine of any latitude within a degree.
    private let leastCosine: Double

    init(origin: GeoPoint, reach: Meters) {
        self.origin = origin
        self.reach = reach
        distance = RankingDistance(from: origin)
        row = GridGeometry.row(origin.latitudeE7)
        column = GridGeometry.column(origin.longitudeE7)
        latitudeOffset = Int64(origin.latitudeE7) + 900_000_000
        longitudeOffset = Int64(origin.longitudeE7) + 1_800_000_000
        cosine = cos(Double(origin.latitudeE7) * Earth.radiansPerUnit)
        let farther = min(900_000_000, Int64(origin.latitudeE7.magnitude) + 10_000_000)
        leastCosine = max(0, cos(Double(farther) * Earth.radiansPerUnit))
    }

    /// Looks at rings of cells, the inner first.
    ///
    /// - Returns: `false` where it gave up, with a list that is not complete.
    func searchRings(
        of cells: borrowing GridCellTable,
        into list: inout NearestList,
        _ isEligible: (Int32) -> Bool
    ) -> Bool {
        // Beyond 80 degrees the columns narrow so much that rings reach the radius too late.
        guard !distance.isExactOnly else { return false }
        // A probe of a cell's key costs about four steps of the walk over all cells.
        let cellCountMax = max(Self.cellCountFree, cells.occupiedCount / 4)
        var ring: Int32 = 0
        while true {
            visit(ring: ring, of: cells, into: &list, isEligible)
            // Everything outside is farther than this; the factor covers the ranking's approximation.
            let clearance = clearance(ring: ring)
            if clearance * clearance * (1 - 4 * RankingDistance.relativeErrorMax) > list.worst {
                return true
            }
            ring += 1
            let width = 2 * ring + 1
            if ring > Self.ringMax || width * width > cellCountMax { return false }
        }
    }

    private func visit(
        ring: Int32,
        of cells: borrowing GridCellTable,
        into list: inout NearestList,
        _ isEligible: (Int32) -> Bool
    ) {
        for rise in -ring...ring {
            let row = row + rise
            guard row >= 0, row < GridGeometry.rowCount else { continue }
            let south = Int64(row) * GridGeometry.cellE7 - latitudeOffset
            let north = Double(Self.gap(from: south)) * Earth.metersPerUnit
            guard north * north <= list.worst else { continue }
            // The first and last row are whole; of the others only the two ends belong to the ring.
            let step = rise.magnitude == ring.magnitude ? 1 : max(1, 2 * ring)
            var turn = -ring
            while turn <= ring {
                visit(
                    row: row,
                    column: column + turn,
                    north: north,
                    of: cells,
                    into: &list,
                    isEligible
                )
                turn += step
            }
        }
    }

    /// Looks at one cell unless all of it is farther than the worst that is still taken.
    @inline(__always)
    private func visit(
        row: Int32,
        column: Int32,
        north: Double,
        of cells: borrowing GridCellTable,
        into list: inout NearestList,
        _ isEligible: (Int32) -> Bool
    ) {
        var column = column
        var wrap: Int64 = 0
        if column < 0 {
            column += GridGeometry.columnCount
            wrap = -GridGeometry.turnE7
        } else if column >= GridGeometry.columnCount {
            column -= GridGeometry.columnCount
            wrap = GridGeometry.turnE7
        }
        let west = Int64(column) * GridGeometry.cellE7 + wrap - longitudeOffset
        let east = Double(Self.gap(from: west)) * Earth.metersPerUnit * leastCosine
        guard north * north + east * east <= list.worst else { return }
        let slot = cells.slot(of: GridGeometry.key(row: row, column: column))
        guard slot != GridCellTable.none else { return }
        let cell = cells[slot]
        // Differences within a degree fit 32 bits, so a turn may be added modulo 2^32.
        let shift = Int32(truncatingIfNeeded: wrap) &- origin.longitudeE7
        // Safe: a cell holds `count` entries.
        for position in 0..<Int(cell.count) {
            let entry = cell.entries[position]
            let squaredMeters = distance.nearSquaredMeters(
                rise: entry.latitudeE7 &- origin.latitudeE7,
                turn: entry.longitudeE7 &+ shift
            )
            list.offer(squaredMeters, entry.index, isEligible)
        }
    }

    /// How far a cell lies off that starts `start` units after the origin; 0 where it holds the origin.
    @inline(__always)
    private static func gap(from start: Int64) -> Int64 {
        max(0, start, -(start + GridGeometry.cellE7))
    }

    /// Looks at every occupied cell that the circle can reach.
    func searchAll(
        of cells: borrowing GridCellTable,
        into list: inout NearestList,
        _ isEligible: (Int32) -> Bool
    ) {
        let box = BoundingBox(around: origin, radius: reach)
        let rows = GridGeometry.row(box.southE7)...GridGeometry.row(box.northE7)
        // One column more on each side: -180 and 180 are one meridian in two columns.
        let firstColumn = GridGeometry.column(box.westE7) - 1
        let span = Int32(Int64(box.widthE7) / GridGeometry.cellE7) + 4
        for slot in 0..<UInt32(cells.slotCount) {
            let cell = cells[slot]
            guard cell.count > 0, rows.contains(GridGeometry.row(ofKey: cell.key)) else { continue }
            var turn = GridGeometry.column(ofKey: cell.key) - firstColumn
            if turn < 0 {
                turn += GridGeometry.columnCount
            } else if turn >= GridGeometry.columnCount {
                turn -= GridGeometry.columnCount
            }
            guard turn <= span else { continue }
            // Safe: a cell holds `count` entries.
            for position in 0..<Int(cell.count) {
                let entry = cell.entries[position]
                let squaredMeters = distance.squaredMeters(
                    latitudeE7: entry.latitudeE7,
                    longitudeE7: entry.longitudeE7
                )
                list.offer(squaredMeters, entry.index, isEligible)
            }
        }
    }

    /// The least distance of anything outside of the block of `ring` rings, in metres.
    ///
    /// To the rows: the difference of latitude. To the columns: the distance to a meridian, which is
    /// asin(cos(latitude) sin(turn)), at least cos(latitude) (turn - turn^3 / 6). A pole closes its side.
    private func clearance(ring: Int32) -> Double {
        let cell = GridGeometry.cellE7
        let southE7 = row - ring <= 0 ? Int64.max : latitudeOffset - Int64(row - ring) * cell
        let northE7 =
            row + ring >= GridGeometry.rowCount - 1
            ? Int64.max : Int64(row + ring + 1) * cell - latitudeOffset
        let west = column - ring
        let westE7 =
            west >= 0
            ? longitudeOffset - Int64(west) * cell
            : longitudeOffset - Int64(west + GridGeometry.columnCount) * cell
                + GridGeometry.turnE7
        let east = column + ring + 1
        let eastE7 =
            east < GridGeometry.columnCount
            ? Int64(east) * cell - longitudeOffset
            : GridGeometry.turnE7 + Int64(east - GridGeometry.columnCount) * cell
                - longitudeOffset
        let turn = Double(min(westE7, eastE7)) * Earth.radiansPerUnit
        let side = Earth.radius.value * cosine * (turn - turn * turn * turn / 6)
        return min(Double(min(southE7, northE7)) * Earth.metersPerUnit, side)
    }
}
