/// A zone's extent on the map: a circle, polygons, or a corridor along a line.
///
/// The boundary belongs to the area, and so do the edges of holes. Polygons are exact in integers; circles and
/// corridors are measured on the sphere and hold what lies within `Circle.boundaryTolerance` of their border. A
/// pole is one place, whatever the longitude written with it.
package enum Area: Hashable, Sendable {
    /// All places within a radius.
    case circle(Circle)
    /// One or more polygons with holes.
    case multiPolygon(MultiPolygon)
    /// All places within a distance of a line.
    case corridor(Corridor)

    /// Whether `point` lies in the area or on its border.
    ///
    /// - Complexity: O(n) in edges; `PreparedArea` answers in near constant time.
    package func contains(_ point: GeoPoint) -> Bool {
        switch self {
        case .circle(let circle): circle.contains(point)
        case .multiPolygon(let polygons): polygons.contains(point)
        case .corridor(let corridor): corridor.contains(point)
        }
    }
}
