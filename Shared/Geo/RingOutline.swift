/// A ring whose longitudes are unrolled, so that neighbours differ by less than 180 degrees.
struct RingOutline {
    private let latitudes: [Int32]
    /// Continued past the antimeridian; the last equals the first.
    private let longitudes: [Int64]
    private let west: Int64
    private let east: Int64

    /// Checks and unrolls ring number `ring` of a polygon.
    init(_ positions: [GeoPoint], ring: Int) throws(GeometryError) {
        guard positions.count >= 4, let first = positions.first, let last = positions.last else {
            throw GeometryError(.tooShort, ring: ring, position: positions.count)
        }
        // Rounding to a few decimals repeats positions in every fifth real zone. A repeat makes an edge
        // of no length, which changes nothing; but three places or more must remain.
        let moveCount = zip(positions, positions.dropFirst()).count { !Self.isSamePlace($0, $1) }
        guard moveCount >= 3 || !Self.isSamePlace(first, last) else {
            throw GeometryError(.tooShort, ring: ring, position: positions.count)
        }
        guard Self.isSamePlace(first, last) else {
            throw GeometryError(.unclosed, ring: ring, position: positions.count - 1)
        }
        var longitudes = [Int64(first.longitudeE7)]
        longitudes.reserveCapacity(positions.count)
        for index in 1..<positions.count {
            let (previous, next) = (positions[index - 1], positions[index])
            let step = GeoPoint.longitudeDifferenceE7(
                from: previous.longitudeE7,
                to: next.longitudeE7
            )
            guard step.magnitude < GeoPoint.longitudeE7Max.magnitude else {
                throw GeometryError(.tooWide, ring: ring, position: index - 1)
            }
            longitudes.append(longitudes[index - 1] + Int64(step))
        }
        guard longitudes[positions.count - 1] == longitudes[0] else {
            throw GeometryError(.enclosesPole, ring: ring)
        }
        let west = longitudes.min() ?? 0
        let east = longitudes.max() ?? 0
        guard east - west <= Int64(BoundingBox.fullWidthE7) else {
            throw GeometryError(.tooWide, ring: ring)
        }
        self.longitudes = longitudes
        self.west = west
        self.east = east
        latitudes = positions.map(\.latitudeE7)
    }

    private static func isSamePlace(_ left: GeoPoint, _ right: GeoPoint) -> Bool {
        left.latitudeE7 == right.latitudeE7
            && GeoPoint.longitudeDifferenceE7(from: left.longitudeE7, to: right.longitudeE7) == 0
    }

    /// The meridian halfway between the westernmost and the easternmost position.
    var middleLongitude: Int64 { west + (east - west) / 2 }

    /// The box around it.
    var boundingBox: BoundingBox {
        BoundingBox(
            southE7: latitudes.min() ?? 0,
            northE7: latitudes.max() ?? 0,
            westE7: GeoPoint.wrappedLongitudeE7(west),
            widthE7: UInt32(east - west)
        )
    }

    /// What to add to this ring's longitudes so that it lies between those of `outer`; `nil` where nothing does.
    func shift(into outer: RingOutline) -> Int64? {
        let turn = Int64(BoundingBox.fullWidthE7)
        return [0, turn, -turn, 2 * turn, -2 * turn].first {
            west + $0 >= outer.west && east + $0 <= outer.east
        }
    }

    /// The edges with x relative to the meridian `middle`; all x fit their 32 bits by the checks above.
    func edges(relativeTo middle: Int64) -> [PlanarEdge] {
        (1..<longitudes.count).map { index in
            PlanarEdge(
                startX: Int32(longitudes[index - 1] - middle),
                startY: latitudes[index - 1],
                endX: Int32(longitudes[index] - middle),
                endY: latitudes[index]
            )
        }
    }
}
