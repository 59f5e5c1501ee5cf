internal import Glibc

extension PointGrid {
    /// The most results of one search.
    package static let neighborCountMax = 1024

    /// Finds the points nearest to `origin`, nearest first; equal distances in the order of their numbers.
    ///
    /// Exact with respect to `RankingDistance`, everywhere: across the antimeridian, at the poles, and in crowded or
    /// empty cells. Looks at rings of cells around the origin until nothing outside can be nearer; where the
    /// rings would hold more cells than it takes to look at all occupied ones (large radius, high latitude), it
    /// looks at those instead.
    ///
    /// - Parameters:
    ///   - origin: The place.
    ///   - limit: How many at most; above `neighborCountMax` counts as that.
    ///   - radius: None farther than this; zero finds points at the very place. No default: a search
    ///     without it would walk the ocean.
    ///   - neighbors: Receives the result; what it held is dropped, its storage is kept.
    ///   - isEligible: Whether a point counts. Asked only for points that would be among the nearest so far.
    /// - Complexity: About 2 us for 10 of a million points in cities; no allocation once `neighbors` has room.
    package func nearest(
        to origin: GeoPoint,
        count limit: Int,
        within radius: Meters,
        into neighbors: inout [Neighbor],
        where isEligible: (Int32) -> Bool
    ) {
        neighbors.removeAll(keepingCapacity: true)
        let limit = min(limit, Self.neighborCountMax)
        // A radius that is no number is not at least zero either.
        guard limit > 0, radius.value >= 0, count > 0 else { return }
        let reach = min(radius.value, Earth.distanceMax.value * 2)
        withUnsafeTemporaryAllocation(of: NearestList.Candidate.self, capacity: limit) { slots in
            var list = NearestList(in: slots, limit: limit, squaredRadius: reach * reach)
            let search = GridSearch(origin: origin, reach: Meters(reach))
            if !search.searchRings(of: cells, into: &list, isEligible) {
                list.removeAll()
                search.searchAll(of: cells, into: &list, isEligible)
            }
            list.copy(to: &neighbors)
        }
    }

    /// As above, with an array of its own.
    package func nearest(
        to origin: GeoPoint,
        count limit: Int,
        within radius: Meters,
        where isEligible: (Int32) -> Bool = { _ in true }
    ) -> [Neighbor] {
        var neighbors: [Neighbor] = []
        nearest(to: origin, count: limit, within: radius, into: &neighbors, where: isEligible)
        return neighbors
    }
}

/// One search around one place.
private struct GridSearch {
    /// Rings never wrap around the Earth on themselves, and stay where one degree of span holds.
    static let ringMax: Int32 = 64
    /// Cells that are always worth a look before falling back to all of them.
    static let cellCountFree: Int32 = 256

    private let origin: GeoPoint
    private let reach: Meters
    private let distance: RankingDistance
    private let row: Int32
    private let column: Int32
    private let cosine: Double

    init(origin: GeoPoint, reach: Meters) {
        self.origin = origin
        self.reach = reach
        distance = RankingDistance(from: origin)
        row = GridGeometry.row(origin.latitudeE7)
        column = GridGeometry.column(origin.longitudeE7)
        cosine = cos(Double(origin.latitudeE7) * Earth.radiansPerUnit)
    }

    /// Looks at rings of cells, the inner first.
    ///
    /// - Returns: `false` where it gave up, with a list that is not complete.
    func searchRings(
        of cells: borrowing GridCellTable,
        into list: inout NearestList,
        _ isEligible: (Int32) -> Bool
    ) -> Bool {
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
            // The first and last row are whole; of the others only the two ends belong to the ring.
            let step = rise.magnitude == ring.magnitude ? 1 : max(1, 2 * ring)
            var turn = -ring
            while turn <= ring {
                var column = column + turn
                if column < 0 {
                    column += GridGeometry.columnCount
                } else if column >= GridGeometry.columnCount {
                    column -= GridGeometry.columnCount
                }
                let slot = cells.slot(of: GridGeometry.key(row: row, column: column))
                if slot != GridCellTable.none {
                    look(at: cells[slot], into: &list, isEligible)
                }
                turn += step
            }
        }
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
            if turn <= span { look(at: cell, into: &list, isEligible) }
        }
    }

    @inline(__always)
    private func look(
        at cell: GridCell,
        into list: inout NearestList,
        _ isEligible: (Int32) -> Bool
    ) {
        // Safe: a cell holds `count` entries.
        for position in 0..<Int(cell.count) {
            let entry = cell.entries[position]
            list.offer(
                distance.squaredMeters(
                    latitudeE7: entry.latitudeE7,
                    longitudeE7: entry.longitudeE7
                ),
                entry.index,
                isEligible
            )
        }
    }

    /// The least distance of anything outside of the block of `ring` rings, in metres.
    ///
    /// To the rows: the difference of latitude. To the columns: the distance to a meridian, which is
    /// asin(cos(latitude) sin(turn)), at least cos(latitude) (turn - turn^3 / 6). A pole closes its side.
    private func clearance(ring: Int32) -> Double {
        let cell = GridGeometry.cellE7
        let latitude = Int64(origin.latitudeE7) + 900_000_000
        let longitude = Int64(origin.longitudeE7) + 1_800_000_000
        let southE7 = row - ring <= 0 ? Int64.max : latitude - Int64(row - ring) * cell
        let northE7 =
            row + ring >= GridGeometry.rowCount - 1
            ? Int64.max : Int64(row + ring + 1) * cell - latitude
        let west = column - ring
        let westE7 =
            west >= 0
            ? longitude - Int64(west) * cell
            : longitude - Int64(west + GridGeometry.columnCount) * cell + GridGeometry.turnE7
        let east = column + ring + 1
        let eastE7 =
            east < GridGeometry.columnCount
            ? Int64(east) * cell - longitude
            : GridGeometry.turnE7 + Int64(east - GridGeometry.columnCount) * cell - longitude
        let turn = Double(min(westE7, eastE7)) * Earth.radiansPerUnit
        let side = Earth.radius.value * cosine * (turn - turn * turn * turn / 6)
        return min(Double(min(southE7, northE7)) * Earth.metersPerUnit, side)
    }
}
