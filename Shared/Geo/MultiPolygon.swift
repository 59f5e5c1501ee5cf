/// An area in one or more pieces: a licence zone with its islands.
package struct MultiPolygon: Hashable, Sendable {
    /// The most pieces of one area.
    package static let polygonCountMax = 5000
    /// The most positions of one area, all pieces together.
    package static let positionCountMax = 500_000

    /// The pieces, one or more. They may overlap: the area is their union.
    package let polygons: [Polygon]

    /// The area of pieces that are given as rings.
    ///
    /// - Parameters:
    ///   - polygons: For each piece its rings, the outer one first.
    ///   - repeats: Whether a position may repeat the one before it.
    /// - Throws: The first fault with its polygon, ring and position.
    package init(
        rings polygons: [[[GeoPoint]]],
        repeats: RepeatedPositions = .accepted
    ) throws(GeometryError) {
        guard !polygons.isEmpty else { throw GeometryError(.empty) }
        guard polygons.count <= Self.polygonCountMax else { throw GeometryError(.tooMany) }
        var pieces: [Polygon] = []
        var positionCount = 0
        for (index, rings) in polygons.enumerated() {
            positionCount += rings.reduce(0) { $0 + $1.count }
            guard positionCount <= Self.positionCountMax else {
                throw GeometryError(.tooMany, polygon: index)
            }
            do {
                pieces.append(try Polygon(rings: rings, repeats: repeats))
            } catch {
                throw error.inPolygon(index)
            }
        }
        self.polygons = pieces
    }

    /// Whether `point` lies in a piece or on its edge.
    ///
    /// - Complexity: O(n) in the edges; `PreparedArea` answers in near constant time.
    package func contains(_ point: GeoPoint) -> Bool {
        polygons.contains { $0.contains(point) }
    }
}
