/// A position on the Earth: WGS 84, latitude before longitude, in units of 1e-7 degrees.
///
/// One unit is 1.1 cm on the ground or less, finer than any receiver; integers make two services agree to the
/// last digit, and containment exact. Every value in existence is in range: the initialisers refuse others.
///
/// Longitude 180 and -180 are the same meridian but two values: a point keeps what was sent. Whatever
/// compares places (distance, boxes, polygons, the grid) treats them alike; `==` does not.
@frozen
public struct GeoPoint: Hashable, Sendable {
    /// The largest latitude, the north pole; the south pole is its negative.
    public static let latitudeE7Max: Int32 = 900_000_000
    /// The largest longitude; the smallest is its negative.
    public static let longitudeE7Max: Int32 = 1_800_000_000

    /// Latitude in 1e-7 degrees, -900 000 000 ... 900 000 000, north positive.
    public let latitudeE7: Int32
    /// Longitude in 1e-7 degrees, -1 800 000 000 ... 1 800 000 000, east positive.
    public let longitudeE7: Int32

    /// The position at these units.
    ///
    /// - Returns: `nil` where one of them is out of range.
    @inlinable
    public init?(latitudeE7: Int32, longitudeE7: Int32) {
        guard
            latitudeE7 >= -Self.latitudeE7Max, latitudeE7 <= Self.latitudeE7Max,
            longitudeE7 >= -Self.longitudeE7Max, longitudeE7 <= Self.longitudeE7Max
        else { return nil }
        self.init(uncheckedLatitudeE7: latitudeE7, longitudeE7: longitudeE7)
    }

    /// The position at these degrees, rounded to the nearest unit.
    ///
    /// - Returns: `nil` for NaN, infinities and values out of range, even by less than half a unit.
    @inlinable
    public init?(latitudeDegrees: Double, longitudeDegrees: Double) {
        // NaN fails every comparison, so it fails these.
        guard
            latitudeDegrees >= -90, latitudeDegrees <= 90,
            longitudeDegrees >= -180, longitudeDegrees <= 180
        else { return nil }
        self.init(
            uncheckedLatitudeE7: Int32((latitudeDegrees * 1e7).rounded()),
            longitudeE7: Int32((longitudeDegrees * 1e7).rounded())
        )
    }

    /// The position at units that the caller has proven to be in range.
    @inlinable
    init(uncheckedLatitudeE7 latitudeE7: Int32, longitudeE7: Int32) {
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
    }

    /// Latitude in degrees, -90 ... 90.
    @inlinable
    public var latitudeDegrees: Double { Double(latitudeE7) / 1e7 }

    /// Longitude in degrees, -180 ... 180.
    @inlinable
    public var longitudeDegrees: Double { Double(longitudeE7) / 1e7 }
}

extension GeoPoint {
    /// The difference of two longitudes by the shorter way round, in 1e-7 degrees.
    ///
    /// - Returns: -1 800 000 000 ... 1 800 000 000, positive where `other` lies east.
    @inlinable
    public static func longitudeDifferenceE7(from origin: Int32, to other: Int32) -> Int32 {
        var difference = Int64(other) - Int64(origin)
        if difference > 1_800_000_000 {
            difference -= 3_600_000_000
        } else if difference < -1_800_000_000 {
            difference += 3_600_000_000
        }
        return Int32(truncatingIfNeeded: difference)
    }

    /// Brings a longitude that left the range by up to one turn back into it.
    ///
    /// - Returns: 1e-7 degrees, greater than -1 800 000 000 and at most 1 800 000 000, or the value
    ///   itself where it was in range.
    @inlinable
    static func wrappedLongitudeE7(_ longitude: Int64) -> Int32 {
        var wrapped = longitude
        if wrapped > 1_800_000_000 {
            wrapped -= 3_600_000_000
        } else if wrapped < -1_800_000_000 {
            wrapped += 3_600_000_000
        }
        return Int32(truncatingIfNeeded: wrapped)
    }

    /// Brings a longitude that is any number of turns away into the range.
    static func normalizedLongitudeE7(_ longitude: Int64) -> Int32 {
        wrappedLongitudeE7(longitude % 3_600_000_000)
    }

    /// Whether it is a pole, which has every longitude.
    @inline(__always)
    var isPole: Bool { latitudeE7.magnitude == Self.latitudeE7Max.magnitude }

    /// Whether the two are one place: 180 and -180 are one meridian.
    func isSamePlace(as other: GeoPoint) -> Bool {
        latitudeE7 == other.latitudeE7
            && Self.longitudeDifferenceE7(from: longitudeE7, to: other.longitudeE7) == 0
    }
}

extension GeoPoint: CustomStringConvertible {
    /// Degrees for a test's message. Exact positions never go to a log.
    public var description: String { "\(latitudeDegrees), \(longitudeDegrees)" }
}
