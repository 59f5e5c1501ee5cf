import Foundation
import Geo
import TestSupport
import Testing

@testable import OperatorCommands

@Suite("Data of a replay")
struct ReplayDataTests {
    /// 2008-05-22 17:00 at UTC-7 is 2008-05-23T00:00:00Z.
    static let start: Int64 = 1_211_500_800

    static func window() throws -> ReplayWindow {
        try #require(ReplayWindow(day: "2008-05-22", hours: "17-18", offsetHours: -7))
    }

    static func read(_ traces: [String], _ trips: [String], cabs: Int = 10) throws -> ReplayData {
        let directory = try TemporaryDirectory()
        let tracePath = try directory.write(
            (["epoch_s,vehicle,lat,lon,occupied"] + traces).joined(separator: "\n") + "\n",
            to: "traces.csv"
        )
        let header =
            "trip_id,vehicle,pickup_epoch_s,pickup_lat,pickup_lon,dropoff_epoch_s,dropoff_lat,dropoff_lon"
        let tripPath = try directory.write(
            ([header] + trips).joined(separator: "\n"),
            to: "trips.csv"
        )
        return try ReplayData(
            traces: tracePath,
            trips: tripPath,
            demand: window(),
            fleet: window(),
            cabCountMax: cabs
        )
    }

    static func trip(_ second: Int64, lasts: Int64 = 600) -> String {
        "7,cab001,\(start + second),37.77,-122.41,\(start + second + lasts),37.78,-122.42"
    }

    static func fix(_ second: Int64, _ cab: String, _ latitude: String = "37.77") -> String {
        "\(start + second),\(cab),\(latitude),-122.41,0"
    }

    @Test("a window begins at the local hour")
    func window() throws {
        let window = try Self.window()
        #expect(window.start == Self.start)
        #expect(window.end == Self.start + 3600)
        #expect(window.offset(of: Self.start - 1) == -1)
    }

    @Test(
        "days and hours that are none are refused",
        arguments: [
            ("2008-5", "17-18"), ("2008-02-30", "17-18"), ("2008-05-22", "18-17"),
            ("2008-05-22", "17-17"), ("2008-05-22", "17"), ("2008-05-22", "17-25"), ("", ""),
        ]
    )
    func wrongWindow(day: String, hours: String) {
        #expect(ReplayWindow(day: day, hours: hours, offsetHours: 0) == nil)
    }

    @Test("requests of the window alone are taken, in order, with the ride's real duration")
    func requests() throws {
        let data = try Self.read(
            [Self.fix(0, "cab000")],
            [Self.trip(3599), Self.trip(-1), Self.trip(3600), Self.trip(0, lasts: 61)]
        )
        #expect(data.requests.map(\.second) == [0, 3599])
        #expect(data.requests.first?.durationSeconds == 61)
    }

    @Test(
        "a cab counts whose last fix is less than 900 s old at the start; the first by name are taken"
    )
    func cabs() throws {
        let data = try Self.read(
            [
                Self.fix(-900, "cab009"), Self.fix(-899, "cab002", "37.70"),
                Self.fix(-10, "cab001"), Self.fix(0, "cab002", "37.71"), Self.fix(1, "cab003"),
                Self.fix(30, "cab002", "37.72"), Self.fix(90, "cab002", "37.73"),
            ],
            [Self.trip(0)]
        )
        #expect(data.cabs.map(\.name) == ["cab001", "cab002"])
        let cab = data.cabs[1]
        #expect(cab.start.latitudeE7 == 377_100_000)
        #expect(
            [0, 29, 30, 89, 90, 5000].map { cab.position(at: $0).latitudeE7 } == [
                377_100_000, 377_100_000, 377_200_000, 377_200_000, 377_300_000, 377_300_000,
            ]
        )
        let one = try Self.read([Self.fix(-1, "b"), Self.fix(0, "a")], [Self.trip(0)], cabs: 1)
        #expect(one.cabs.map(\.name) == ["a"])
    }

    @Test("the licence zone holds everything that rides and drives")
    func boundary() throws {
        let data = try Self.read([Self.fix(0, "a"), Self.fix(60, "a", "37.9")], [Self.trip(0)])
        let zone = try Polygon(rings: [data.boundary])
        for request in data.requests {
            #expect(zone.contains(request.pickup) && zone.contains(request.dropOff))
        }
        for cab in data.cabs { #expect(zone.contains(cab.position(at: 60))) }
    }

    @Test(
        "a fault in a file names file and line",
        arguments: [
            ("x,cab,1,2,0", "x is no whole number"), ("1211500800,cab", "has too few fields"),
            ("1211500800,cab,north,2,0", "north is no number"),
        ]
    )
    func faults(line: String, message: String) {
        let error = #expect(throws: OperatorError.self) { try Self.read([line], [Self.trip(0)]) }
        #expect(error?.message.contains("traces.csv, line 2") == true)
        #expect(error?.message.contains(message) == true)
    }

    @Test("a missing column, file or ride is said")
    func missing() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("epoch_s,vehicle,lat\n", to: "traces.csv")
        let error = #expect(throws: OperatorError.self) {
            _ = try CSVTable(path, columns: ["epoch_s", "lon"])
        }
        #expect(error?.message == "\(path) has no column lon.")
        #expect(throws: OperatorError.self) { _ = try GzipLines(path + ".none") }
        #expect(throws: OperatorError.self) { try Self.read([Self.fix(0, "a")], []) }
        #expect(throws: OperatorError.self) { try Self.read([], [Self.trip(0)]) }
    }

    @Test("packed files are streamed; what is no gzip file is refused")
    func packed() throws {
        let directory = try TemporaryDirectory()
        let lines = (0..<5000).map { "line \($0)" }
        let path = try directory.write(lines.joined(separator: "\n"), to: "lines.csv")
        let packer = Process()
        packer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        packer.arguments = ["gzip", "-k", path]
        try packer.run()
        packer.waitUntilExit()
        var reader = try GzipLines(path + ".gz")
        var read: [String] = []
        while let line = try reader.next() { read.append(String(line)) }
        #expect(read == lines)
        let wrong = try directory.write("no gzip", to: "wrong.gz")
        var broken = try GzipLines(wrong)
        var error: OperatorError?
        do {
            _ = try broken.next()
        } catch let caught {
            error = caught
        }
        #expect(error?.message == "\(wrong) is no gzip file, or it is damaged.")
    }
}
