internal import Glibc

/// Distances on the sphere from one place to edges that are straight in the plane of longitude and latitude.
///
/// Where the nearest place of an edge is within a degree and the point within 80 degrees of the equator, the plane is
/// scaled by the cosine of the middle latitude, as in `RankingDistance`: relative error below 1e-4 (a test holds it).
/// Elsewhere the great-circle distance is minimised along the edge.
struct EdgeDistance {
    /// Samples along an edge that the search for its nearest place starts from: one per 5.6 degrees or less.
    private static let sampleCount = 33
    /// Halvings of the bracket by the golden section: 0.618 to the 40th is 4e-9 of it.
    private static let refinementCount = 40

    private let latitudeE7: Int32
    private let longitudeE7: Int32
    private let sine: Double
    private let cosine: Double
    private let isFarOnly: Bool

    init(from point: GeoPoint) {
        latitudeE7 = point.latitudeE7
        longitudeE7 = point.longitudeE7
        let latitude = Double(point.latitudeE7) * Earth.radiansPerUnit
        sine = sin(latitude)
        cosine = cos(latitude)
        isFarOnly = point.latitudeE7.magnitude > RankingDistance.latitudeE7Max.magnitude
    }

    /// Metres to the edge between two points that goes the shorter way round.
    func meters(toEdgeFrom start: GeoPoint, to end: GeoPoint) -> Double {
        let east = Int64(
            GeoPoint.longitudeDifferenceE7(from: longitudeE7, to: start.longitudeE7)
        )
        let step = GeoPoint.longitudeDifferenceE7(from: start.longitudeE7, to: end.longitudeE7)
        return squaredMeters(
            startEast: east,
            startNorth: Int64(start.latitudeE7) - Int64(latitudeE7),
            endEast: east + Int64(step),
            endNorth: Int64(end.latitudeE7) - Int64(latitudeE7)
        ).squareRoot()
    }

    /// Square metres to the edge between two places that are given as units east and north of the point.
    func squaredMeters(
        startEast: Int64,
        startNorth: Int64,
        endEast: Int64,
        endNorth: Int64
    ) -> Double {
        let x = Double(startEast)
        let y = Double(startNorth)
        let width = Double(endEast - startEast)
        let height = Double(endNorth - startNorth)
        guard !isFarOnly else { return searched(x, y, width, height) }
        // The foot by the scale at the point; once more by the scale halfway to it.
        var scale = cosine
        var foot = Self.foot(x * scale, y, width * scale, height)
        scale = middleCosine(y + foot * height)
        foot = Self.foot(x * scale, y, width * scale, height)
        let east = x + foot * width
        let north = y + foot * height
        let span = Double(RankingDistance.spanE7Max)
        guard abs(east) <= span, abs(north) <= span else { return searched(x, y, width, height) }
        let eastMeters = east * Earth.metersPerUnit * middleCosine(north)
        let northMeters = north * Earth.metersPerUnit
        return eastMeters * eastMeters + northMeters * northMeters
    }

    /// Where along the edge, 0 ... 1, its place nearest to the origin lies, in a plane.
    @inline(__always)
    private static func foot(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Double
    {
        let square = width * width + height * height
        guard square > 0 else { return 0 }
        return max(0, min(1, -(x * width + y * height) / square))
    }

    /// The cosine of the latitude halfway to `north` units from the point, for a few degrees at most.
    @inline(__always)
    private func middleCosine(_ north: Double) -> Double {
        let half = north * (Earth.radiansPerUnit / 2)
        return max(0, cosine * (1 - half * half / 2) - sine * half)
    }

    /// The least great-circle distance along the edge, squared.
    private func searched(
        _ x: Double,
        _ y: Double,
        _ width: Double,
        _ height: Double
    ) -> Double {
        let step = 1 / Double(Self.sampleCount - 1)
        var best = Double.infinity
        var bestPlace = 0.0
        for sample in 0..<Self.sampleCount {
            let place = Double(sample) * step
            let chord = squaredHalfChord(east: x + place * width, north: y + place * height)
            if chord < best { (best, bestPlace) = (chord, place) }
        }
        var low = max(0, bestPlace - step)
        var high = min(1, bestPlace + step)
        let ratio = (5.0.squareRoot() - 1) / 2
        for _ in 0..<Self.refinementCount {
            let left = high - ratio * (high - low)
            let right = low + ratio * (high - low)
            let leftChord = squaredHalfChord(east: x + left * width, north: y + left * height)
            let rightChord = squaredHalfChord(east: x + right * width, north: y + right * height)
            best = min(best, leftChord, rightChord)
            if leftChord < rightChord { high = right } else { low = left }
        }
        let meters = 2 * Earth.radius.value * asin(min(1, best.squareRoot()))
        return meters * meters
    }

    /// The square of the sine of half the angle to a place: it grows with the distance.
    private func squaredHalfChord(east: Double, north: Double) -> Double {
        let rise = sin(north * Earth.radiansPerUnit / 2)
        let turn = sin(east * Earth.radiansPerUnit / 2)
        let other = cos((Double(latitudeE7) + north) * Earth.radiansPerUnit)
        return rise * rise + cosine * max(0, other) * turn * turn
    }
}
