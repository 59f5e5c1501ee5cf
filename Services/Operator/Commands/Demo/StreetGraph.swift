/// A place on flat ground: metres east and north of the ground's origin.
package struct PlanePoint: Hashable, Sendable {
    /// Metres east.
    package let east: Double
    /// Metres north.
    package let north: Double

    /// A place.
    package init(_ east: Double, _ north: Double) {
        self.east = east
        self.north = north
    }

    /// Metres in a straight line.
    package func distance(to other: PlanePoint) -> Double {
        let (east, north) = (other.east - east, other.north - north)
        return (east * east + north * north).squareRoot()
    }

    /// The place at `share` (0 ... 1) of the straight line to `other`.
    package func between(_ other: PlanePoint, _ share: Double) -> PlanePoint {
        PlanePoint(east + (other.east - east) * share, north + (other.north - north) * share)
    }
}

/// A place on a street.
package struct StreetPlace: Hashable, Sendable {
    /// Which street.
    package let street: Int
    /// Metres from the street's first corner, 0 ... its length.
    package let meters: Double

    /// A place.
    package init(street: Int, meters: Double) {
        self.street = street
        self.meters = meters
    }
}

/// Straight two-way streets between corners, and the shortest way between any two places on them.
package struct StreetGraph: Sendable {
    /// A street between two corners.
    package struct Street: Hashable, Sendable {
        /// One corner.
        package let first: Int
        /// The other.
        package let second: Int
        /// What its sign says.
        package let name: String

        /// A street.
        package init(_ first: Int, _ second: Int, _ name: String) {
            self.first = first
            self.second = second
            self.name = name
        }
    }

    /// Where the corners are.
    package let corners: [PlanePoint]
    /// The streets.
    package let streets: [Street]
    /// Metres of each street.
    package let lengths: [Double]
    /// The shortest way from corner to corner: metres, and the corner after the first.
    private var distances: [[Double]]
    private var nextCorner: [[Int]]

    /// A graph; every corner must be reachable from every other.
    ///
    /// - Complexity: O(corners cubed), Floyd and Warshall's: 2 ms for a hundred.
    package init(corners: [PlanePoint], streets: [Street]) {
        self.corners = corners
        self.streets = streets
        lengths = streets.map { corners[$0.first].distance(to: corners[$0.second]) }
        let count = corners.count
        distances = Array(repeating: Array(repeating: .infinity, count: count), count: count)
        nextCorner = Array(repeating: Array(0..<count), count: count)
        for corner in 0..<count { distances[corner][corner] = 0 }
        for (street, length) in zip(streets, lengths) {
            distances[street.first][street.second] = length
            distances[street.second][street.first] = length
        }
        for middle in 0..<count {
            for from in 0..<count {
                for to in 0..<count {
                    let way = distances[from][middle] + distances[middle][to]
                    guard way < distances[from][to] else { continue }
                    distances[from][to] = way
                    nextCorner[from][to] = nextCorner[from][middle]
                }
            }
        }
    }

    /// Where a place is.
    package func point(_ place: StreetPlace) -> PlanePoint {
        let street = streets[place.street]
        let share = lengths[place.street] > 0 ? place.meters / lengths[place.street] : 0
        return corners[street.first].between(corners[street.second], min(1, max(0, share)))
    }

    /// A place anywhere, every metre of street as likely as any other.
    package func anyPlace(using generator: inout some RandomNumberGenerator) -> StreetPlace {
        var rest = Double.random(in: 0..<lengths.reduce(0, +), using: &generator)
        for (street, length) in lengths.enumerated() {
            if rest < length { return StreetPlace(street: street, meters: rest) }
            rest -= length
        }
        return StreetPlace(street: 0, meters: 0)
    }

    /// The place on a street that is nearest to `point`.
    package func nearestPlace(to point: PlanePoint) -> StreetPlace {
        var best = (place: StreetPlace(street: 0, meters: 0), distance: Double.infinity)
        for index in streets.indices where lengths[index] > 0 {
            let first = corners[streets[index].first]
            let second = corners[streets[index].second]
            let along =
                ((point.east - first.east) * (second.east - first.east)
                    + (point.north - first.north) * (second.north - first.north))
                / (lengths[index] * lengths[index])
            let share = min(1, max(0, along))
            let distance = first.between(second, share).distance(to: point)
            if distance < best.distance {
                let place = StreetPlace(street: index, meters: share * lengths[index])
                best = (place, distance)
            }
        }
        return best.place
    }

    /// The shortest way between two places.
    package func route(from start: StreetPlace, to end: StreetPlace) -> StreetRoute {
        if start.street == end.street {
            return StreetRoute([point(start), point(end)], end: end)
        }
        var best = (way: Double.infinity, corners: [Int]())
        for (from, toCorner) in ends(of: start) {
            for (to, fromCorner) in ends(of: end) {
                let way = toCorner + distances[from][to] + fromCorner
                if way < best.way { best = (way, [from, to]) }
            }
        }
        var path = [point(start)]
        if let first = best.corners.first, let last = best.corners.last {
            var corner = first
            path.append(corners[corner])
            while corner != last {
                corner = nextCorner[corner][last]
                path.append(corners[corner])
            }
        }
        return StreetRoute(path + [point(end)], end: end)
    }

    /// A street's corners, each with the metres from `place` to it.
    private func ends(of place: StreetPlace) -> [(corner: Int, meters: Double)] {
        let street = streets[place.street]
        return [
            (street.first, place.meters), (street.second, lengths[place.street] - place.meters),
        ]
    }
}

/// A way along streets, from place to place.
package struct StreetRoute: Sendable {
    /// Its bends, first and last included.
    package let points: [PlanePoint]
    /// Where it ends.
    package let end: StreetPlace
    /// Metres from the start to each bend.
    private let marks: [Double]

    init(_ points: [PlanePoint], end: StreetPlace) {
        self.points = points
        self.end = end
        var marks = [0.0]
        for index in points.indices.dropFirst() {
            marks.append(marks[index - 1] + points[index - 1].distance(to: points[index]))
        }
        self.marks = marks
    }

    /// Metres from start to end.
    package var meters: Double { marks.last ?? 0 }

    /// Where somebody is who has driven `meters` of it; the end for more.
    package func point(at meters: Double) -> PlanePoint {
        guard meters > 0 else { return points[0] }
        for index in points.indices.dropFirst() where meters < marks[index] {
            let share = (meters - marks[index - 1]) / (marks[index] - marks[index - 1])
            return points[index - 1].between(points[index], share)
        }
        return points[points.count - 1]
    }
}
