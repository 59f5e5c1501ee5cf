import TestSupport
import Testing

@testable import DispatchCore

@Suite("An evening of San Francisco, replayed")
struct CabReplayTests {
    /// Which requests meet which fleet.
    struct Hours: CustomTestStringConvertible {
        let demand: String
        let fleet: String
        let hours: Range<Int>
        let cabs: Int
        /// Whether cabs without a trip move as they did, or stand still as in the shortest-pair rule's model.
        var followsTraces = true
        /// What must be reached: share served, and mean wait as a multiple of the shortest-pair rule's.
        let servedShare: Double
        let waitRatio: Double

        var testDescription: String {
            "\(demand) on the fleet of \(fleet), \(hours.lowerBound)-\(hours.upperBound) h, "
                + "\(cabs) cabs, \(followsTraces ? "moving" : "standing")"
        }
    }

    static let cases = [
        // Every cab that was seen: the hour that the root's README shows.
        Hours(
            demand: "2008-05-22",
            fleet: "2008-05-30",
            hours: 17..<18,
            cabs: 600,
            servedShare: 0.99,
            waitRatio: 1.15
        ),
        Hours(
            demand: "2008-05-22",
            fleet: "2008-05-30",
            hours: 17..<18,
            cabs: 600,
            followsTraces: false,
            servedShare: 0.99,
            waitRatio: 1
        ),
        Hours(
            demand: "2008-05-22",
            fleet: "2008-05-30",
            hours: 17..<20,
            cabs: 320,
            servedShare: 0.90,
            waitRatio: 1.15
        ),
        Hours(
            demand: "2008-05-19",
            fleet: "2008-05-21",
            hours: 9..<12,
            cabs: 600,
            servedShare: 0.99,
            waitRatio: 1.15
        ),
    ]

    @Test(
        "the market serves as many as the shortest-pair rule, and they wait no longer",
        .enabled("needs ../shared/data/cabspotting-sf/dev or NEXORS_CABSPOTTING") {
            try SharedData.cabspotting.isAtHand()
        },
        arguments: cases
    )
    func yardstick(hours: Hours) throws {
        let rides = try CabData.rides(of: hours.demand, hours: hours.hours)
        let traces = try CabData.traces(
            of: hours.fleet,
            from: hours.hours.lowerBound,
            until: hours.hours.upperBound * 3600 + 3600
        )
        let places = CabReplay.startPlaces(
            traces,
            startHour: hours.hours.lowerBound,
            cabs: hours.cabs
        )
        let edge = ShortestPairReplay.run(rides, cabs: places.map(\.place))
        let replay = try CabReplay(
            rides,
            traces: hours.followsTraces
                ? traces : traces.filter { $0.at <= hours.hours.lowerBound * 3600 },
            startHour: hours.hours.lowerBound,
            cabs: hours.cabs
        )
        let ours = try replay.run()
        print("\(hours.testDescription)\n  shortest pair: \(edge)\n  this market:   \(ours)")
        #expect(ours.requests == rides.count && !rides.isEmpty)
        #expect(ours.servedShare >= hours.servedShare)
        #expect(ours.waitMean <= hours.waitRatio * edge.waitMean)
    }
}
