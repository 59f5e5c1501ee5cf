import Geo
import TestSupport
import Testing

/// The same questions without an index.
private struct PlainPoints {
    var points: [Int32: GeoPoint] = [:]

    func nearest(
        to origin: GeoPoint,
        count: Int,
        within radius: Double,
        where isEligible: (Int32) -> Bool
    ) -> [Neighbor] {
        let ranking = RankingDistance(from: origin)
        return Array(
            points.filter { isEligible($0.key) }
                .map { index, point in
                    let squared = ranking.squaredMeters(
                        latitudeE7: point.latitudeE7,
                        longitudeE7: point.longitudeE7
                    )
                    return (squared, index)
                }
                .filter { $0.0 <= radius * radius }
                .sorted { $0 < $1 }
                .prefix(count)
                .map { Neighbor(index: $0.1, distance: Meters($0.0.squareRoot())) }
        )
    }
}

/// `#expect` cannot look into a type that is not copyable, so the tests hold the grid in a class.
private final class GridBox {
    private var grid: PointGrid

    init(capacity: Int32 = 1024) { grid = PointGrid(capacity: capacity) }

    var count: Int { grid.count }
    func set(_ index: Int32, to point: GeoPoint) { grid.set(index, to: point) }
    @discardableResult func remove(_ index: Int32) -> Bool { grid.remove(index) }
    func position(of index: Int32) -> GeoPoint? { grid.position(of: index) }
    func nearest(
        to origin: GeoPoint,
        count: Int,
        within radius: Meters,
        where isEligible: (Int32) -> Bool = { _ in true }
    ) -> [Neighbor] {
        grid.nearest(to: origin, count: count, within: radius, where: isEligible)
    }
}

@Suite("PointGrid")
struct PointGridTests {
    @Test("sets, moves, finds and removes a point")
    func basics() {
        let grid = GridBox(capacity: 1)
        #expect(grid.position(of: 5) == nil)
        grid.set(5, to: point(10, 20))
        #expect(grid.position(of: 5) == point(10, 20))
        grid.set(5, to: point(10.000_1, 20))
        #expect(grid.position(of: 5) == point(10.000_1, 20))
        grid.set(5, to: point(-50, -20))
        #expect(grid.position(of: 5) == point(-50, -20))
        #expect(grid.count == 1)
        #expect(grid.nearest(to: point(10, 20), count: 3, within: .kilometers(100)).isEmpty)
        let found = grid.nearest(to: point(-50, -20), count: 3, within: .kilometers(1))
        #expect(found == [Neighbor(index: 5, distance: Meters(0))])
        #expect(grid.remove(5))
        #expect(!grid.remove(5))
        #expect(!grid.remove(-1))
        #expect(!grid.remove(1_000_000))
        #expect(grid.count == 0)
        #expect(grid.nearest(to: point(-50, -20), count: 3, within: .kilometers(1)).isEmpty)
    }

    @Test("equal distances come in the order of their numbers")
    func ties() {
        let grid = GridBox()
        for index in [Int32(7), 3, 9, 1, 5] { grid.set(index, to: point(1, 1)) }
        let found = grid.nearest(to: point(1, 1), count: 3, within: Meters(0))
        #expect(found.map(\.index) == [1, 3, 5])
    }

    @Test("a radius includes its own distance and none above; no radius finds nothing")
    func radius() {
        let grid = GridBox()
        grid.set(1, to: point(0, 0.01))
        let exact = grid.nearest(to: point(0, 0), count: 1, within: .kilometers(5))[0].distance
        #expect(grid.nearest(to: point(0, 0), count: 1, within: exact).count == 1)
        let less = Meters(exact.value.nextDown.nextDown)
        #expect(grid.nearest(to: point(0, 0), count: 1, within: less).isEmpty)
        #expect(grid.nearest(to: point(0, 0), count: 1, within: Meters(.nan)).isEmpty)
        #expect(grid.nearest(to: point(0, 0), count: 1, within: Meters(-1)).isEmpty)
        #expect(grid.nearest(to: point(0, 0), count: 0, within: exact).isEmpty)
        #expect(grid.nearest(to: point(0, 0), count: 1, within: Meters(.infinity)).count == 1)
    }

    @Test("finds over the antimeridian and over the poles")
    func seams() {
        let grid = GridBox()
        grid.set(0, to: point(0, -179.95))
        grid.set(1, to: point(0, 180))
        grid.set(2, to: point(0, -180))
        #expect(
            grid.nearest(to: point(0, 179.9), count: 9, within: .kilometers(50)).map(\.index)
                == [1, 2, 0]
        )
        #expect(grid.nearest(to: point(0, 180), count: 1, within: Meters(0)).map(\.index) == [1])
        #expect(
            grid.nearest(to: point(0, -180), count: 9, within: Meters(1)).map(\.index) == [1, 2]
        )
        grid.set(3, to: point(89.5, 180))
        grid.set(4, to: point(-90, 0))
        let north = grid.nearest(to: point(89.5, 0), count: 1, within: .kilometers(200))
        #expect(north.map(\.index) == [3])
        #expect(abs(north[0].distance.value - 111_195.08) < 1)
        let south = grid.nearest(to: point(-90, 123), count: 1, within: Meters(1))
        #expect(south.map(\.index) == [4])
    }

    @Test("an eligible point is found behind crowds of others, which alone are asked")
    func filter() {
        let grid = GridBox()
        for index in Int32(0)..<2000 { grid.set(index, to: point(40, 10 + Double(index) * 1e-5)) }
        let found = grid.nearest(to: point(40, 10), count: 2, within: .kilometers(10)) {
            $0 >= 1500 && $0.isMultiple(of: 7)
        }
        #expect(found.map(\.index) == [1505, 1512])
    }

    @Test("ten thousand points in one cell are searched and emptied again")
    func hotCell() throws {
        let grid = GridBox()
        var plain = PlainPoints()
        var generator = SeededGenerator(seed: 41)
        for index in Int32(0)..<10_000 {
            let place = point(48.85, 2.35).jittered(by: 40_000, using: &generator)
            grid.set(index, to: place)
            plain.points[index] = place
        }
        for _ in 0..<5 {
            let origin = point(48.85, 2.35).jittered(by: 60_000, using: &generator)
            let found = grid.nearest(to: origin, count: 10, within: .kilometers(20))
            let expected = plain.nearest(to: origin, count: 10, within: 20_000) { _ in true }
            #expect(found == expected)
        }
        for index in Int32(0)..<10_000 { grid.remove(index) }
        #expect(grid.count == 0)
        #expect(grid.nearest(to: point(48.85, 2.35), count: 10, within: .kilometers(20)).isEmpty)
    }

    /// The center of a swarm and its spread in units.
    static let swarms: [(GeoPoint, Int32)] = [
        (point(52.5, 13.4), 3_000_000),
        (point(0, 180), 2_000_000),
        (point(-17, -180), 20_000_000),
        (point(90, 0), 5_000_000),
        (point(-89.9, 100), 30_000_000),
        (point(79.9, 179.9), 10_000_000),
        (point(10, 10), 900_000_000),
    ]

    @Test("agrees with brute force while points come, move and go", arguments: swarms)
    func agreement(center: GeoPoint, spread: Int32) throws {
        try forAll(seed: 42, count: 6) { generator in
            let grid = GridBox(capacity: 16)
            var plain = PlainPoints()
            for step in 0..<1200 {
                let index = Int32.random(in: 0..<300, using: &generator)
                if Int.random(in: 0..<5, using: &generator) == 0 {
                    let wasThere = plain.points.removeValue(forKey: index) != nil
                    try hold(grid.remove(index) == wasThere, "step \(step): remove \(index)")
                } else {
                    let place = center.jittered(by: spread, using: &generator)
                    grid.set(index, to: place)
                    plain.points[index] = place
                }
                try hold(grid.count == plain.points.count, "step \(step): count")
                guard step % 40 == 0 else { continue }
                let origin = center.jittered(by: spread, using: &generator)
                let radius = SeededPower.ten(Double.random(in: 3...7.3, using: &generator))
                let count = Int.random(in: 1...12, using: &generator)
                let isEligible: (Int32) -> Bool = { !$0.isMultiple(of: 3) }
                let found = grid.nearest(
                    to: origin,
                    count: count,
                    within: Meters(radius),
                    where: isEligible
                )
                let expected = plain.nearest(
                    to: origin,
                    count: count,
                    within: radius,
                    where: isEligible
                )
                try hold(found == expected, "step \(step): \(count) within \(radius) of \(origin)")
            }
            for (index, place) in plain.points {
                try hold(grid.position(of: index) == place, "position of \(index)")
            }
        }
    }
}
