/// Why an area was refused, and where in the input the fault lies.
package struct GeometryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong; raw values are fixed.
    package enum Code: UInt16, Sendable {
        /// The first and last position of a ring differ.
        case unclosed = 1
        /// A ring has fewer than four positions, or fewer than three places.
        case tooShort = 2
        /// An edge spans 180 degrees of longitude or the ring more than 360: it is unclear which side is meant.
        case tooWide = 3
        /// A ring goes around a pole, and which one is meant is unclear: it crosses the equator or turns more than
        /// once.
        case enclosesPole = 4
        /// Two edges cross.
        case crossing = 5
        /// Two edges run along each other.
        case overlap = 6
        /// A hole lies outside of the outer ring.
        case holeOutside = 7
        /// More polygons, rings or positions than the limit.
        case tooMany = 8
        /// So many edges lie close together that checking them would take too long.
        case tooIntricate = 9
        /// A coordinate is not a number in its range.
        case outOfRange = 10
        /// There is no polygon, or a polygon without a ring.
        case empty = 11
        /// A position repeats the one before it, where that is refused.
        case repeated = 12
        /// A radius or a width is not a number in its range.
        case lengthOutOfRange = 13
        /// A line has fewer than two places.
        case lineTooShort = 14
    }

    /// What is wrong.
    package let code: Code
    /// The polygon in its multipolygon, from 0.
    package let polygon: Int
    /// The ring in its polygon, from 0: 0 is the outer one.
    package let ring: Int
    /// The position in its ring, from 0: where the faulty edge starts, for edges.
    package let position: Int
    /// For crossing edges: the ring and position of the other edge.
    package let other: Place?

    /// A ring and a position in it.
    package struct Place: Hashable, Sendable {
        /// The ring in its polygon, from 0.
        package let ring: Int
        /// The position in its ring, from 0.
        package let position: Int
    }

    /// An error at its place.
    package init(
        _ code: Code,
        polygon: Int = 0,
        ring: Int = 0,
        position: Int = 0,
        other: Place? = nil
    ) {
        self.code = code
        self.polygon = polygon
        self.ring = ring
        self.position = position
        self.other = other
    }

    /// The same fault, in polygon number `polygon`.
    func inPolygon(_ polygon: Int) -> GeometryError {
        GeometryError(code, polygon: polygon, ring: ring, position: position, other: other)
    }

    /// A sentence for whoever drew the area; holds no coordinates.
    package var description: String {
        "polygon \(polygon), ring \(ring), position \(position): \(sentence)"
    }

    private var sentence: String {
        switch code {
        case .unclosed: "the last position is not the first one"
        case .tooShort: "a ring needs three places or more and ends where it starts"
        case .tooWide:
            "an edge of 180 degrees or a ring of more than 360: add positions or split it"
        case .enclosesPole: "the ring goes around the Earth: split it, or keep it to one hemisphere"
        case .crossing: "the edge from here crosses \(otherEdge)"
        case .overlap: "the edge from here runs along \(otherEdge)"
        case .holeOutside: "the hole does not lie inside of the outer ring"
        case .tooMany: "more polygons, rings or positions than allowed"
        case .tooIntricate: "too many edges side by side: simplify the outline"
        case .outOfRange: "latitude is -90 ... 90 and longitude -180 ... 180"
        case .empty: "there is no ring"
        case .repeated: "the position is the one before it once more"
        case .lengthOutOfRange: "the radius or width is out of range"
        case .lineTooShort: "a line needs two places or more"
        }
    }

    private var otherEdge: String {
        guard let other else { return "another" }
        return "the one from ring \(other.ring), position \(other.position)"
    }
}
