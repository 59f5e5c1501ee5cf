import Foundation
import Geo
import Testing

@testable import OperatorCommands

@Suite("Model of a replay")
struct ReplayModelTests {
    static func point(_ latitude: Double, _ longitude: Double) -> GeoPoint {
        GeoPoint(latitudeDegrees: latitude, longitudeDegrees: longitude) ?? .zero
    }

    @Test("a drive takes what the reference model says: hypot(dx, dy) x 1.3 / 22 km/h")
    func drive() {
        // Computed with the reference's formula: KX = 111320 cos(37.77), KY = 110574.
        let from = Self.point(37.77, -122.41)
        let to = Self.point(37.79, -122.44)
        let east = 0.03 * 111_320 * cos(37.77 * .pi / 180)
        let north = 0.02 * 110_574.0
        let expected = (east * east + north * north).squareRoot() * 1.3 / (22 / 3.6)
        #expect(abs(ReplayModel.driveSeconds(from: from, to: to) - expected) < 0.01)
        #expect(ReplayModel.driveSeconds(from: from, to: from) == 0)
    }

    @Test("a cab moves evenly between two places and never past them")
    func between() {
        let from = Self.point(37.0, -122.0)
        let to = Self.point(38.0, -121.0)
        #expect(ReplayModel.between(from, to, -1) == from)
        #expect(ReplayModel.between(from, to, 0.25) == Self.point(37.25, -121.75))
        #expect(ReplayModel.between(from, to, 2) == to)
    }

    @Test("percentiles lie between neighbours linearly, as numpy's do")
    func percentiles() {
        let values = Distribution([4, 1, 3, 2])
        #expect(values.mean == 2.5)
        #expect(values.percentile(0) == 1)
        #expect(values.percentile(50) == 2.5)
        #expect(abs((values.percentile(95) ?? 0) - 3.85) < 1e-9)
        #expect(values.percentile(100) == 4)
        #expect(Distribution([]).mean == nil)
        #expect(Distribution([]).percentile(50) == nil)
    }

    static func data(_ cabs: [(Double, Double)], _ rides: [(Int64, Double, Int64)]) -> ReplayData {
        ReplayData(
            cabs: cabs.enumerated().map {
                TracedCab(name: "cab\($0)", start: point($1.0, $1.1), fixes: [])
            },
            requests: rides.map {
                TripRequest(
                    second: $0,
                    pickup: point($1, -122.4),
                    dropOff: point($1 + 0.01, -122.4),
                    durationSeconds: $2
                )
            }
        )
    }

    @Test("the reference serves the nearest pair first, each cab once, and lets riders leave")
    func reference() {
        // 0.01 degrees of latitude are 1105.74 m: 235.2 s of driving.
        let near = 1105.74 * 1.3 / (22 / 3.6)
        let served = ReplayReference(Self.data([(37.70, -122.4)], [(0, 37.71, 100)]))
        #expect(served.servedCount == 1)
        #expect(abs((served.waits.mean ?? 0) - near) < 0.5)
        // The only cab is free again at 0 + 235 + 100 s, in the round at 340 s, where it stands at the second pickup.
        let second = ReplayReference(
            Self.data([(37.70, -122.4)], [(0, 37.71, 100), (0, 37.72, 100)])
        )
        #expect(second.servedCount == 2)
        #expect(abs((second.waits.percentile(100) ?? 0) - 340) < 0.5)
        // 900 s of patience pass while the cab is away.
        let left = ReplayReference(
            Self.data([(37.70, -122.4)], [(0, 37.71, 2000), (0, 37.72, 100)])
        )
        #expect(left.servedCount == 1)
    }

    @Test("money is in order only where all three agree and the ledger balances")
    func money() {
        var report = ReplayReport()
        report.capturedMinorUnits = 1250
        report.providerMinorUnits = 1250
        report.ledgerMinorUnits = 1250
        #expect(!report.isMoneyInOrder)
        report.isLedgerBalanced = true
        #expect(report.isMoneyInOrder)
        report.providerMinorUnits = 1251
        #expect(!report.isMoneyInOrder)
        report.providerMinorUnits = nil
        #expect(!report.isMoneyInOrder)
    }

    @Test("the table shows every figure once, and JSON names each")
    func rendering() {
        var report = ReplayReport()
        report.requestCount = 4
        report.states = ["closed": 3, "unfulfilled": 1]
        report.latencies = Distribution([1, 2, 3])
        report.capturedMinorUnits = 4225
        let text = report.lines.joined(separator: "\n")
        #expect(text.contains("served share"))
        #expect(text.contains("75.0"))
        #expect(text.contains("42.25 EUR"))
        #expect(report.jsonLines.contains(#"{"metric":"served_share","value":75.0,"unit":"%"}"#))
        #expect(report.jsonLines.contains(#"{"metric":"booking_p50","value":2.0,"unit":"ms"}"#))
        #expect(report.jsonLines.contains(#"{"metric":"wait_mean","value":null,"unit":"s"}"#))
        #expect(report.jsonLines.contains { $0.contains("bookings_unfulfilled") })
    }

    @Test("the ledger came in what the provider owes and what it kept")
    func ledger() throws {
        let document = try JSONTextTests.value(
            """
            {"balanced":true,"accounts":[
              {"account":"provider_receivable","currency":"EUR","debit":970,"credit":0},
              {"account":"provider_fee","currency":"EUR","debit":30,"credit":0},
              {"account":"fleet_payable","currency":"EUR","debit":0,"credit":1000}]}
            """
        )
        let reading = LedgerReading(document)
        #expect(reading.capturedMinorUnits == 1000)
        #expect(reading.isBalanced)
        let torn = LedgerReading(
            try JSONTextTests.value(
                #"{"balanced":true,"accounts":[{"account":"provider_fee","currency":"EUR","debit":1,"credit":0}]}"#
            )
        )
        #expect(!torn.isBalanced)
    }
}
