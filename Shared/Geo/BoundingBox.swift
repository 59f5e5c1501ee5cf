internal import Glibc

/// A rectangle of latitudes and longitudes that may cross the antimeridian; its edges belong to it.
@frozen
public struct BoundingBox: Hashable, Sendable {
    /// The width of the whole world in 1e-7 degrees.
    public static let fullWidthE7: UInt32 = 3_600_000_000

    /// The southern edge, 1e-7 degrees.
    public let southE7: Int32
    /// The northern edge, 1e-7 degrees.
    public let northE7: Int32
    /// The western edge, 1e-7 degrees.
    public let westE7: Int32
    /// From the western edge eastwards, 1e-7 degrees, 0 ... 3 600 000 000; across the antimeridian as well.
    public let widthE7: UInt32

    /// The box between two corners, from `southWest` eastwards to `northEast`.
    ///
    /// From -180 to 180 is the whole world; a west edge east of the east edge crosses the antimeridian.
    ///
    /// - Returns: `nil` where the north lies south of the south.
    public init?(southWest: GeoPoint, northEast: GeoPoint) {
        guard southWest.latitudeE7 <= northEast.latitudeE7 else { return nil }
        let width = Int64(northEast.longitudeE7) - Int64(southWest.longitudeE7)
        self.init(
            southE7: southWest.latitudeE7,
            northE7: northEast.latitudeE7,
            westE7: southWest.longitudeE7,
            widthE7: UInt32(width >= 0 ? width : width + Int64(Self.fullWidthE7))
        )
    }

    init(southE7: Int32, northE7: Int32, westE7: Int32, widthE7: UInt32) {
        self.southE7 = southE7
        self.northE7 = northE7
        self.westE7 = westE7
        self.widthE7 = widthE7
    }

    /// The smallest box that holds every point within `radius` of `center`.
    ///
    /// Holds all longitudes where the circle reaches a pole. A radius that is negative or no number counts
    /// as zero. Widened by one unit, so that rounding loses nobody.
    public init(around center: GeoPoint, radius: Meters) {
        let meters = radius.value > 0 ? min(radius.value, Earth.distanceMax.value) : 0
        let angle = meters / Earth.radius.value
        let reach = Int64((angle / Earth.radiansPerUnit).rounded(.up)) + 1
        let south = Int64(center.latitudeE7) - reach
        let north = Int64(center.latitudeE7) + reach
        let pole = Int64(GeoPoint.latitudeE7Max)
        let southE7 = Int32(max(-pole, south))
        let northE7 = Int32(min(pole, north))
        // Where the circle stays clear of the poles, its widest meridians satisfy sin(turn) = sin(r) / cos(lat).
        let latitude = Double(center.latitudeE7) * Earth.radiansPerUnit
        let ratio = sin(angle) / cos(latitude)
        guard south > -pole, north < pole, ratio < 1 else {
            self.init(
                southE7: southE7,
                northE7: northE7,
                westE7: -GeoPoint.longitudeE7Max,
                widthE7: Self.fullWidthE7
            )
            return
        }
        let turn = Int64((asin(ratio) / Earth.radiansPerUnit).rounded(.up)) + 1
        self.init(
            southE7: southE7,
            northE7: northE7,
            westE7: GeoPoint.wrappedLongitudeE7(Int64(center.longitudeE7) - turn),
            widthE7: UInt32(min(2 * turn, Int64(Self.fullWidthE7)))
        )
    }

    /// A small box that holds all of `boxes`, one or more: the smallest that begins at the west edge of one of them.
    ///
    /// - Complexity: O(n log n).
    static func union(_ boxes: [BoundingBox]) -> BoundingBox {
        let sorted = boxes.sorted { ($0.westE7, $0.widthE7) < ($1.westE7, $1.widthE7) }
        // The widest stretch of longitudes that no box reaches lies west of the union.
        var reach = Int64.min
        var widestGap = Int64(-1)
        var west: Int32 = sorted.first?.westE7 ?? 0
        for box in sorted {
            if reach != .min, Int64(box.westE7) - reach > widestGap {
                (widestGap, west) = (Int64(box.westE7) - reach, box.westE7)
            }
            reach = max(reach, Int64(box.westE7) + Int64(box.widthE7))
        }
        let first = Int64(sorted.first?.westE7 ?? 0)
        if first + Int64(fullWidthE7) - reach >= widestGap { west = Int32(first) }
        let width = boxes.reduce(0) { width, box in
            max(width, Int64(eastwardE7(from: west, to: box.westE7)) + Int64(box.widthE7))
        }
        let isFull = width >= Int64(fullWidthE7)
        return BoundingBox(
            southE7: boxes.map(\.southE7).min() ?? 0,
            northE7: boxes.map(\.northE7).max() ?? 0,
            westE7: isFull ? -GeoPoint.longitudeE7Max : west,
            widthE7: isFull ? fullWidthE7 : UInt32(width)
        )
    }

    /// Whether `point` lies in the box or on its edge.
    @inlinable
    public func contains(_ point: GeoPoint) -> Bool {
        point.latitudeE7 >= southE7 && point.latitudeE7 <= northE7
            && Self.eastwardE7(from: westE7, to: point.longitudeE7) <= widthE7
    }

    /// Whether the boxes share a point, be it of their edges.
    public func intersects(_ other: BoundingBox) -> Bool {
        southE7 <= other.northE7 && other.southE7 <= northE7
            && (Self.eastwardE7(from: westE7, to: other.westE7) <= widthE7
                || Self.eastwardE7(from: other.westE7, to: westE7) <= other.widthE7)
    }

    /// Whether it has places at that latitude.
    @inline(__always)
    func reaches(latitudeE7: Int32) -> Bool {
        latitudeE7 >= southE7 && latitudeE7 <= northE7
    }

    /// How far east `longitude` lies of `west`, 0 ..< 3 600 000 000.
    @inlinable
    static func eastwardE7(from west: Int32, to longitude: Int32) -> UInt32 {
        let difference = Int64(longitude) - Int64(west)
        let turn = Int64(fullWidthE7)
        // The longest difference, from -180 to 180, is a whole turn: the same meridian.
        let wrapped = difference < 0 ? difference + turn : difference
        return UInt32(truncatingIfNeeded: wrapped == turn ? 0 : wrapped)
    }
}
