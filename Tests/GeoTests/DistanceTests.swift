import Foundation
import Geo
import TestSupport
import Testing

@Suite("Distances on the sphere")
struct DistanceTests {
    struct Case: Sendable {
        let from: (Double, Double)
        let to: (Double, Double)
        /// On a sphere of 6 371 000 m, as the reference lists it.
        let meters: Double
    }

    static let cases = [
        Case(from: (33.02, -115.02), to: (33.01, -115.01), meters: 1451.138),
        Case(from: (33, -115), to: (33.04, -115.048), meters: 6309.590),
        Case(from: (33, -115), to: (34, -116), meters: 144_780.719),
        Case(from: (55.754_14, 37.620_4), to: (55.754_77, 37.620_25), meters: 70.679),
        // Over the pole, over the antimeridian.
        Case(from: (89.5, 0), to: (89.5, 180), meters: 111_194.927),
        Case(from: (0, 179.9), to: (0, -179.95), meters: 16_679.239),
    ]

    @Test("agrees with published haversine distances, scaled to our radius", arguments: cases)
    func published(row: Case) {
        let measured = greatCircleDistance(
            from: point(row.from.0, row.from.1),
            to: point(row.to.0, row.to.1)
        )
        #expect(abs(measured.value * 6_371_000 / 6_371_008.8 - row.meters) < 0.001)
    }

    @Test("the same point is 0 m away, the antipode half of a great circle")
    func extremes() {
        #expect(greatCircleDistance(from: point(12, 34), to: point(12, 34)).value == 0)
        #expect(greatCircleDistance(from: point(7, 180), to: point(7, -180)).value == 0)
        #expect(greatCircleDistance(from: point(90, 0), to: point(90, 77)).value < 1e-6)
        let half = greatCircleDistance(from: point(30, 10), to: point(-30, -170))
        #expect(abs(half.value - Earth.distanceMax.value) < 0.1)
        #expect(half <= Earth.distanceMax)
    }

    @Test("is symmetric and keeps the triangle inequality")
    func metric() throws {
        try forAll(seed: 21, count: 5000) { generator in
            let (a, b, c) = (
                GeoPoint.random(using: &generator), GeoPoint.random(using: &generator),
                GeoPoint.random(using: &generator)
            )
            let (ab, bc, ac) = (
                greatCircleDistance(from: a, to: b).value,
                greatCircleDistance(from: b, to: c).value,
                greatCircleDistance(from: a, to: c).value
            )
            try hold(ac <= ab + bc + 0.2, "\(a); \(b); \(c)")
            let back = greatCircleDistance(from: b, to: a).value
            try hold(abs(back - ab) < 1e-6, "\(a); \(b)")
        }
    }

    @Test("the ranking distance stays within its stated error of the great circle")
    func ranking() throws {
        var largest = 0.0
        try forAll(seed: 22, count: 20_000) { generator in
            let origin = GeoPoint.random(using: &generator)
            // Up to 1.1 degrees, so that both sides of the switch to haversine are met.
            let span = Int32(1) << Int32.random(in: 4...23, using: &generator)
            let target = origin.jittered(by: span + span / 3, using: &generator)
            let exact = greatCircleDistance(from: origin, to: target).value
            let squared = RankingDistance(from: origin).squaredMeters(
                latitudeE7: target.latitudeE7,
                longitudeE7: target.longitudeE7
            )
            // Haversine itself is only good to about 1e-7 m near zero.
            let error = abs(squared.squareRoot() - exact) / max(exact, 1)
            largest = max(largest, error)
            try hold(error < RankingDistance.relativeErrorMax, "\(origin); \(target): \(error)")
        }
        // The bound is not a far cry.
        #expect(largest > RankingDistance.relativeErrorMax / 10)
    }

    @Test(
        "the first bearing is clockwise from north",
        arguments: [
            ((0.0, 0.0), (1.0, 0.0), 0.0), ((0, 0), (0, 1), 90), ((0, 0), (-1, 0), 180),
            ((0, 0), (0, -1), 270), ((0, 179.5), (0, -179.5), 90), ((0, 0), (0, 0), 0),
            ((50, 10), (50, 20), 86.165_7),
        ]
    )
    func bearing(from: (Double, Double), to: (Double, Double), degrees: Double) {
        let measured = point(from.0, from.1).initialBearingDegrees(to: point(to.0, to.1))
        #expect(abs(measured - degrees) < 0.001)
    }

    @Test("a destination lies at the distance and in the direction asked for")
    func destination() throws {
        try forAll(seed: 23, count: 5000) { generator in
            let origin = GeoPoint.random(using: &generator)
            let bearing = Double.random(in: 0..<360, using: &generator)
            let distance = Meters(Double.random(in: 10...1_000_000, using: &generator))
            let target = try #require(
                origin.destination(bearingDegrees: bearing, distance: distance)
            )
            let back = greatCircleDistance(from: origin, to: target).value
            // One unit of rounding is 1.6 cm on the diagonal.
            try hold(
                abs(back - distance.value) < 0.02,
                "\(origin), \(bearing), \(distance): \(back)"
            )
            if abs(origin.latitudeDegrees) < 80 {
                let again = origin.initialBearingDegrees(to: target)
                let turn = abs(again - bearing)
                try hold(
                    min(turn, 360 - turn) < 0.2 / distance.value * 57.3 + 1e-4,
                    "\(origin), \(bearing), \(distance): \(again)"
                )
            }
        }
        #expect(point(0, 0).destination(bearingDegrees: .nan, distance: Meters(1)) == nil)
        #expect(point(0, 0).destination(bearingDegrees: 0, distance: Meters(.infinity)) == nil)
    }
}
