internal import Glibc

/// The great-circle distance between two points.
///
/// Haversine on a sphere of radius 6 371 008.8 m (IUGG mean radius R1). It differs from the WGS 84
/// ellipsoid by up to about 0.6 %: enough to rank candidates; fares use road distance instead.
///
/// - Returns: 0 ... 20 015 115 m.
/// - Complexity: O(1), no allocation; five trigonometric calls.
public func greatCircleDistance(from origin: GeoPoint, to target: GeoPoint) -> Meters {
    Meters(
        haversineMeters(
            origin.latitudeE7,
            origin.longitudeE7,
            target.latitudeE7,
            target.longitudeE7
        )
    )
}

/// `greatCircleDistance` over bare coordinates, for loops that hold no points.
@usableFromInline
func haversineMeters(
    _ latitude: Int32,
    _ longitude: Int32,
    _ otherLatitude: Int32,
    _ otherLongitude: Int32
) -> Double {
    let first = Double(latitude) * Earth.radiansPerUnit
    let second = Double(otherLatitude) * Earth.radiansPerUnit
    let turn = GeoPoint.longitudeDifferenceE7(from: longitude, to: otherLongitude)
    let halfRise = sin((second - first) / 2)
    let halfTurn = sin(Double(turn) * Earth.radiansPerUnit / 2)
    let square = halfRise * halfRise + cos(first) * cos(second) * halfTurn * halfTurn
    // Rounding may leave the root of antipodes just above one, where asin has no value.
    return 2 * Earth.radius.value * asin(min(1, square.squareRoot()))
}

extension GeoPoint {
    /// The direction in which the great circle to `target` leaves this point.
    ///
    /// - Returns: Degrees clockwise from north, 0 ..< 360; 0 for the point itself. From a pole every direction is
    ///   south or north: the value then follows from the longitudes.
    public func initialBearingDegrees(to target: GeoPoint) -> Double {
        let first = Double(latitudeE7) * Earth.radiansPerUnit
        let second = Double(target.latitudeE7) * Earth.radiansPerUnit
        let turn =
            Double(Self.longitudeDifferenceE7(from: longitudeE7, to: target.longitudeE7))
            * Earth.radiansPerUnit
        let east = sin(turn) * cos(second)
        let north = cos(first) * sin(second) - sin(first) * cos(second) * cos(turn)
        let degrees = atan2(east, north) * 180 / .pi
        // A tiny negative angle plus 360 rounds to 360 itself.
        let positive = degrees < 0 ? degrees + 360 : degrees
        return positive >= 360 ? 0 : positive
    }

    /// The point `distance` away along the great circle that leaves in direction `bearing`.
    ///
    /// - Parameters:
    ///   - bearing: Degrees clockwise from north; any finite value.
    ///   - distance: Any finite length; beyond half of a great circle it comes back from the other side.
    /// - Returns: The point, rounded to 1e-7 degrees; `nil` where a parameter is not finite.
    public func destination(bearingDegrees bearing: Double, distance: Meters) -> GeoPoint? {
        guard bearing.isFinite, distance.value.isFinite else { return nil }
        let latitude = Double(latitudeE7) * Earth.radiansPerUnit
        let direction = bearing * .pi / 180
        let angle = distance.value / Earth.radius.value
        let sine = sin(latitude) * cos(angle) + cos(latitude) * sin(angle) * cos(direction)
        let newLatitude = asin(max(-1, min(1, sine)))
        let turn = atan2(
            sin(direction) * sin(angle) * cos(latitude),
            cos(angle) - sin(latitude) * sin(newLatitude)
        )
        let latitudeE7 = Int32((newLatitude / Earth.radiansPerUnit).rounded())
        let longitude = Int64(longitudeE7) + Int64((turn / Earth.radiansPerUnit).rounded())
        return GeoPoint(
            latitudeE7: max(-Self.latitudeE7Max, min(Self.latitudeE7Max, latitudeE7)),
            longitudeE7: Self.wrappedLongitudeE7(longitude)
        )
    }

    /// The position at these degrees, where longitude may run on past the antimeridian (190 is -170).
    ///
    /// For sources that write areas across the antimeridian that way. Fixes of vehicles go through the strict
    /// initialiser.
    ///
    /// - Returns: `nil` for NaN, a latitude out of range, or a longitude outside -360 ... 360.
    public init?(latitudeDegrees: Double, continuedLongitudeDegrees longitude: Double) {
        guard
            latitudeDegrees >= -90, latitudeDegrees <= 90,
            longitude >= -360, longitude <= 360
        else { return nil }
        self.init(
            latitudeE7: Int32((latitudeDegrees * 1e7).rounded()),
            longitudeE7: Self.wrappedLongitudeE7(Int64((longitude * 1e7).rounded()))
        )
    }
}
