import Geo
import TestSupport
import Testing

@Suite("AreaIndex")
struct AreaIndexTests {
    private static func handles(_ index: borrowing AreaIndex, at place: GeoPoint) -> [Int32] {
        var handles: [Int32] = []
        index.append(areasContaining: place, to: &handles)
        return handles
    }

    @Test("answers as all areas asked one by one, through puts, replacements and removals")
    func bruteForce() throws {
        try forAll(seed: 51, count: 4) { generator in
            var index = AreaIndex()
            var areas: [Int32: (area: Area, prepared: PreparedArea)] = [:]
            let center = AreaSamples.center(using: &generator)
            let spread = Int32.random(in: 10_000...3_000_000, using: &generator)
            for round in 0..<120 {
                let handle = Int32.random(in: 0..<120, using: &generator)
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    let wasThere = areas.removeValue(forKey: handle) != nil
                    try hold(index.remove(handle) == wasThere, "removal of \(handle)")
                } else {
                    let exponent = Double.random(in: 1...5, using: &generator)
                    guard
                        let area = try? AreaSamples.area(
                            around: center.jittered(by: spread, using: &generator),
                            meters: SeededPower.ten(exponent),
                            using: &generator
                        )
                    else { continue }
                    let prepared = PreparedArea(area)
                    areas[handle] = (area, prepared)
                    index.put(handle, prepared)
                }
                try hold(index.count == areas.count, "count")
                guard round % 10 == 0 else { continue }
                for _ in 0..<40 {
                    let place = center.jittered(by: spread, using: &generator)
                    let expected = areas.filter { $0.value.prepared.contains(place) }.keys.sorted()
                    let found = Self.handles(index, at: place)
                    try hold(found == expected, "\(found) for \(expected) at \(place)")
                }
                for (_, area) in areas.values.map({ ($0.prepared, $0.area) }).prefix(20) {
                    let place = AreaSamples.place(
                        near: center,
                        of: area,
                        meters: 1000,
                        using: &generator
                    )
                    let expected = areas.filter { $0.value.prepared.contains(place) }.keys.sorted()
                    try hold(Self.handles(index, at: place) == expected, "border at \(place)")
                }
            }
            for handle in areas.keys { index.remove(handle) }
            try hold(index.count == 0, "empty")
            try hold(Self.handles(index, at: center).isEmpty, "empty")
        }
    }

    @Test("a way finds the areas that it crosses, and a box those near it")
    func ways() throws {
        try forAll(seed: 52, count: 3) { generator in
            var index = AreaIndex()
            var areas: [PreparedArea] = []
            let center = AreaSamples.center(using: &generator)
            let spread = Int32.random(in: 100_000...3_000_000, using: &generator)
            while areas.count < 60 {
                let exponent = Double.random(in: 1...4.5, using: &generator)
                guard
                    let area = try? AreaSamples.area(
                        around: center.jittered(by: spread, using: &generator),
                        meters: SeededPower.ten(exponent),
                        using: &generator
                    )
                else { continue }
                areas.append(PreparedArea(area))
                index.put(Int32(areas.count - 1), areas[areas.count - 1])
            }
            for _ in 0..<40 {
                let origin = center.jittered(by: spread, using: &generator)
                let target =
                    Bool.random(using: &generator)
                    ? origin.jittered(by: 20_000, using: &generator)
                    : center.jittered(by: spread, using: &generator)
                var found: [Int32] = [7]
                index.append(areasCrossedFrom: origin, to: target, to: &found)
                let expected = areas.indices.filter { areas[$0].crosses(from: origin, to: target) }
                try hold(found.first == 7, "what was there stays")
                try hold(
                    found.dropFirst().map(Int.init) == expected,
                    "\(found) for \(expected), \(origin) to \(target)"
                )
                let box = BoundingBox(around: origin, radius: Meters(3000))
                var near: [Int32] = []
                index.append(areasNear: box, to: &near)
                let limit = Meters(2999)
                for handle in areas.indices
                where areas[handle].signedDistance(to: origin, limit: limit) < limit {
                    try hold(near.contains(Int32(handle)), "\(handle) is near \(origin)")
                }
                try hold(near == near.sorted(), "ascending")
            }
        }
    }

    @Test("areas across the antimeridian and around the poles are found from both sides")
    func seams() throws {
        var index = AreaIndex()
        let areas: [Area] = [
            .multiPolygon(
                try MultiPolygon(rings: [
                    [ring([(170, -10), (-170, -10), (-170, 10), (170, 10), (170, -10)])]
                ])
            ),
            .multiPolygon(
                try MultiPolygon(rings: [
                    [ring([(170, -10), (180, -10), (180, 10), (170, 10), (170, -10)])],
                    [ring([(-180, -10), (-170, -10), (-170, 10), (-180, 10), (-180, -10)])],
                ])
            ),
            .circle(try Circle(center: point(0, 179.9), radius: .kilometers(500))),
            .multiPolygon(try MultiPolygon(rings: [[PolygonTests.caps[0]]])),
            .circle(try Circle(center: point(-89.5, 0), radius: .kilometers(200))),
            .multiPolygon(
                try MultiPolygon(rings: [
                    [ring([(-180, -90), (180, -90), (180, 90), (-180, 90), (-180, -90)])]
                ])
            ),
            .multiPolygon(
                try MultiPolygon(rings: [
                    [ring([(0, -90), (10, -90), (10, -70), (0, -70), (0, -90)])]
                ])
            ),
        ]
        for (handle, area) in areas.enumerated() { index.put(Int32(handle), PreparedArea(area)) }
        for longitude in [180.0, -180, 179.999, -179.999] {
            #expect(Self.handles(index, at: point(0, longitude)) == [0, 1, 2, 5])
        }
        for longitude in [180.0, -180, 0, 5, -77.7] {
            #expect(Self.handles(index, at: point(-90, longitude)) == [3, 4, 5, 6])
        }
        #expect(Self.handles(index, at: point(-89.5, 180)) == [3, 4, 5])
        #expect(Self.handles(index, at: point(90, 180)) == [5])
        #expect(Self.handles(index, at: point(0, 0)) == [5])
        var crossed: [Int32] = []
        index.append(areasCrossedFrom: point(20, 179), to: point(-20, -179), to: &crossed)
        #expect(crossed == [0, 1, 2, 5])
        index.remove(5)
        #expect(Self.handles(index, at: point(0, 0)) == [])
    }

    @Test("zones far away change neither an answer nor the memory that a removal gives back")
    func farAway() throws {
        var index = AreaIndex()
        let home = PreparedArea(.circle(try Circle(center: point(48, 11), radius: Meters(500))))
        index.put(0, home)
        let alone = index.memoryBytes
        for handle in 1...600 {
            let center = point(-30 + Double(handle % 50) * 0.1, 100 + Double(handle / 50) * 0.1)
            index.put(
                Int32(handle),
                PreparedArea(.circle(try Circle(center: center, radius: Meters(800))))
            )
        }
        #expect(Self.handles(index, at: point(48, 11)) == [0])
        #expect(index.memoryBytes < alone + 600 * 1000)
        for handle in 1...600 { index.remove(Int32(handle)) }
        let emptied = index.memoryBytes
        for handle in 1...600 { index.put(Int32(handle), home) }
        for handle in 1...600 { index.remove(Int32(handle)) }
        #expect(index.memoryBytes <= emptied + 600 * 64)
        #expect(index.count == 1)
    }
}
