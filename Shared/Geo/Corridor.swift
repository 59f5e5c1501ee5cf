/// An area of all places within a distance of a line: a road with its verges, a parade's route.
///
/// The line is straight between its points in the plane of longitude and latitude, as a polygon's edges are, and
/// goes the shorter way round. Ends and corners are round.
package struct Corridor: Hashable, Sendable {
    /// The most points of a line.
    package static let pointCountMax = 50_000
    /// The largest distance from the line.
    package static let halfWidthMax = Meters(100_000)

    /// The line's points, two places or more.
    package let points: [GeoPoint]
    /// From the line to the border, over 0 and at most `halfWidthMax`.
    package let halfWidth: Meters
    /// The smallest box that holds it.
    package let boundingBox: BoundingBox
    /// The line, its longitudes continued past the antimeridian.
    let line: UnrolledLine

    /// The corridor along `points`.
    ///
    /// - Throws: `.lengthOutOfRange`, `.tooMany`, `.lineTooShort` for fewer than two places, and `.tooWide` with the
    ///   position of a step of 180 degrees of longitude or where the line has gone around the Earth.
    package init(points: [GeoPoint], halfWidth: Meters) throws(GeometryError) {
        guard halfWidth.value > 0, halfWidth <= Self.halfWidthMax else {
            throw GeometryError(.lengthOutOfRange)
        }
        guard points.count <= Self.pointCountMax else { throw GeometryError(.tooMany) }
        guard points.dropFirst().contains(where: { !$0.isSamePlace(as: points[0]) }) else {
            throw GeometryError(.lineTooShort, position: points.count)
        }
        line = try UnrolledLine(points)
        self.points = points
        self.halfWidth = halfWidth
        boundingBox = line.boundingBox(
            widenedBy: Meters(halfWidth.value + Circle.boundaryTolerance.value)
        )
    }

    /// Whether `point` lies in the corridor or on its border.
    ///
    /// - Complexity: O(n) in the points; `PreparedArea` looks at those near by only.
    package func contains(_ point: GeoPoint) -> Bool {
        guard boundingBox.contains(point) else { return false }
        let distance = EdgeDistance(from: point)
        let reach = halfWidth.value + Circle.boundaryTolerance.value
        return (1..<points.count).contains { index in
            distance.meters(toEdgeFrom: points[index - 1], to: points[index]) <= reach
        }
    }
}

/// A line of points whose longitudes are continued past the antimeridian.
struct UnrolledLine: Hashable, Sendable {
    /// Latitudes, 1e-7 degrees.
    let latitudes: [Int32]
    /// Longitudes that neighbours differ in by less than half a turn, 1e-7 degrees.
    let longitudes: [Int64]
    /// The smallest and largest of `longitudes`.
    let west: Int64
    let east: Int64

    init(_ points: [GeoPoint]) throws(GeometryError) {
        var longitudes: [Int64] = []
        longitudes.reserveCapacity(points.count)
        var longitude = Int64(points.first?.longitudeE7 ?? 0)
        var (west, east) = (longitude, longitude)
        for (index, point) in points.enumerated() {
            if index > 0 {
                let step = GeoPoint.longitudeDifferenceE7(
                    from: points[index - 1].longitudeE7,
                    to: point.longitudeE7
                )
                guard step.magnitude < GeoPoint.longitudeE7Max.magnitude else {
                    throw GeometryError(.tooWide, position: index - 1)
                }
                longitude += Int64(step)
            }
            west = min(west, longitude)
            east = max(east, longitude)
            guard east - west <= Int64(BoundingBox.fullWidthE7) else {
                throw GeometryError(.tooWide, position: index)
            }
            longitudes.append(longitude)
        }
        self.longitudes = longitudes
        self.west = west
        self.east = east
        latitudes = points.map(\.latitudeE7)
    }

    /// The smallest box that holds every place within `reach` of the line.
    func boundingBox(widenedBy reach: Meters) -> BoundingBox {
        // The widest place is where the line comes nearest to a pole; what it turns there is enough everywhere.
        let (south, north) = (latitudes.min() ?? 0, latitudes.max() ?? 0)
        let farther = north.magnitude > south.magnitude ? north : south
        let cap = BoundingBox(
            around: GeoPoint(uncheckedLatitudeE7: farther, longitudeE7: 0),
            radius: reach
        )
        let rise = Int64((reach.value / Earth.metersPerUnit).rounded(.up)) + 1
        let pole = Int64(GeoPoint.latitudeE7Max)
        let turn = Int64(cap.widthE7 / 2) + 1
        let full = Int64(BoundingBox.fullWidthE7)
        let width = min(full, east - west + 2 * turn)
        return BoundingBox(
            southE7: Int32(max(-pole, Int64(south) - rise)),
            northE7: Int32(min(pole, Int64(north) + rise)),
            westE7: width == full
                ? -GeoPoint.longitudeE7Max : GeoPoint.normalizedLongitudeE7(west - turn),
            widthE7: UInt32(width)
        )
    }
}
