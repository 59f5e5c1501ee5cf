/// How far east each edge of a ring goes, and how a ring around a pole is closed.
struct RingSteps {
    /// For each edge its width, 1e-7 degrees, east positive.
    private(set) var longitudes: [Int64]
    /// Where the ring comes back to after a whole turn: 3 600 000 000, its negative, or 0 for a usual ring.
    private(set) var turn: Int64 = 0
    /// The latitude of the pole to close the ring at; `nil` where it is closed already.
    private(set) var poleToCloseAt: Int32?
    /// The position to start at: nearest to that pole, so that nothing lies between.
    private(set) var firstPosition = 0

    /// Measures ring number `ring` of a polygon, whose last position is its first.
    ///
    /// - Throws: `.tooWide` with the position of an edge of half a turn, `.enclosesPole` where it is unclear which
    ///   pole.
    init(_ positions: [GeoPoint], ring: Int) throws(GeometryError) {
        longitudes = zip(positions, positions.dropFirst()).map { start, end in
            Int64(
                GeoPoint.longitudeDifferenceE7(from: start.longitudeE7, to: end.longitudeE7)
            )
        }
        takeWholeTurns(positions)
        for (index, step) in longitudes.enumerated()
        where step.magnitude == GeoPoint.longitudeE7Max.magnitude && !isAlongPole(positions, index)
        {
            throw GeometryError(.tooWide, ring: ring, position: index)
        }
        turn = longitudes.reduce(0, +)
        guard turn != 0 else { return }
        guard turn.magnitude == UInt64(BoundingBox.fullWidthE7) else {
            throw GeometryError(.enclosesPole, ring: ring)
        }
        if let along = positions.indices.dropLast().first(where: { isAlongPole(positions, $0) }) {
            // All longitudes of a pole are one place, so the edge along it may go either way round.
            longitudes[along] -= turn
            turn = 0
            return
        }
        let isNorthern = positions.allSatisfy { $0.latitudeE7 > 0 }
        guard isNorthern || positions.allSatisfy({ $0.latitudeE7 < 0 }) else {
            throw GeometryError(.enclosesPole, ring: ring)
        }
        poleToCloseAt = isNorthern ? GeoPoint.latitudeE7Max : -GeoPoint.latitudeE7Max
        firstPosition =
            positions.indices.dropLast()
            .max { positions[$0].latitudeE7.magnitude < positions[$1].latitudeE7.magnitude } ?? 0
    }

    /// A ring written wholly on the antimeridian, from -180 to 180 and back, is a box around the Earth: the other
    /// reading of these edges, of no width, would leave no area.
    private mutating func takeWholeTurns(_ positions: [GeoPoint]) {
        guard longitudes.allSatisfy({ $0 == 0 }) else { return }
        for (index, (start, end)) in zip(positions, positions.dropFirst()).enumerated()
        where start.longitudeE7 != end.longitudeE7 && start.latitudeE7 == end.latitudeE7 {
            longitudes[index] = Int64(end.longitudeE7) - Int64(start.longitudeE7)
        }
    }

    private func isAlongPole(_ positions: [GeoPoint], _ index: Int) -> Bool {
        let latitude = positions[index].latitudeE7
        return latitude.magnitude == GeoPoint.latitudeE7Max.magnitude
            && positions[index + 1].latitudeE7 == latitude
    }
}

/// Whether a ring may repeat a position.
package enum RepeatedPositions: Sendable {
    /// Repeats make edges of no length, which change nothing.
    case accepted
    /// Repeats are refused with their place: what the makers of new zones are held to.
    case refused
}
