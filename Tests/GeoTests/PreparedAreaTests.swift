import Geo
import TestSupport
import Testing

@Suite("Circles and corridors")
struct RoundAreaTests {
    private func expect(
        _ area: Area,
        _ place: GeoPoint,
        _ isInside: Bool,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(area.contains(place) == isInside, "\(place)", sourceLocation: sourceLocation)
        #expect(
            PreparedArea(area).contains(place) == isInside,
            "prepared, \(place)",
            sourceLocation: sourceLocation
        )
    }

    @Test("a circle of 100 m")
    func circle() throws {
        let area = Area.circle(
            try Circle(center: point(55.754_14, 37.620_4), radius: Meters(100))
        )
        expect(area, point(55.754_77, 37.620_25), true)
        expect(area, point(55.755_45, 37.619_21), false)
    }

    @Test("a circle holds its border in every direction and nothing half a metre beyond")
    func border() throws {
        for center in [point(0, 0), point(52, 179.999), point(-89.99, 10), point(90, 0)] {
            let area = Area.circle(try Circle(center: center, radius: Meters(1000)))
            for bearing in stride(from: 0.0, to: 360, by: 7.5) {
                for (distance, isInside) in [(999.9, true), (1000, true), (1000.5, false)] {
                    let place = center.destination(
                        bearingDegrees: bearing,
                        distance: Meters(distance)
                    )
                    expect(area, try #require(place), isInside)
                }
            }
        }
    }

    @Test("circles across the antimeridian and over a pole")
    func across() throws {
        let seam = Area.circle(try Circle(center: point(0, 179.9), radius: .kilometers(50)))
        expect(seam, point(0, -179.95), true)
        expect(seam, point(0, -179), false)
        let pole = Area.circle(try Circle(center: point(89.5, 0), radius: .kilometers(200)))
        expect(pole, point(89.5, 180), true)
        expect(pole, point(90, -77), true)
        expect(pole, point(87, 180), false)
    }

    @Test("a corridor holds what is nearer to its line than half its width")
    func corridor() throws {
        let line = [point(56.837_77, 60.598_33), point(56.837_66, 60.596_8)]
        let place = point(56.838_01, 60.597_48)
        expect(.corridor(try Corridor(points: line, halfWidth: Meters(35))), place, true)
        expect(.corridor(try Corridor(points: line, halfWidth: Meters(15))), place, false)
    }

    @Test("a corridor across the antimeridian, and over a pole")
    func corridorAcross() throws {
        let seam = Area.corridor(
            try Corridor(points: [point(10, 179), point(10, -179)], halfWidth: .kilometers(5))
        )
        for longitude in [179.0, 180, -180, -179] { expect(seam, point(10.04, longitude), true) }
        expect(seam, point(10.05, 180), false)
        expect(seam, point(10, 178.9), false)
        expect(seam, point(10, 0), false)
        let pole = Area.corridor(
            try Corridor(points: [point(89.99, 0), point(89.99, 90)], halfWidth: .kilometers(2))
        )
        expect(pole, point(90, 123), true)
        expect(pole, point(89.99, 180), true)
        expect(pole, point(89.99, -135), false)
    }
}

@Suite("Prepared areas against brute force")
struct PreparedAreaPropertyTests {
    @Test("contains answers as the plain area, on borders, a unit beside them, and anywhere")
    func contains() throws {
        try forAll(seed: 41, count: 150) { generator in
            let center = AreaSamples.center(using: &generator)
            let meters = Double.random(in: 20...4000, using: &generator)
            guard
                let area = try? AreaSamples.area(around: center, meters: meters, using: &generator)
            else { return }
            let prepared = PreparedArea(area)
            for _ in 0..<200 {
                let place = AreaSamples.place(
                    near: center,
                    of: area,
                    meters: meters,
                    using: &generator
                )
                let expected = area.contains(place)
                try hold(prepared.contains(place) == expected, "\(place) of \(area)")
                try hold(
                    !expected || place.latitudeDegrees.magnitude == 90
                        || prepared.boundingBox.contains(place),
                    "box of \(place)"
                )
            }
        }
    }

    @Test("polygons of any size answer as exact arithmetic does, also where edges span the Earth")
    func exact() throws {
        var areaCount = 0
        try forAll(seed: 42, count: 1500) { generator in
            let span: Int32 = [40, 4000, 2_000_000_000][Int.random(in: 0..<3, using: &generator)]
            let middle = GeoPoint.random(using: &generator)
            // Corners on a coarse lattice, so that edges run level, upright and through corners.
            let step = max(1, span / 6)
            let ring = (0..<Int.random(in: 3...7, using: &generator)).map { _ in
                let x = Int32.random(in: -3...3, using: &generator) * (step / 2)
                let y = Int32.random(in: -3...3, using: &generator) * (step / 4)
                return shifted(middle, x, y)
            }
            guard let polygon = try? Polygon(rings: [ring + [ring[0]]]) else { return }
            areaCount += 1
            let prepared = PreparedPolygon(polygon)
            for _ in 0..<60 {
                let corner = ring.randomElement(using: &generator) ?? middle
                let next = ring.randomElement(using: &generator) ?? middle
                var place = corner.jittered(by: 1, using: &generator)
                if Bool.random(using: &generator) { place = between(corner, next) }
                if Bool.random(using: &generator) {
                    place = place.jittered(by: 1, using: &generator)
                }
                guard place.latitudeE7.magnitude < 900_000_000 else { continue }
                let expected = PolygonOracle.contains(place, polygon.rings)
                guard !goesAroundPole(polygon) else { continue }
                try hold(polygon.contains(place) == expected, "\(place) of \(polygon.rings)")
                try hold(
                    prepared.contains(place) == expected,
                    "prepared \(place) of \(polygon.rings)"
                )
            }
        }
        #expect(areaCount > 250)
    }

    private func goesAroundPole(_ polygon: Polygon) -> Bool {
        polygon.boundingBox.widthE7 == BoundingBox.fullWidthE7
    }

    private func shifted(_ origin: GeoPoint, _ x: Int32, _ y: Int32) -> GeoPoint {
        var longitude = (Int64(origin.longitudeE7) + Int64(x)) % 3_600_000_000
        if longitude > 1_800_000_000 { longitude -= 3_600_000_000 }
        if longitude < -1_800_000_000 { longitude += 3_600_000_000 }
        let latitude = max(-900_000_000, min(900_000_000, Int64(origin.latitudeE7) + Int64(y)))
        return GeoPoint(latitudeE7: Int32(latitude), longitudeE7: Int32(longitude))!
    }

    private func between(_ first: GeoPoint, _ second: GeoPoint) -> GeoPoint {
        let step = GeoPoint.longitudeDifferenceE7(from: first.longitudeE7, to: second.longitudeE7)
        return shifted(first, step / 2, (second.latitudeE7 - first.latitudeE7) / 2)
    }

    @Test("the signed distance is that of the nearest of many places on the border")
    func distance() throws {
        try forAll(seed: 43, count: 40) { generator in
            let center = AreaSamples.center(using: &generator)
            let meters = Double.random(in: 50...4000, using: &generator)
            guard
                let area = try? AreaSamples.area(around: center, meters: meters, using: &generator)
            else { return }
            let prepared = PreparedArea(area)
            let place = AreaSamples.place(near: center, of: area, meters: meters, using: &generator)
            let limit = Meters(Double.random(in: 1...meters * 2, using: &generator))
            let distance = prepared.signedDistance(to: place, limit: limit).value
            let expected = max(-limit.value, min(limit.value, sampled(place, area)))
            // Samples along edges are up to one part in 500 of an edge apart.
            let slack = max(0.05, expected.magnitude * 2e-4) + sampleSlack(area, expected)
            try hold(
                (distance - expected).magnitude <= slack,
                "\(distance) for \(expected), \(place) of \(area)"
            )
            try hold(distance <= 0.02 || !area.contains(place), "sign at \(place) of \(area)")
        }
    }

    /// The signed distance by brute force: the least of many great circles.
    private func sampled(_ place: GeoPoint, _ area: Area) -> Double {
        switch area {
        case .circle(let circle):
            return greatCircleDistance(from: circle.center, to: place).value - circle.radius.value
        case .corridor(let corridor):
            return nearest(place, corridor.points) - corridor.halfWidth.value
        case .multiPolygon(let polygons):
            let least = polygons.polygons.flatMap(\.rings).map { nearest(place, $0) }.min()
            return (least ?? 0) * (area.contains(place) ? -1 : 1)
        }
    }

    private func nearest(_ place: GeoPoint, _ line: [GeoPoint]) -> Double {
        var least = Double.infinity
        for (start, end) in zip(line, line.dropFirst()) {
            for sample in 0...500 {
                let sampled = along(start, end, part: Double(sample) / 500)
                least = min(least, greatCircleDistance(from: place, to: sampled).value)
            }
        }
        return least
    }

    /// A place on the straight way from one place to another.
    private func along(_ start: GeoPoint, _ end: GeoPoint, part: Double) -> GeoPoint {
        let turn = Double(
            GeoPoint.longitudeDifferenceE7(from: start.longitudeE7, to: end.longitudeE7)
        )
        let rise = Double(end.latitudeE7 - start.latitudeE7)
        return shifted(start, Int32(turn * part), Int32(rise * part))
    }

    /// How much nearer an edge may be than its nearest sample.
    private func sampleSlack(_ area: Area, _ distance: Double) -> Double {
        let lines: [[GeoPoint]] =
            switch area {
            case .circle: []
            case .corridor(let corridor): [corridor.points]
            case .multiPolygon(let polygons): polygons.polygons.flatMap(\.rings)
            }
        let longest =
            lines.flatMap { zip($0, $0.dropFirst()) }
            .map { greatCircleDistance(from: $0, to: $1).value }.max() ?? 0
        return longest / 1000
    }

    @Test("a way crosses what one of its places lies in, and nothing that is clear of it")
    func crosses() throws {
        try forAll(seed: 44, count: 60) { generator in
            let center = AreaSamples.center(using: &generator)
            let meters = Double.random(in: 50...3000, using: &generator)
            guard
                let area = try? AreaSamples.area(around: center, meters: meters, using: &generator)
            else { return }
            let prepared = PreparedArea(area)
            for _ in 0..<3 {
                let from = AreaSamples.place(
                    near: center,
                    of: area,
                    meters: meters,
                    using: &generator
                )
                let target = AreaSamples.place(
                    near: center,
                    of: area,
                    meters: meters,
                    using: &generator
                )
                let places = (0...100).map { along(from, target, part: Double($0) / 100) }
                let step = greatCircleDistance(from: from, to: target).value / 100
                let distances = places.map {
                    prepared.signedDistance(to: $0, limit: Meters(meters * 4)).value
                }
                let least = distances.min() ?? 0
                let crosses = prepared.crosses(from: from, to: target)
                if least < -0.02 { try hold(crosses, "\(from) to \(target) crosses \(area)") }
                // Near a pole a step of the way may be longer than its parts.
                if least > step * 2 + 0.02, center.latitudeDegrees.magnitude < 85 {
                    try hold(!crosses, "\(from) to \(target) is clear of \(area)")
                }
                try hold(crosses == prepared.crosses(from: target, to: from), "both ways")
            }
        }
    }

    @Test("a way that touches a corner or runs along an edge crosses, a unit beside it does not")
    func touching() throws {
        let area = PreparedArea(.multiPolygon(try MultiPolygon(rings: [[square(0, 10)]])))
        #expect(area.crosses(from: point(20, 0), to: point(0, 20)) == true)
        #expect(area.crosses(from: point(20.000_000_1, 0), to: point(0.000_000_1, 20)) == false)
        #expect(area.crosses(from: point(-5, 10), to: point(20, 10)))
        #expect(!area.crosses(from: point(-5, 10.000_000_1), to: point(20, 10.000_000_1)))
        #expect(area.crosses(from: point(5, -5), to: point(5, 15)))
        #expect(area.crosses(from: point(5, 15), to: point(5, 15)) == false)
        #expect(area.crosses(from: point(5, 10), to: point(5, 10)))
        #expect(area.crosses(from: point(20, 20), to: point(5, -5)))
    }

    @Test("cuts along the antimeridian and at a pole are no border")
    func seams() throws {
        let cut = PreparedArea(
            .multiPolygon(
                try MultiPolygon(rings: [
                    [ring([(170, -10), (180, -10), (180, 10), (170, 10), (170, -10)])],
                    [ring([(-180, -10), (-170, -10), (-170, 10), (-180, 10), (-180, -10)])],
                ])
            )
        )
        let limit = Meters.kilometers(100)
        #expect(cut.signedDistance(to: point(0, 180), limit: limit).value == -100_000)
        #expect(cut.signedDistance(to: point(0, -179.999), limit: limit).value == -100_000)
        let edge = cut.signedDistance(to: point(9.5, 180), limit: limit).value
        #expect((edge + 55_597.5).magnitude < 5)
        for caps in PolygonTests.caps {
            let cap = PreparedArea(.multiPolygon(try MultiPolygon(rings: [[caps]])))
            for longitude in [-180.0, 0, 30, 100, 180] {
                let deep = cap.signedDistance(to: point(-85, longitude), limit: limit).value
                #expect(deep == -100_000, "\(caps) at \(longitude)")
            }
            #expect(cap.signedDistance(to: point(-90, 0), limit: limit).value == -100_000)
            let near = cap.signedDistance(to: point(-80.5, 5), limit: limit).value
            #expect((near + 55_597.5).magnitude < 60)
        }
    }

    @Test("the index of a polygon takes no more than one and a half times its corners")
    func memory() throws {
        var generator = SeededGenerator(seed: 45)
        for count in [100, 1582, 39_914] {
            let ring = AreaSamples.star(
                around: point(48, 11),
                count: count,
                meters: 80_000...81_000,
                using: &generator
            )
            let prepared = PreparedPolygon(try Polygon(rings: [ring]))
            #expect(Double(prepared.indexBytes) <= 1.5 * Double(prepared.cornerBytes))
            #expect(prepared.cornerBytes == 8 * (count + 1))
        }
    }
}
