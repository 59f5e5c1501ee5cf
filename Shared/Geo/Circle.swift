/// An area of all places within a radius of a centre, measured on the sphere.
package struct Circle: Hashable, Sendable {
    /// The largest radius: a quarter of a great circle, so that a circle is at most a hemisphere.
    package static let radiusMax = Meters(10_000_000)
    /// How far beyond its border a circle or corridor still holds a place.
    ///
    /// Positions come in whole units of 1e-7 degrees, which moves a place by up to 0.79 cm: what lay on the border
    /// before it was rounded counts as inside.
    package static let boundaryTolerance = Meters(0.008)

    /// The middle.
    package let center: GeoPoint
    /// From the middle to the border, over 0 and at most `radiusMax`.
    package let radius: Meters

    /// The circle around `center`.
    ///
    /// - Throws: `.lengthOutOfRange` for a radius that is no number, not above zero or above `radiusMax`.
    package init(center: GeoPoint, radius: Meters) throws(GeometryError) {
        guard radius.value > 0, radius <= Self.radiusMax else {
            throw GeometryError(.lengthOutOfRange)
        }
        self.center = center
        self.radius = radius
    }

    /// The smallest box that holds it, with the tolerance at its border.
    package var boundingBox: BoundingBox {
        BoundingBox(
            around: center,
            radius: Meters(radius.value + Self.boundaryTolerance.value)
        )
    }

    /// Whether `point` lies in the circle or on its border.
    ///
    /// - Complexity: O(1); five trigonometric calls, which `PreparedArea` mostly spares.
    package func contains(_ point: GeoPoint) -> Bool {
        greatCircleDistance(from: center, to: point).value
            <= radius.value + Self.boundaryTolerance.value
    }
}
