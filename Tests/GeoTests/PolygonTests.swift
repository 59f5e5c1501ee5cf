import Geo
import TestSupport
import Testing

/// The cases of the reference (geofencing 5.1 to 5.3), answered by the plain and by the prepared polygon.
@Suite("Polygon contains")
struct PolygonTests {
    private let hole = ring([(4, 4), (6, 4), (6, 6), (4, 6), (4, 4)])

    private func expect(
        _ polygon: Polygon,
        _ latitude: Double,
        _ longitude: Double,
        _ isInside: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let place = point(latitude, longitude)
        #expect(polygon.contains(place) == isInside, "\(place)", sourceLocation: sourceLocation)
        #expect(
            PreparedPolygon(polygon).contains(place) == isInside,
            "prepared, \(place)",
            sourceLocation: sourceLocation
        )
    }

    @Test("its inside, corners and edges, and not a unit more")
    func boundary() throws {
        let polygon = try Polygon(rings: [square(0, 10)])
        expect(polygon, 5, 5, true)
        for (latitude, longitude) in [
            (0.0, 0.0), (0, 10), (10, 10), (10, 0), (0, 5), (5, 10), (10, 5), (5, 0),
        ] {
            expect(polygon, latitude, longitude, true)
        }
        expect(polygon, 5, 10.000_000_1, false)
        expect(polygon, 5, 9.999_999_9, true)
        expect(polygon, -0.000_000_1, 5, false)
        expect(polygon, 20, 20, false)
    }

    @Test("a hole is outside, its edge and corners are inside")
    func holes() throws {
        let polygon = try Polygon(rings: [square(0, 10), hole])
        expect(polygon, 5, 5, false)
        expect(polygon, 3.999, 5, true)
        expect(polygon, 4.001, 5, false)
        expect(polygon, 2, 2, true)
        for (latitude, longitude) in [(4.0, 5.0), (5, 6), (6, 6), (4, 4)] {
            expect(polygon, latitude, longitude, true)
        }
        let wound = try Polygon(rings: [square(0, 10).reversed(), hole])
        expect(wound, 5, 5, false)
        expect(wound, 2, 2, true)
        let larger = try Polygon(
            rings: [square(0, 10), ring([(2, 2), (8, 2), (8, 8), (2, 8), (2, 2)])]
        )
        expect(larger, 6, 2, true)
        expect(larger, 1, 1, true)
        expect(larger, 0, 0, true)
    }

    @Test("a slanted and a concave outline")
    func shapes() throws {
        let slanted = try Polygon(
            rings: [
                [
                    point(55.754_74, 37.618_23), point(55.755_13, 37.618_88),
                    point(55.753_5, 37.622_2), point(55.753_15, 37.621_65),
                    point(55.754_74, 37.618_23),
                ]
            ]
        )
        expect(slanted, 55.754_76, 37.619_15, true)
        expect(slanted, 55.755_45, 37.619_21, false)
        let concave = try Polygon(
            rings: [ring([(0, 0), (50, 50), (0, 89), (100, 89), (100, 0), (0, 0)])]
        )
        expect(concave, 75, 75, true)
        expect(concave, 50, 25, false)
        expect(concave, 50, 50, true)
    }

    @Test("an area across the antimeridian, however it is written")
    func antimeridian() throws {
        let short = ring([(170, -10), (-170, -10), (-170, 10), (170, 10), (170, -10)])
        let long = [(170.0, -10.0), (190, -10), (190, 10), (170, 10), (170, -10)].map {
            GeoPoint(latitudeDegrees: $0.1, continuedLongitudeDegrees: $0.0)!
        }
        let west = ring([(-170, -10), (170, -10), (170, 10), (-170, 10), (-170, -10)])
        for positions in [short, long, west] {
            let polygon = try Polygon(rings: [positions])
            for longitude in [175.0, -175, 180, -180, 170, -170] {
                expect(polygon, 0, longitude, true)
            }
            for longitude in [0.0, 169.9, -169.9] {
                expect(polygon, 0, longitude, false)
            }
            expect(polygon, 11, 180, false)
        }
    }

    @Test("the same area in two pieces cut at the antimeridian")
    func cut() throws {
        let area = try MultiPolygon(rings: [
            [ring([(170, -10), (180, -10), (180, 10), (170, 10), (170, -10)])],
            [ring([(-180, -10), (-170, -10), (-170, 10), (-180, 10), (-180, -10)])],
        ])
        let prepared = PreparedArea(.multiPolygon(area))
        for (longitude, isInside) in [
            (175.0, true), (-175, true), (180, true), (-180, true), (0, false),
        ] {
            #expect(area.contains(point(0, longitude)) == isInside)
            #expect(prepared.contains(point(0, longitude)) == isInside)
        }
    }

    @Test("a belt around the whole Earth holds both sides of its seam")
    func belt() throws {
        let belt = try Polygon(
            rings: [
                ring(
                    [-180.0, -90, 0, 90, 180].map { ($0, -20.0) }
                        + [180.0, 90, 0, -90, -180].map { ($0, 20.0) } + [(-180.0, -20.0)]
                )
            ]
        )
        for longitude in [-180.0, -179.999, -90, 0, 33, 90, 179.999, 180] {
            expect(belt, 0, longitude, true)
            expect(belt, 21, longitude, false)
        }
    }

    @Test("a hole across the antimeridian is found in its polygon's frame")
    func holeAcross() throws {
        let polygon = try Polygon(rings: [
            ring([(-160, -10), (160, -10), (160, 10), (-160, 10), (-160, -10)]),
            ring([(179, -1), (-179, -1), (-179, 1), (179, 1), (179, -1)]),
        ])
        expect(polygon, 0, 180, false)
        expect(polygon, 0, -179.5, false)
        expect(polygon, 0, 179, true)
        expect(polygon, 0, 170, true)
        expect(polygon, 5, 180, true)
    }

    @Test(
        "an area that reaches a pole holds it by every longitude, and no other place beyond its meridians"
    )
    func pole() throws {
        let polygon = try Polygon(rings: [
            ring([(0, 80), (90, 80), (90, 90), (0, 90), (0, 80)])
        ])
        for longitude in [45.0, 0, -45, 180, -180] { expect(polygon, 90, longitude, true) }
        expect(polygon, 89.999_999_9, -45, false)
        expect(polygon, -90, 45, false)
        expect(polygon, 79.9, 45, false)
    }

    /// The same cap around the south pole: its parallel alone, and closed along the pole as map makers write it.
    static let caps: [[GeoPoint]] = [
        ring([(0, -80), (90, -80), (180, -80), (-90, -80), (0, -80)]),
        ring([(30, -80), (-80, -80), (170, -80), (100, -80), (30, -80)]),
        ring(
            [(-180, -90), (180, -90)]
                + [180.0, 90, 0, -90, -180, -180].enumerated().map { ($1, $0 < 5 ? -80.0 : -90.0) }
        ),
        ring([(-180, -90), (180, -90), (180, -80), (-180, -80), (-180, -90)]),
    ]

    @Test("a ring around a pole holds the pole, however it is written", arguments: caps)
    func cap(ring: [GeoPoint]) throws {
        let polygon = try Polygon(rings: [ring])
        for longitude in [-180.0, -179.999, -90, 0, 1, 30, 33, 90, 179.999, 180] {
            expect(polygon, -80, longitude, true)
            expect(polygon, -85, longitude, true)
            expect(polygon, -90, longitude, true)
            expect(polygon, -79.999_999_9, longitude, false)
            expect(polygon, 80, longitude, false)
        }
    }

    @Test("a box from -180 to 180 holds the whole world, or its belt")
    func world() throws {
        let whole = ring([(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)])
        let belt = ring([(-180, -10), (180, -10), (180, 10), (-180, 10), (-180, -10)])
        for longitude in [-180.0, -90, 0, 12, 179, 180] {
            for latitude in [-90.0, -89, 0, 10, 90] {
                expect(try Polygon(rings: [whole]), latitude, longitude, true)
                expect(try Polygon(rings: [belt]), latitude, longitude, latitude.magnitude <= 10)
            }
        }
    }
}

@Suite("Polygon against brute force")
struct PolygonPropertyTests {
    /// A star-shaped ring of `count` corners around `center`; never crosses itself.
    static func star(
        around center: GeoPoint,
        count: Int,
        using generator: inout some RandomNumberGenerator
    ) -> [GeoPoint] {
        var positions: [GeoPoint] = []
        for index in 0..<count {
            let radius = Double.random(in: 500...3000, using: &generator)
            let bearing = 360 * Double(index) / Double(count)
            positions.append(center.destination(bearingDegrees: bearing, distance: Meters(radius))!)
        }
        return positions + [positions[0]]
    }

    @Test("the prepared polygon answers as the plain one, at corners, near edges and anywhere")
    func prepared() throws {
        try forAll(seed: 31, count: 60) { generator in
            let latitude = Int32.random(in: -700_000_000...700_000_000, using: &generator)
            let longitude = Int32.random(in: 1_799_000_000...1_800_000_000, using: &generator)
            let center = try #require(GeoPoint(latitudeE7: latitude, longitudeE7: longitude))
            let count = Int.random(in: 3...300, using: &generator)
            let outline = Self.star(around: center, count: count, using: &generator)
            let polygon = try Polygon(rings: [outline])
            let prepared = PreparedPolygon(polygon)
            for corner in outline {
                try hold(prepared.contains(corner), "corner \(corner)")
                try hold(polygon.contains(corner), "corner \(corner)")
                let near = corner.jittered(by: 2, using: &generator)
                try hold(polygon.contains(near) == prepared.contains(near), "near \(near)")
            }
            for _ in 0..<100 {
                let place = center.jittered(by: 400_000, using: &generator)
                try hold(polygon.contains(place) == prepared.contains(place), "at \(place)")
            }
        }
    }

    @Test("points inside by construction are inside, and outside outside")
    func construction() throws {
        try forAll(seed: 32, count: 200) { generator in
            let center = point(Double.random(in: -60...60, using: &generator), 179.99)
            let polygon = try Polygon(
                rings: [Self.star(around: center, count: 40, using: &generator)]
            )
            let bearing = Double.random(in: 0..<360, using: &generator)
            // The chord between two corners at 500 m or more comes no nearer than 490 m.
            let near = center.destination(bearingDegrees: bearing, distance: Meters(450))!
            let far = center.destination(bearingDegrees: bearing, distance: Meters(3050))!
            try hold(polygon.contains(near), "\(near) of \(center)")
            try hold(!polygon.contains(far), "\(far) of \(center)")
        }
    }
}
