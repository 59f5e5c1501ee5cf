import Geo
import Testing

/// A point from degrees that the test has in range.
func point(_ latitude: Double, _ longitude: Double) -> GeoPoint {
    guard let point = GeoPoint(latitudeDegrees: latitude, longitudeDegrees: longitude) else {
        Issue.record("\(latitude), \(longitude) is no position")
        return GeoPoint.nullIsland
    }
    return point
}

/// A ring from (x, y), which is (longitude, latitude), as the geometry literature writes it.
func ring(_ positions: [(Double, Double)]) -> [GeoPoint] {
    positions.map { point($0.1, $0.0) }
}

/// A closed square from (low, low) to (high, high).
func square(_ low: Double, _ high: Double) -> [GeoPoint] {
    ring([(low, low), (high, low), (high, high), (low, high), (low, low)])
}

extension GeoPoint {
    /// Zero, zero.
    static let nullIsland = GeoPoint(latitudeE7: 0, longitudeE7: 0)!

    /// Anywhere on the Earth, poles and antimeridian a little more often.
    static func random(using generator: inout some RandomNumberGenerator) -> GeoPoint {
        let latitude =
            Int.random(in: 0..<20, using: &generator) == 0
            ? (Bool.random(using: &generator) ? latitudeE7Max : -latitudeE7Max)
            : Int32.random(in: -latitudeE7Max...latitudeE7Max, using: &generator)
        let longitude =
            Int.random(in: 0..<20, using: &generator) == 0
            ? (Bool.random(using: &generator) ? longitudeE7Max : -longitudeE7Max)
            : Int32.random(in: -longitudeE7Max...longitudeE7Max, using: &generator)
        return GeoPoint(latitudeE7: latitude, longitudeE7: longitude)!
    }

    /// Within `span` units of this point in both directions; stops at the poles, wraps in longitude.
    func jittered(by span: Int32, using generator: inout some RandomNumberGenerator) -> GeoPoint {
        let rise = Int64(Int32.random(in: -span...span, using: &generator))
        let turn = Int64(Int32.random(in: -span...span, using: &generator))
        let latitude = max(-900_000_000, min(900_000_000, Int64(latitudeE7) + rise))
        var longitude = Int64(longitudeE7) + turn
        if longitude > 1_800_000_000 { longitude -= 3_600_000_000 }
        if longitude < -1_800_000_000 { longitude += 3_600_000_000 }
        return GeoPoint(latitudeE7: Int32(latitude), longitudeE7: Int32(longitude))!
    }
}
