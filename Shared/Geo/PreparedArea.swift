/// An area with an index of its pieces and edges, for many questions about it.
///
/// Immutable, so it is built off the hot path and swapped in; answers are those of `Area.contains`, always.
/// Polygons answer by a raster of their box (outside, inside, or crossed) and, where an edge crosses the cell, by
/// the edges of one stripe.
package struct PreparedArea: Sendable {
    /// The largest limit of a distance.
    package static let distanceMax = Meters(100_000)

    /// The smallest box around all pieces.
    package let boundingBox: BoundingBox
    let storage: PreparedStorage

    /// Indexes `area`.
    ///
    /// - Complexity: O(n) time and memory in its edges: some 40 ns and 20 bytes an edge. Not on a loop.
    package init(_ area: Area) {
        switch area {
        case .circle(let circle): boundingBox = circle.boundingBox
        case .corridor(let corridor): boundingBox = corridor.boundingBox
        case .multiPolygon(let polygons):
            boundingBox = BoundingBox.union(polygons.polygons.map(\.boundingBox))
        }
        storage = PreparedStorage(area)
    }

    /// Bytes that it takes.
    package var memoryBytes: Int { storage.byteCount + MemoryLayout<PreparedArea>.size }

    /// Whether `point` lies in the area or on its border.
    ///
    /// - Complexity: O(pieces) for their boxes, then near constant; no allocation.
    @inline(__always)
    package func contains(_ point: GeoPoint) -> Bool {
        storage.contains(point)
    }

    /// Metres from `point` to the nearest border, negative inside the area.
    ///
    /// On the sphere, with a relative error below 1e-4 for polygons and corridors. Cuts along the antimeridian and
    /// the poles are no border where the area goes on beyond; between pieces that overlap or touch elsewhere, the
    /// nearest edge of any of them counts, so that inside a union it may be less than to its outline, never more.
    ///
    /// - Parameter limit: How far to look, 0 ... `distanceMax`; more and NaN count as `distanceMax`.
    /// - Returns: -`limit` ... `limit`: the limit where the border is farther.
    /// - Complexity: O(edges within the limit), no allocation.
    package func signedDistance(to point: GeoPoint, limit: Meters) -> Meters {
        let bound =
            limit <= Self.distanceMax ? max(0, limit.value) : Self.distanceMax.value
        var distance = bound
        for piece in storage.pieces {
            distance = min(distance, piece.borderDistance(to: point, limit: bound))
        }
        if storage.pieces.first?.kind == .polygon, contains(point) { distance = -distance }
        return Meters(max(-bound, distance))
    }

    /// Whether the straight way between two fixes touches the area; true too where one of them lies in it.
    ///
    /// Straight in the plane of longitude and latitude, the shorter way round. For polygons exact.
    ///
    /// - Complexity: O(edges in the latitudes of the way), no allocation.
    package func crosses(from origin: GeoPoint, to target: GeoPoint) -> Bool {
        for piece in storage.pieces
        where piece.contains(origin) || piece.contains(target)
            || piece.isTouched(byWayFrom: origin, to: target)
        {
            return true
        }
        return false
    }
}
