package import Geo

/// One fix of a cab's day.
package struct TraceFix: Hashable, Sendable {
    /// Seconds from the window's start.
    package let second: Int64
    /// Where.
    package let position: GeoPoint
}

/// A cab with its way through the window.
package struct TracedCab: Hashable, Sendable {
    /// Its name in the file.
    package let name: String
    /// Where it stood last before the window began.
    package let start: GeoPoint
    /// Its fixes within the window, oldest first.
    package let fixes: [TraceFix]

    /// Where it is `second` seconds into the window: its last fix, not a guess between two.
    package func position(at second: Int64) -> GeoPoint {
        // Fixes are in the order of time: the last one that is not later.
        var low = 0
        var high = fixes.count
        while low < high {
            let middle = (low + high) / 2
            if fixes[middle].second <= second { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? fixes[low - 1].position : start
    }
}

/// A ride that was asked for.
package struct TripRequest: Hashable, Sendable {
    /// When, seconds from the window's start.
    package let second: Int64
    /// From where.
    package let pickup: GeoPoint
    /// To where.
    package let dropOff: GeoPoint
    /// How long the ride really took, seconds.
    package let durationSeconds: Int64
}

/// What a replay is made of: read from files of traces and trips.
package struct ReplayData: Sendable {
    /// How old a cab's last fix may be when the window begins, as in the reference model.
    package static let startAgeMax: Int64 = 900
    /// The most cabs and requests that are taken: a fleet of a large city, and its day.
    package static let cabCountMax = 20_000
    private static let requestCountMax = 1_000_000

    /// The cabs, by name.
    package let cabs: [TracedCab]
    /// The requests, by time.
    package let requests: [TripRequest]

    /// Reads both files.
    ///
    /// - Parameters:
    ///   - traces: `epoch_s,vehicle,lat,lon`, sorted by time.
    ///   - trips: `pickup_epoch_s,pickup_lat,pickup_lon,dropoff_epoch_s,dropoff_lat,dropoff_lon`.
    ///   - demand: The window of the requests.
    ///   - fleet: The window of the cabs.
    ///   - cabCountMax: The first so many by name are taken.
    package init(
        traces: String,
        trips: String,
        demand: ReplayWindow,
        fleet: ReplayWindow,
        cabCountMax: Int
    ) throws(OperatorError) {
        requests = try Self.requests(trips, demand)
        cabs = try Self.cabs(traces, fleet, cabCountMax)
        guard !requests.isEmpty else {
            throw OperatorError("\(trips) holds no ride of that day and those hours.")
        }
        guard !cabs.isEmpty else {
            throw OperatorError(
                "\(traces) holds no cab within \(Self.startAgeMax) s before those hours of that day."
            )
        }
    }

    /// Data that was not read from files.
    init(cabs: [TracedCab], requests: [TripRequest]) {
        self.cabs = cabs
        self.requests = requests
    }

    private static func requests(
        _ path: String,
        _ window: ReplayWindow
    ) throws(OperatorError) -> [TripRequest] {
        var table = try CSVTable(
            path,
            columns: [
                "pickup_epoch_s", "pickup_lat", "pickup_lon", "dropoff_lat", "dropoff_lon",
                "dropoff_epoch_s",
            ]
        )
        var requests: [TripRequest] = []
        while let row = try table.next() {
            let pickedUp = try table.whole(row[0])
            guard pickedUp >= window.start, pickedUp < window.end else { continue }
            guard let pickup = try point(table, row[1], row[2]),
                let dropOff = try point(table, row[3], row[4])
            else { continue }
            guard requests.count < requestCountMax else {
                throw OperatorError(
                    "\(path) holds more than \(requestCountMax) rides of those hours."
                )
            }
            requests.append(
                TripRequest(
                    second: window.offset(of: pickedUp),
                    pickup: pickup,
                    dropOff: dropOff,
                    durationSeconds: max(0, try table.whole(row[5]) - pickedUp)
                )
            )
        }
        table.close()
        return requests.sorted { $0.second < $1.second }
    }

    private static func cabs(
        _ path: String,
        _ window: ReplayWindow,
        _ countMax: Int
    ) throws(OperatorError) -> [TracedCab] {
        var table = try CSVTable(path, columns: ["epoch_s", "vehicle", "lat", "lon"])
        var starts: [String: GeoPoint] = [:]
        var fixes: [String: [TraceFix]] = [:]
        while let row = try table.next() {
            let second = window.offset(of: try table.whole(row[0]))
            if second > window.end - window.start { break }
            guard second > -startAgeMax, let position = try point(table, row[2], row[3]) else {
                continue
            }
            let name = String(row[1])
            // The reference model takes the fix of the first second itself as a start.
            if second <= 0 {
                starts[name] = position
            } else {
                fixes[name, default: []].append(TraceFix(second: second, position: position))
            }
        }
        table.close()
        return starts.keys.sorted().prefix(min(countMax, cabCountMax)).compactMap { name in
            starts[name].map { TracedCab(name: name, start: $0, fixes: fixes[name] ?? []) }
        }
    }

    /// A position; `nil` for one that is not on the Earth.
    private static func point(
        _ table: borrowing CSVTable,
        _ latitude: Substring,
        _ longitude: Substring
    ) throws(OperatorError) -> GeoPoint? {
        GeoPoint(
            latitudeDegrees: try table.number(latitude),
            longitudeDegrees: try table.number(longitude)
        )
    }

    /// A ring around everything that rides and drives, with a margin: the licence zone of the replay.
    package var boundary: [GeoPoint] {
        let points =
            requests.flatMap { [$0.pickup, $0.dropOff] } + cabs.map(\.start)
            + cabs.flatMap { $0.fixes.map(\.position) }
        let margin: Int32 = 500_000
        let latitudes = points.map(\.latitudeE7)
        let longitudes = points.map(\.longitudeE7)
        // A square around the world's edge would need two: such cities are not replayed.
        let south = max(-899_000_000, (latitudes.min() ?? 0)) - margin
        let north = min(899_000_000, (latitudes.max() ?? 0)) + margin
        let west = max(-1_799_000_000, (longitudes.min() ?? 0)) - margin
        let east = min(1_799_000_000, (longitudes.max() ?? 0)) + margin
        return [(south, west), (south, east), (north, east), (north, west), (south, west)]
            .compactMap { GeoPoint(latitudeE7: $0.0, longitudeE7: $0.1) }
    }
}
