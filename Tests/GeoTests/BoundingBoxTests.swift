import Geo
import TestSupport
import Testing

@Suite("BoundingBox")
struct BoundingBoxTests {
    private func box(_ s: Double, _ w: Double, _ n: Double, _ e: Double) throws -> BoundingBox {
        try #require(BoundingBox(southWest: point(s, w), northEast: point(n, e)))
    }

    @Test("holds its edges and corners and nothing beyond")
    func edges() throws {
        let box = try box(-10, 20, 10, 40)
        for (latitude, longitude) in [(-10.0, 20.0), (10, 40), (0, 20), (0, 40), (10, 30)] {
            #expect(box.contains(point(latitude, longitude)))
        }
        for (latitude, longitude) in [(10.000_000_1, 30.0), (0, 19.999_999_9), (0, 40.000_000_1)] {
            #expect(!box.contains(point(latitude, longitude)))
        }
    }

    @Test("crosses the antimeridian where its west lies east of its east")
    func antimeridian() throws {
        let box = try box(-10, 170, 10, -170)
        for longitude in [170.0, 175, 180, -180, -175, -170] {
            #expect(box.contains(point(0, longitude)))
        }
        for longitude in [169.9, -169.9, 0] {
            #expect(!box.contains(point(0, longitude)))
        }
    }

    @Test("from -180 to 180 it is the whole world; a box of no width is a meridian")
    func extremes() throws {
        let world = try box(-90, -180, 90, 180)
        let meridian = try box(-90, 180, 90, -180)
        for longitude in [-180.0, -1, 0, 179.9, 180] {
            #expect(world.contains(point(12, longitude)))
            #expect(meridian.contains(point(12, longitude)) == (longitude.magnitude == 180))
        }
        #expect(BoundingBox(southWest: point(1, 0), northEast: point(0, 1)) == nil)
    }

    @Test("intersects what it shares a point with")
    func intersections() throws {
        let box = try box(0, 170, 10, -170)
        #expect(box.intersects(try self.box(10, -170, 20, -160)))
        #expect(box.intersects(try self.box(2, -180, 3, 180)))
        #expect(box.intersects(box))
        #expect(!box.intersects(try self.box(10.1, 170, 20, 180)))
        #expect(!box.intersects(try self.box(0, -169.9, 10, 169.9)))
    }

    @Test("around a circle it holds every point of the circle")
    func aroundCircle() throws {
        try forAll(seed: 24, count: 10_000) { generator in
            let center = GeoPoint.random(using: &generator)
            let exponent = Double.random(in: 0...7.3, using: &generator)
            let radius = Meters(SeededPower.ten(exponent))
            let box = BoundingBox(around: center, radius: radius)
            let bearing = Double.random(in: 0..<360, using: &generator)
            let inner = Meters(radius.value * Double.random(in: 0...1, using: &generator))
            let inside = try #require(center.destination(bearingDegrees: bearing, distance: inner))
            try hold(box.contains(inside), "\(center), \(radius): \(inside)")
        }
        #expect(BoundingBox(around: point(10, 10), radius: Meters(.nan)).contains(point(10, 10)))
        let small = BoundingBox(around: point(0, 179.9), radius: .kilometers(50))
        #expect(small.contains(point(0, -179.95)))
        #expect(!small.contains(point(0, -179)))
        #expect(
            BoundingBox(around: point(89.5, 0), radius: .kilometers(200)).contains(point(89.5, 180))
        )
    }
}

/// Powers of ten for spreads over many magnitudes.
enum SeededPower {
    /// 10 to the power of `exponent`, 0 ... 8, by interpolation between whole powers.
    static func ten(_ exponent: Double) -> Double {
        let whole = Int(exponent)
        let low = (0..<whole).reduce(1.0) { power, _ in power * 10 }
        return low * (1 + 9 * (exponent - Double(whole)))
    }
}
