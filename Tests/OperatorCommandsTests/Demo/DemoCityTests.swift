import Geo
import OperatorCommands
import TestSupport
import Testing

@Suite("Port Meridian")
struct DemoCityTests {
    static let city = DemoCity()

    /// Metres from `point` to the nearest street.
    static func metersOffStreet(_ point: PlanePoint) -> Double {
        let streets = city.streets
        return streets.point(streets.nearestPlace(to: point)).distance(to: point)
    }

    @Test("every corner is reachable and no street is without length")
    func connected() {
        let streets = Self.city.streets
        #expect(streets.lengths.allSatisfy { $0 > 100 })
        for street in streets.streets.indices {
            let route = streets.route(
                from: StreetPlace(street: 0, meters: 0),
                to: StreetPlace(street: street, meters: 1)
            )
            #expect(route.meters.isFinite)
        }
    }

    @Test(
        "routes stay on streets, start and end where asked, and are no shorter than the straight line"
    )
    func routes() {
        var generator = SeededGenerator(seed: 7)
        let streets = Self.city.streets
        for _ in 0..<300 {
            let start = streets.anyPlace(using: &generator)
            let end = streets.anyPlace(using: &generator)
            let route = streets.route(from: start, to: end)
            #expect(route.point(at: 0) == streets.point(start))
            #expect(route.point(at: route.meters + 1).distance(to: streets.point(end)) < 1e-6)
            #expect(route.meters + 1e-6 >= streets.point(start).distance(to: streets.point(end)))
            for share in stride(from: 0.0, through: 1, by: 0.1) {
                let off = Self.metersOffStreet(route.point(at: route.meters * share))
                #expect(off < 1e-6, "\(off) m off the street")
            }
        }
    }

    @Test("the way there is as long as the way back")
    func symmetric() {
        var generator = SeededGenerator(seed: 8)
        let streets = Self.city.streets
        for _ in 0..<200 {
            let start = streets.anyPlace(using: &generator)
            let end = streets.anyPlace(using: &generator)
            let there = streets.route(from: start, to: end).meters
            let back = streets.route(from: end, to: start).meters
            #expect(abs(there - back) < 1e-6)
        }
    }

    @Test("the licence zone is an area with every street inside")
    func zone() throws {
        let ring = Self.city.boundary.map(DemoCity.position)
        let polygon = try Polygon(rings: [ring])
        var generator = SeededGenerator(seed: 9)
        for corner in Self.city.streets.corners {
            #expect(polygon.contains(DemoCity.position(corner)))
        }
        for _ in 0..<500 {
            let place = Self.city.streets.anyPlace(using: &generator)
            #expect(polygon.contains(DemoCity.position(Self.city.streets.point(place))))
        }
    }

    @Test("places keep their distances on the Earth to 1 %, and come back to the metre")
    func projection() {
        let first = PlanePoint(-2600, -1700)
        let second = PlanePoint(2500, 2900)
        let meters = greatCircleDistance(
            from: DemoCity.position(first),
            to: DemoCity.position(second)
        )
        #expect(abs(meters.value / first.distance(to: second) - 1) < 0.01)
        #expect(DemoCity.point(DemoCity.position(first)).distance(to: first) < 0.1)
    }

    @Test("the fleet has a name and a rating within range for each driver, and no reference twice")
    func fleet() {
        let plan = DemoTenant.plan(Self.city)
        #expect(plan.drivers.count == DemoTenant.driverCountMax)
        #expect(Set(plan.drivers.map(\.reference)).count == plan.drivers.count)
        #expect(plan.drivers.allSatisfy { (450...500).contains($0.ratingHundredths) })
        #expect(plan.boundary.first == plan.boundary.last)
    }
}
