import Foundation
import ProcessSupport
import TestSupport
import Testing

/// `nexors replay` against the programs as they are built, on a made-up town.
@Suite(
    "nexors replay",
    .serialized,
    .enabled("needs all programs built") { try TestInstallation.prerequisite.isMet() },
    .timeLimit(.minutes(10))
)
struct ReplayTests {
    /// 2026-01-05T00:00:00Z.
    static let midnight = 1_767_571_200

    /// Four cabs in a row, 0.01 degrees of latitude (1.1 km) apart, that stand still.
    static var traces: String {
        var lines = ["epoch_s,vehicle,lat,lon,occupied"]
        for second in stride(from: -60, through: 600, by: 60) {
            for cab in 0..<4 {
                lines.append("\(midnight + second),cab\(cab),\(31.50 + Double(cab) / 100),-42.0,0")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Six riders within six seconds, each 110 m from where a cab stands; two wait until a cab is free again.
    static var trips: String {
        var lines = [
            "trip_id,vehicle,pickup_epoch_s,pickup_lat,pickup_lon,dropoff_epoch_s,dropoff_lat,dropoff_lon"
        ]
        for ride in 0..<6 {
            let latitude = 31.501 + Double(ride % 4) / 100
            lines.append(
                "\(ride),x,\(midnight + ride),\(latitude),-42.0,\(midnight + ride + 60),\(latitude),-41.99"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The value of a figure among the lines of JSON, as it is written.
    static func figure(_ name: String, _ lines: [String]) -> String? {
        lines.first { $0.hasPrefix(#"{"metric":"\#(name)","value":"#) }
            .map { line in
                String(line.drop { $0 != "," }.dropFirst().dropFirst(#""value":"#.count))
                    .split(separator: ",").first.map(String.init) ?? ""
            }
    }

    @Test("every rider of a small day is served, and interface, ledger and provider agree")
    func smallDay() async throws {
        let installation = try TestInstallation()
        let up = try await installation.up("--free-ports")
        let traces = try installation.directory.write(Self.traces, to: "traces.csv")
        let trips = try installation.directory.write(Self.trips, to: "trips.csv")
        let replay = try await installation.run(
            "replay",
            "--traces",
            traces,
            "--trips",
            trips,
            "--day",
            "2026-01-05",
            "--fleet-day",
            "2026-01-05",
            "--hours",
            "0-1",
            "--utc-offset",
            "0",
            "--speed",
            "10",
            "--json"
        )
        let lines = replay.lines
        #expect(replay.exit == .code(0), "\(lines)")
        #expect(Self.figure("requests", lines) == "6", "\(lines)")
        #expect(Self.figure("served", lines) == "6", "\(lines)")
        #expect(Self.figure("failed", lines) == "0", "\(lines)")
        #expect(Self.figure("bookings_closed", lines) == "6", "\(lines)")
        #expect(Self.figure("updates_refused", lines) == "0", "\(lines)")
        #expect(Self.figure("money_in_order", lines) == "true", "\(lines)")
        // 110 m take 23 s of driving at 1.3 times the straight line: nobody is there earlier.
        let wait = try #require(Self.figure("wait_mean", lines).flatMap(Double.init), "\(lines)")
        #expect(wait >= 23)
        #expect(Self.figure("wait_mean_reference", lines).flatMap(Double.init) != nil)
        up.send(SIGTERM)
        #expect(await up.exit() == .code(0))
    }
}
