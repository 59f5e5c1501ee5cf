import Foundation
import TestSupport
import Testing

@testable import DispatchCore

/// Real matching problems with proven optima, where they are at hand (`SharedData`).
@Suite("The assignment on real demand")
struct SnapshotTests {
    private struct File: Decodable {
        let snapshots: [Snapshot]
    }

    private struct Snapshot: Decodable {
        let requests: [Place]
        let drivers: [Place]
        let matched: Int
        let optimal_cost_m: Int64
    }

    /// A row of name, latitude, longitude.
    private struct Place: Decodable {
        let latitude: Double
        let longitude: Double

        init(from decoder: any Decoder) throws {
            var row = try decoder.unkeyedContainer()
            if (try? row.decode(Int.self)) == nil { _ = try row.decode(String.self) }
            latitude = try row.decode(Double.self)
            longitude = try row.decode(Double.self)
        }

        /// Haversine on the sphere of the snapshots, rounded to metres as they are.
        func meters(to other: Place) -> Int32 {
            let radians = Double.pi / 180
            let rise = sin((other.latitude - latitude) * radians / 2)
            let turn = sin((other.longitude - longitude) * radians / 2)
            let square =
                rise * rise
                + cos(latitude * radians) * cos(other.latitude * radians) * turn * turn
            return Int32((2 * 6_371_000 * asin(square.squareRoot())).rounded(.toNearestOrEven))
        }
    }

    @Test(
        "totals equal the proven optima",
        .enabled("needs ../shared/data/match-snapshots/dev or NEXORS_MATCH_SNAPSHOTS") {
            try SharedData.matchSnapshots.isAtHand()
        }
    )
    func optimal() throws {
        let data = try SharedData.matchSnapshots.unpacked("snapshots-dev.json.gz")
        let file = try JSONDecoder().decode(File.self, from: data)
        #expect(!file.snapshots.isEmpty)
        var workspace = SparseAssignment()
        for (number, snapshot) in file.snapshots.enumerated() {
            var problem = AssignmentProblem()
            problem.columnCount = snapshot.drivers.count
            for request in snapshot.requests {
                let pairs = snapshot.drivers.enumerated().map {
                    (column: $0.offset, cost: request.meters(to: $0.element))
                }
                // Dearer than any exchange, so that as many as possible are assigned.
                problem.addRow(pairs, price: 20_000_000)
            }
            let assigned = problem.solve(&workspace)
            let unassigned = assigned.count { $0 < 0 }
            #expect(assigned.count - unassigned == snapshot.matched, "snapshot \(number)")
            #expect(
                problem.total(assigned).map { $0 - Int64(unassigned) * 20_000_000 }
                    == snapshot.optimal_cost_m,
                "snapshot \(number)"
            )
        }
    }
}
