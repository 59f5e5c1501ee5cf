internal import Foundation
package import Geo

/// How cabs of a replay drive: the rules of the reference model, so that its figures compare with ours.
///
/// A way is the straight line times 1.3 at 22 km/h, measured on a plane that is true at San Francisco's latitude
/// (37.77 degrees), as the reference model does it; elsewhere at the pickup's own latitude.
package enum ReplayModel {
    /// Road for a straight line.
    package static let detour = 1.3
    /// 22 km/h.
    package static let metersPerSecond = 22 / 3.6
    /// A rider leaves after so many seconds.
    package static let patienceSeconds = 900
    /// Metres in a degree of latitude, and of longitude at the equator.
    private static let metersPerLatitude = 110_574.0
    private static let metersPerLongitude = 111_320.0

    /// Straight-line metres between two places.
    package static func straightMeters(from: GeoPoint, to: GeoPoint) -> Double {
        let shrink = cos(referenceLatitude(to) * .pi / 180)
        let east =
            (to.longitudeDegrees - from.longitudeDegrees) * metersPerLongitude * shrink
        let north = (to.latitudeDegrees - from.latitudeDegrees) * metersPerLatitude
        return (east * east + north * north).squareRoot()
    }

    /// Seconds of the drive between two places.
    package static func driveSeconds(from: GeoPoint, to: GeoPoint) -> Double {
        straightMeters(from: from, to: to) * detour / metersPerSecond
    }

    /// Where a cab is that has driven `share` (0 ... 1) of the straight way between two places.
    package static func between(_ from: GeoPoint, _ to: GeoPoint, _ share: Double) -> GeoPoint {
        let part = min(1, max(0, share))
        let latitude =
            Double(from.latitudeE7) + Double(Int64(to.latitudeE7) - Int64(from.latitudeE7)) * part
        let longitude =
            Double(from.longitudeE7) + Double(Int64(to.longitudeE7) - Int64(from.longitudeE7))
            * part
        // Between two places that exist, so both are in range.
        return GeoPoint(
            latitudeE7: Int32(clamping: Int64(latitude.rounded())),
            longitudeE7: Int32(clamping: Int64(longitude.rounded()))
        ) ?? to
    }

    /// The reference's latitude within its own city, else the place's.
    private static func referenceLatitude(_ point: GeoPoint) -> Double {
        let city = 37.77
        return abs(point.latitudeDegrees - city) < 1 ? city : point.latitudeDegrees
    }
}

/// Figures of a list of numbers.
package struct Distribution: Hashable, Sendable {
    private let sorted: [Double]

    /// The figures of `values`.
    package init(_ values: [Double]) {
        sorted = values.sorted()
    }

    /// How many.
    package var count: Int { sorted.count }

    /// The mean; `nil` of nothing.
    package var mean: Double? {
        sorted.isEmpty ? nil : sorted.reduce(0, +) / Double(sorted.count)
    }

    /// The value below which `percent` of the others lie, between two linearly, as numpy's `percentile` does.
    package func percentile(_ percent: Double) -> Double? {
        guard let last = sorted.last else { return nil }
        let place = percent / 100 * Double(sorted.count - 1)
        let index = Int(place)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (place - Double(index))
    }
}
