/// A circle as the hot paths read it.
struct CircleTable {
    private let center: GeoPoint
    private let ranking: RankingDistance
    /// The radius with the tolerance at the border.
    private let reach: Double
    /// Estimates below the one are inside and above the other outside; between them the exact distance decides.
    private let innerSquare: Double
    private let outerSquare: Double

    init(_ circle: Circle) {
        center = circle.center
        ranking = RankingDistance(from: circle.center)
        reach = circle.radius.value + Circle.boundaryTolerance.value
        let inner = reach * (1 - 2 * RankingDistance.relativeErrorMax)
        let outer = reach * (1 + 2 * RankingDistance.relativeErrorMax)
        innerSquare = inner * inner
        outerSquare = outer * outer
    }

    /// Whether a place lies in the circle: as `Circle.contains`, always.
    @inline(__always)
    func contains(latitudeE7: Int32, longitudeE7: Int32) -> Bool {
        let estimate = ranking.squaredMeters(latitudeE7: latitudeE7, longitudeE7: longitudeE7)
        if estimate <= innerSquare { return true }
        if estimate > outerSquare { return false }
        let point = GeoPoint(uncheckedLatitudeE7: latitudeE7, longitudeE7: longitudeE7)
        return greatCircleDistance(from: center, to: point).value <= reach
    }

    /// Metres to the border, negative inside.
    func signedDistance(to point: GeoPoint) -> Double {
        greatCircleDistance(from: center, to: point).value
            - (reach - Circle.boundaryTolerance.value)
    }

    /// Whether the straight way between two places touches it.
    func isTouched(byWayFrom origin: GeoPoint, to target: GeoPoint) -> Bool {
        EdgeDistance(from: center).meters(toEdgeFrom: origin, to: target) <= reach
    }
}
