/// A length on the ground.
@frozen
public struct Meters: Hashable, Comparable, Sendable {
    /// Metres; zero or more wherever it is a distance.
    public var value: Double

    /// A length of `value` metres.
    @inlinable
    public init(_ value: Double) {
        self.value = value
    }

    /// A length of `value` kilometres.
    @inlinable
    public static func kilometers(_ value: Double) -> Meters { Meters(value * 1000) }

    /// Whether `left` is shorter than `right`.
    @inlinable
    public static func < (left: Meters, right: Meters) -> Bool { left.value < right.value }
}

/// The sphere that distances are measured on.
public enum Earth {
    /// IUGG mean radius R1.
    public static let radius = Meters(6_371_008.8)
    /// Half of a great circle: the largest distance there is.
    public static let distanceMax = Meters(6_371_008.8 * Double.pi)
    /// Radians in one unit of 1e-7 degrees.
    @usableFromInline static let radiansPerUnit = Double.pi / 180 / 1e7
    /// Metres along a meridian in one unit of 1e-7 degrees: 1.11 cm.
    @usableFromInline static let metersPerUnit = 6_371_008.8 * Double.pi / 180 / 1e7
}
