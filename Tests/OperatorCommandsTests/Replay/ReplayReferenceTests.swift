import Foundation
import TestSupport
import Testing

@testable import OperatorCommands

/// The reference model against what `replay.py` prints for its policy `edge` on real data.
///
/// They are where `SharedData` says. The figures are those of
/// `replay.py --trips trips-dev.csv.gz --traces . --demand DAY --fleet DAY --hours H-H --cabs N`, as printed.
@Suite("The replay's reference model")
struct ReplayReferenceTests {
    struct Run: CustomTestStringConvertible, Sendable {
        let demand: String
        let fleet: String
        let hours: String
        let cabs: Int
        /// What `replay.py` printed: cabs, requests, served %, mean wait and p95 in seconds.
        let printed: String

        var testDescription: String { "\(demand) on \(fleet), \(hours) h, \(cabs) cabs" }
    }

    static let runs = [
        Run(
            demand: "2008-05-22",
            fleet: "2008-05-30",
            hours: "17-18",
            cabs: 1000,
            printed: "cabs 383 requests 868 served 100.0% wait 229s p95 711s"
        ),
        // Too few cabs: two of three riders leave.
        Run(
            demand: "2008-05-22",
            fleet: "2008-05-30",
            hours: "17-18",
            cabs: 60,
            printed: "cabs 60 requests 868 served 33.8% wait 480s p95 937s"
        ),
        Run(
            demand: "2008-05-19",
            fleet: "2008-05-21",
            hours: "9-12",
            cabs: 1000,
            printed: "cabs 406 requests 2524 served 100.0% wait 209s p95 609s"
        ),
    ]

    @Test(
        "says what replay.py prints for edge, to the digit",
        .enabled("needs ../shared/data/cabspotting-sf/dev or NEXORS_CABSPOTTING") {
            try SharedData.cabspotting.isAtHand()
        },
        arguments: runs
    )
    func printed(run: Run) throws {
        let folder = SharedData.cabspotting.folder
        let data = try ReplayData(
            traces: "\(folder)/traces-\(run.fleet).csv.gz",
            trips: "\(folder)/trips-dev.csv.gz",
            demand: try #require(ReplayWindow(day: run.demand, hours: run.hours, offsetHours: -7)),
            fleet: try #require(ReplayWindow(day: run.fleet, hours: run.hours, offsetHours: -7)),
            cabCountMax: run.cabs
        )
        let reference = ReplayReference(data)
        let share = 100 * Double(reference.servedCount) / Double(data.requests.count)
        let says =
            "cabs \(data.cabs.count) requests \(data.requests.count)"
            + " served \(Figures.decimal(share, 1))%"
            + " wait \(Figures.decimal(reference.waits.mean, 0))s"
            + " p95 \(Figures.decimal(reference.waits.percentile(95), 0))s"
        #expect(says == run.printed)
    }
}
