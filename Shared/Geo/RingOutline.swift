/// A ring whose longitudes are unrolled, so that neighbours differ by less than 180 degrees.
///
/// A ring around a pole is closed through the pole: along its own edge there where it has one, else from its corner
/// nearest to the pole up a meridian and back down. Edges that were added or cut keep the position they came from.
struct RingOutline {
    private let latitudes: [Int32]
    /// Continued past the antimeridian; the last equals the first.
    private let longitudes: [Int64]
    /// For each edge the position in the input where it starts.
    let sources: [Int32]
    private let west: Int64
    private let east: Int64

    /// Checks and unrolls ring number `ring` of a polygon.
    init(
        _ positions: [GeoPoint],
        ring: Int,
        repeats: RepeatedPositions
    ) throws(GeometryError) {
        try Self.checkClosed(positions, ring: ring, repeats: repeats)
        let steps = try RingSteps(positions, ring: ring)
        var builder = Builder()
        builder.append(steps, positions)
        west = builder.longitudes.min() ?? 0
        east = builder.longitudes.max() ?? 0
        guard east - west <= Int64(BoundingBox.fullWidthE7) else {
            throw GeometryError(.tooWide, ring: ring)
        }
        longitudes = builder.longitudes
        latitudes = builder.latitudes
        sources = builder.sources
    }

    private static func checkClosed(
        _ positions: [GeoPoint],
        ring: Int,
        repeats: RepeatedPositions
    ) throws(GeometryError) {
        guard positions.count >= 4, let first = positions.first, let last = positions.last else {
            throw GeometryError(.tooShort, ring: ring, position: positions.count)
        }
        // Rounding to a few decimals repeats positions in every fifth real zone. A repeat makes an edge
        // of no length, which changes nothing; but three places or more must remain.
        let pairs = zip(positions, positions.dropFirst())
        let moveCount = pairs.count { $0 != $1 }
        guard moveCount >= 3 || !first.isSamePlace(as: last) else {
            throw GeometryError(.tooShort, ring: ring, position: positions.count)
        }
        guard first.isSamePlace(as: last) else {
            throw GeometryError(.unclosed, ring: ring, position: positions.count - 1)
        }
        guard repeats == .refused else { return }
        for (index, pair) in pairs.enumerated() where pair.0 == pair.1 {
            throw GeometryError(.repeated, ring: ring, position: index + 1)
        }
    }

    /// The meridian halfway between the westernmost and the easternmost position.
    var middleLongitude: Int64 { west + (east - west) / 2 }

    /// The box around it.
    var boundingBox: BoundingBox {
        BoundingBox(
            southE7: latitudes.min() ?? 0,
            northE7: latitudes.max() ?? 0,
            westE7: GeoPoint.normalizedLongitudeE7(west),
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

    /// The corners as they are unrolled.
    private struct Builder {
        var latitudes: [Int32] = []
        var longitudes: [Int64] = []
        var sources: [Int32] = []

        mutating func append(_ steps: RingSteps, _ positions: [GeoPoint]) {
            let edgeCount = positions.count - 1
            let start = steps.firstPosition
            latitudes.append(positions[start].latitudeE7)
            longitudes.append(Int64(positions[start].longitudeE7))
            for offset in 0..<edgeCount {
                let source = (start + offset) % edgeCount
                let end = positions[source + 1].latitudeE7
                append(step: steps.longitudes[source], to: end, from: source)
            }
            guard let pole = steps.poleToCloseAt else { return }
            let base = latitudes[0]
            append(step: 0, to: pole, from: start)
            append(step: -steps.turn, to: pole, from: start)
            append(step: 0, to: base, from: start)
        }

        /// One edge, or three where it is half a turn wide or wider.
        private mutating func append(step: Int64, to latitude: Int32, from source: Int) {
            let longitude = longitudes[longitudes.count - 1]
            let partCount: Int64 = step.magnitude < GeoPoint.longitudeE7Max.magnitude ? 1 : 3
            for part in 1...partCount {
                latitudes.append(latitude)
                longitudes.append(longitude + step * part / partCount)
                sources.append(Int32(source))
            }
        }
    }
}
