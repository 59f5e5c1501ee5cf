import Geo
import Testing

@testable import DispatchCore

@Suite("The straight line as an estimate")
struct TravelModelTests {
    @Test("is stretched by 1.3 and driven at 22 km/h")
    func standard() throws {
        let travel = try #require(
            StraightLineTravel.standard.travel(
                from: Samples.place(),
                to: Samples.place(north: 2200)
            )
        )
        #expect(abs(travel.meters - 2860) <= 1)
        #expect(abs(travel.milliseconds - 468_000) < 200)
        #expect(
            StraightLineTravel.standard.travel(from: Samples.place(), to: Samples.place())
                == Travel(meters: 0, milliseconds: 0)
        )
    }

    @Test("does not overflow around the world at the slowest pace")
    func farthest() throws {
        let slow = try #require(StraightLineTravel(detourPermille: 5000, metersPerHour: 1000))
        let east = try #require(GeoPoint(latitudeDegrees: 0, longitudeDegrees: 0))
        let west = try #require(GeoPoint(latitudeDegrees: 0, longitudeDegrees: 180))
        #expect(slow.travel(from: east, to: west)?.milliseconds == .max)
    }

    @Test(
        "parameters are checked on both sides",
        arguments: [(999, 22_000), (5001, 22_000), (1300, 999), (1300, 200_001)] as [(Int32, Int32)]
    )
    func ranges(detour: Int32, speed: Int32) {
        #expect(StraightLineTravel(detourPermille: detour, metersPerHour: speed) == nil)
    }
}
