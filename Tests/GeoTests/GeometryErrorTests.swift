import Geo
import TestSupport
import Testing

@Suite("Faulty areas are refused with their place")
struct GeometryErrorTests {
    private func expect(
        _ code: GeometryError.Code,
        ring: Int = 0,
        position: Int = 0,
        other: (Int, Int)? = nil,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ rings: [[GeoPoint]]
    ) {
        let error = #expect(throws: GeometryError.self, sourceLocation: sourceLocation) {
            try Polygon(rings: rings)
        }
        #expect(error?.code == code, sourceLocation: sourceLocation)
        #expect(error?.ring == ring, sourceLocation: sourceLocation)
        #expect(error?.position == position, sourceLocation: sourceLocation)
        #expect(error?.other?.ring == other?.0, sourceLocation: sourceLocation)
        #expect(error?.other?.position == other?.1, sourceLocation: sourceLocation)
    }

    @Test("no ring, three positions, an open ring")
    func closing() {
        expect(.empty, [])
        expect(.tooShort, position: 0, [[]])
        expect(.tooShort, position: 3, [ring([(0, 0), (1, 0), (0, 0)])])
        expect(.unclosed, position: 3, [ring([(0, 0), (1, 0), (1, 1), (0, 1)])])
    }

    @Test(
        "repeated positions change nothing, also where -180 repeats 180, but three places must remain"
    )
    func repeats() throws {
        let plain = try Polygon(rings: [ring([(0, 0), (1, 0), (1, 1), (0, 0)])])
        let repeated = try Polygon(
            rings: [ring([(0, 0), (0, 0), (1, 0), (1, 0), (1, 0), (1, 1), (0, 0), (0, 0)])]
        )
        for x in 0...20 {
            for y in 0...20 {
                let place = point(Double(y) * 0.1 - 0.5, Double(x) * 0.1 - 0.5)
                #expect(repeated.contains(place) == plain.contains(place))
                #expect(PreparedPolygon(repeated).contains(place) == plain.contains(place))
            }
        }
        let seam = ring([(179, 0), (180, 0), (-180, 0), (179, 1), (179, 0)])
        #expect(try Polygon(rings: [seam]).contains(point(0, -180)))
        expect(.tooShort, position: 5, [ring([(0, 0), (1, 0), (1, 0), (1, 0), (0, 0)])])
        expect(.tooShort, position: 4, [ring([(1, 1), (1, 1), (1, 1), (1, 1)])])
    }

    @Test("a bow tie, with both edges named")
    func bowTie() {
        expect(
            .crossing,
            position: 2,
            other: (0, 0),
            [ring([(0, 0), (2, 2), (2, 0), (0, 2), (0, 0)])]
        )
    }

    @Test("a spike that runs back along itself, and a ring without area")
    func overlaps() {
        expect(
            .overlap,
            position: 2,
            other: (0, 1),
            [ring([(0, 0), (4, 0), (4, 8), (4, 4), (0, 4), (0, 0)])]
        )
        let flat = ring([(0, 0), (1, 1), (2, 2), (0, 0)])
        #expect(throws: GeometryError.self) { try Polygon(rings: [flat]) }
    }

    @Test("a hole outside, beyond, around, and across its outer ring")
    func holes() {
        expect(.holeOutside, ring: 1, [square(0, 10), square(20, 30)])
        expect(.holeOutside, ring: 1, [square(0, 10), square(-5, 15)])
        let inBayOfL = ring([(0, 0), (9, 0), (9, 2), (2, 2), (2, 9), (0, 9), (0, 0)])
        expect(.holeOutside, ring: 1, [inBayOfL, square(4, 6)])
        expect(
            .crossing,
            ring: 1,
            position: 2,
            other: (0, 2),
            [inBayOfL, ring([(1, 1), (1.5, 5), (5, 4), (1, 1)])]
        )
    }

    @Test(
        "an edge of half the Earth, and a ring around it that keeps to no hemisphere or turns twice"
    )
    func wide() {
        expect(.tooWide, position: 0, [ring([(-90, 0), (90, 0), (0, 10), (-90, 0)])])
        expect(.enclosesPole, [ring([(0, -1), (120, 80), (-120, 80), (0, -1)])])
        let turns = [0.0, 120, -120, 0, 120, -120, 0].map { ($0, 80.0) }
        expect(.enclosesPole, [ring(turns)])
    }

    @Test("a repeated position, where the caller wants none")
    func refusedRepeats() throws {
        let rings = [square(0, 10), ring([(1, 1), (2, 1), (2, 1), (2, 2), (1, 1)])]
        #expect(throws: Never.self) { try Polygon(rings: rings) }
        let error = #expect(throws: GeometryError.self) {
            try MultiPolygon(rings: [rings], repeats: .refused)
        }
        #expect(error == GeometryError(.repeated, ring: 1, position: 2))
        #expect(throws: Never.self) {
            try Polygon(rings: [square(0, 10)], repeats: .refused)
        }
    }

    @Test(
        "a radius or width that is no length, and a line of one place",
        arguments: [0, -1, .nan, .infinity, 10_000_001]
    )
    func lengths(meters: Double) {
        let circle = #expect(throws: GeometryError.self) {
            try Circle(center: point(0, 0), radius: Meters(meters))
        }
        #expect(circle?.code == .lengthOutOfRange)
        let corridor = #expect(throws: GeometryError.self) {
            try Corridor(points: [point(0, 0), point(1, 1)], halfWidth: Meters(meters))
        }
        #expect(corridor?.code == .lengthOutOfRange)
    }

    @Test("a line without a second place, across half the Earth, around it, or of too many points")
    func lines() {
        func code(_ points: [GeoPoint]) -> GeometryError? {
            #expect(throws: GeometryError.self) {
                try Corridor(points: points, halfWidth: Meters(10))
            }
        }
        #expect(code([]) == GeometryError(.lineTooShort, position: 0))
        #expect(code([point(0, 180), point(0, -180)]) == GeometryError(.lineTooShort, position: 2))
        #expect(
            code([point(0, 0), point(1, 0), point(1, 180)])
                == GeometryError(.tooWide, position: 1)
        )
        let around = [0.0, 120, -120, 0, 120].map { point(0, $0) }
        #expect(code(around) == GeometryError(.tooWide, position: 4))
        let many = [GeoPoint](repeating: point(0, 0), count: Corridor.pointCountMax + 1)
        #expect(code(many)?.code == .tooMany)
    }

    @Test("rings may touch in points")
    func touching() throws {
        let touchesItself = ring([(0, 0), (4, 0), (2, 2), (4, 4), (0, 4), (2, 2), (0, 0)])
        #expect(throws: Never.self) { try Polygon(rings: [touchesItself]) }
        let touchesOuter = ring([(0, 5), (5, 4), (5, 6), (0, 5)])
        let polygon = try Polygon(rings: [square(0, 10), touchesOuter])
        #expect(!polygon.contains(point(5, 4)))
        #expect(polygon.contains(point(5, 0)))
    }

    @Test("the polygon of a multipolygon is named, and the sentence says where")
    func multiPolygon() {
        let error = #expect(throws: GeometryError.self) {
            try MultiPolygon(rings: [[square(0, 1)], [square(2, 3), ring([(2, 2), (3, 3)])]])
        }
        #expect(error?.polygon == 1)
        #expect(
            error?.description
                == "polygon 1, ring 1, position 2: "
                + "a ring needs three places or more and ends where it starts"
        )
        #expect(throws: GeometryError.self) { try MultiPolygon(rings: []) }
    }

    @Test("as many positions as the limit are taken and one more refused")
    func limits() throws {
        let rings = [[GeoPoint]](repeating: square(0, 1), count: Polygon.ringCountMax + 1)
        expect(.tooMany, rings)
        let long = [GeoPoint](repeating: point(0, 0), count: Polygon.positionCountMax + 1)
        expect(.tooMany, [long])
        // At the limit the next check speaks.
        expect(.tooShort, position: Polygon.positionCountMax, [[GeoPoint](long.dropLast())])
        let pieces = [[[GeoPoint]]](
            repeating: [square(0, 1)],
            count: MultiPolygon.polygonCountMax + 1
        )
        let error = #expect(throws: GeometryError.self) { try MultiPolygon(rings: pieces) }
        #expect(error?.code == .tooMany)
    }

    @Test("an outline whose edges all lie side by side ends at the bound on comparisons")
    func intricate() {
        // A comb: 12 000 tall teeth overlap in latitude, 72 million pairs.
        var positions: [GeoPoint] = []
        for tooth in 0..<6000 {
            let x = Double(tooth) * 0.001
            positions.append(point(tooth % 2 == 0 ? 1 : 1.1, x))
            positions.append(point(80, x + 0.000_5))
        }
        positions.append(point(0, 7))
        positions.append(point(0, -1))
        positions.append(positions[0])
        let error = #expect(throws: GeometryError.self) { try Polygon(rings: [positions]) }
        #expect(error?.code == .tooIntricate)
    }
}
