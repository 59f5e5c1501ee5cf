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
