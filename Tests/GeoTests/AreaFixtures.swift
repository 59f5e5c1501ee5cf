import Geo
import TestSupport

/// Areas and places for properties, small enough that places meet borders.
enum AreaSamples {
    /// A star-shaped ring of `count` corners around `center`, `inner` to `outer` metres away; never crosses itself.
    static func star(
        around center: GeoPoint,
        count: Int,
        meters: ClosedRange<Double>,
        using generator: inout SeededGenerator
    ) -> [GeoPoint] {
        var positions: [GeoPoint] = []
        for index in 0..<count {
            let radius = Double.random(in: meters, using: &generator)
            let bearing = 360 * Double(index) / Double(count)
            positions.append(center.destination(bearingDegrees: bearing, distance: Meters(radius))!)
        }
        return positions + [positions[0]]
    }

    /// A circle, corridor, or one or two polygons, perhaps with a hole, around `center`.
    static func area(
        around center: GeoPoint,
        meters: Double,
        using generator: inout SeededGenerator
    ) throws -> Area {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return .circle(try Circle(center: center, radius: Meters(meters)))
        case 1:
            var points = [center]
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let bearing = Double.random(in: 0..<360, using: &generator)
                let last = points[points.count - 1]
                let step = Meters(Double.random(in: 0...meters, using: &generator) + 1)
                points.append(last.destination(bearingDegrees: bearing, distance: step)!)
            }
            return .corridor(try Corridor(points: points, halfWidth: Meters(meters / 10)))
        default:
            var pieces: [[[GeoPoint]]] = []
            for piece in 0..<Int.random(in: 1...2, using: &generator) {
                let middle =
                    piece == 0
                    ? center
                    : center.destination(bearingDegrees: 70, distance: Meters(meters * 1.2))!
                let count = Int.random(in: 5...60, using: &generator)
                let outer = star(
                    around: middle,
                    count: count,
                    meters: meters / 2...meters,
                    using: &generator
                )
                let hole = star(
                    around: middle,
                    count: 7,
                    meters: meters / 20...meters / 8,
                    using: &generator
                )
                pieces.append(Bool.random(using: &generator) ? [outer, hole] : [outer])
            }
            return .multiPolygon(try MultiPolygon(rings: pieces))
        }
    }

    /// A place where areas are hard: a city, the antimeridian, near a pole.
    static func center(using generator: inout SeededGenerator) -> GeoPoint {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: point(51.5, -0.1).jittered(by: 1_000_000, using: &generator)
        case 1:
            point(Double.random(in: -70...70, using: &generator), 179.99)
                .jittered(by: 300_000, using: &generator)
        case 2: point(89.98, Double.random(in: -180...180, using: &generator))
        default: GeoPoint.random(using: &generator)
        }
    }

    /// A place near `center`, often within a unit of a corner of `area`.
    static func place(
        near center: GeoPoint,
        of area: Area,
        meters: Double,
        using generator: inout SeededGenerator
    ) -> GeoPoint {
        let corners: [GeoPoint] =
            switch area {
            case .multiPolygon(let polygons): polygons.polygons.flatMap { $0.rings.joined() }
            case .corridor(let corridor): corridor.points
            case .circle: []
            }
        if Int.random(in: 0..<3, using: &generator) == 0,
            let corner = corners.randomElement(using: &generator)
        {
            return corner.jittered(by: 1, using: &generator)
        }
        let distance = Meters(Double.random(in: 0...meters * 2.5, using: &generator))
        let bearing = Double.random(in: 0..<360, using: &generator)
        return center.destination(bearingDegrees: bearing, distance: distance)!
    }
}

/// Whether places lie in rings, told once more and without any of the module's own steps: even-odd over all rings,
/// edges the shorter way round, exact by comparing products that fit 64 bits.
enum PolygonOracle {
    static func contains(_ place: GeoPoint, _ rings: [[GeoPoint]]) -> Bool {
        (-1...1).contains { turn in
            var isInside = false
            for ring in rings {
                var x = difference(place, rings[0][0]) + difference(rings[0][0], ring[0])
                x += turn * 3_600_000_000
                for (start, end) in zip(ring, ring.dropFirst()) {
                    let nextX = x + difference(start, end)
                    let startY = Int(start.latitudeE7) - Int(place.latitudeE7)
                    let endY = Int(end.latitudeE7) - Int(place.latitudeE7)
                    if isOn(x, startY, nextX, endY) { return true }
                    // Where the edge meets the parallel of the place: x - startY * (nextX - x) / (endY - startY) > 0.
                    if (startY > 0) != (endY > 0) {
                        let left = x * (endY - startY)
                        let right = startY * (nextX - x)
                        if endY > startY ? left > right : left < right { isInside.toggle() }
                    }
                    x = nextX
                }
            }
            return isInside
        }
    }

    private static func difference(_ from: GeoPoint, _ to: GeoPoint) -> Int {
        Int(GeoPoint.longitudeDifferenceE7(from: from.longitudeE7, to: to.longitudeE7))
    }

    private static func isOn(_ x: Int, _ y: Int, _ nextX: Int, _ nextY: Int) -> Bool {
        min(x, nextX) <= 0 && max(x, nextX) >= 0 && min(y, nextY) <= 0 && max(y, nextY) >= 0
            && x * nextY == y * nextX
    }
}
