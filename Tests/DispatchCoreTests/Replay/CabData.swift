import Foundation
import Geo
import TestSupport

@testable import DispatchCore

/// A real day of San Francisco's cabs, where it is at hand (`SharedData`).
struct CabData {
    /// A ride that was driven: seconds of the local day.
    struct Ride {
        let at: Int
        let pickup: GeoPoint
        let dropoff: GeoPoint
        let seconds: Int
    }

    /// A cab's position: seconds of the local day.
    struct Trace {
        let at: Int
        let cab: String
        let place: GeoPoint
    }

    struct Malformed: Error {
        let line: String
    }

    /// The rides that began on `day` in `hours`, in the order in which they began.
    static func rides(of day: String, hours: Range<Int>) throws -> [Ride] {
        let midnight = try midnight(of: day)
        var rides: [(ride: Ride, order: Int)] = []
        try eachLine(of: "trips-dev.csv.gz") { fields in
            guard fields.count == 8, let pickupAt = Int(fields[2]), let dropoffAt = Int(fields[5]),
                let pickup = place(fields[3], fields[4]), let dropoff = place(fields[6], fields[7])
            else { throw Malformed(line: fields.joined(separator: ",")) }
            let at = pickupAt - midnight
            guard hours.contains(Int((Double(at) / 3600).rounded(.down))) else { return }
            let ride = Ride(at: at, pickup: pickup, dropoff: dropoff, seconds: dropoffAt - pickupAt)
            rides.append((ride, rides.count))
        }
        return rides.sorted { ($0.ride.at, $0.order) < ($1.ride.at, $1.order) }.map(\.ride)
    }

    /// The positions of `day` from a quarter of an hour before `hour` on, by time.
    static func traces(
        of day: String,
        from hour: Int,
        until endSecond: Int
    ) throws -> [Trace] {
        let midnight = try midnight(of: day)
        var traces: [Trace] = []
        try eachLine(of: "traces-\(day).csv.gz") { fields in
            guard fields.count == 5, let moment = Int(fields[0]) else {
                throw Malformed(line: fields.joined(separator: ","))
            }
            let at = moment - midnight
            guard at > hour * 3600 - 900, at <= endSecond, let place = place(fields[2], fields[3])
            else { return }
            traces.append(Trace(at: at, cab: String(fields[1]), place: place))
        }
        return traces
    }

    private static func place(_ latitude: Substring, _ longitude: Substring) -> GeoPoint? {
        guard let latitude = Double(latitude), let longitude = Double(longitude) else { return nil }
        return GeoPoint(latitudeDegrees: latitude, longitudeDegrees: longitude)
    }

    /// Local midnight, seconds since 1970: the data's days are UTC-7.
    private static func midnight(of day: String) throws -> Int {
        let parser = Date.ISO8601FormatStyle().year().month().day()
        return Int(try parser.parse(day).timeIntervalSince1970) + 7 * 3600
    }

    private static func eachLine(
        of name: String,
        _ body: ([Substring]) throws -> Void
    ) throws {
        let text = String(decoding: try SharedData.cabspotting.unpacked(name), as: UTF8.self)
        for line in text.split(separator: "\n").dropFirst() {
            try body(line.split(separator: ",", omittingEmptySubsequences: false))
        }
    }
}

/// What came of an hour.
struct ReplayResult: CustomStringConvertible {
    let requests: Int
    var waits: [Double] = []

    var servedShare: Double { Double(waits.count) / Double(max(1, requests)) }
    var waitMean: Double { waits.reduce(0, +) / Double(max(1, waits.count)) }
    var wait95th: Double {
        waits.isEmpty ? 0 : waits.sorted()[Int(Double(waits.count - 1) * 0.95)]
    }

    var description: String {
        let share = (servedShare * 1000).rounded() / 10
        return "requests \(requests) served \(share) % wait \(Int(waitMean.rounded())) s"
            + " p95 \(Int(wait95th.rounded())) s"
    }
}
