internal import Geo

/// The reference model's policy `edge`, to hold a run against: every 10 s all waiting riders and all free cabs, pairs
/// sorted by cost, shortest first. One clock, no network, no drivers who take time to answer.
package struct ReplayReference: Sendable {
    /// Seconds between two rounds.
    private static let round: Int64 = 10
    /// A pair dearer than so many seconds is never made.
    private static let pairSecondsMax = 900.0

    /// Riders who were picked up.
    package let servedCount: Int
    /// Seconds from request to pickup of those who were served.
    package let waits: Distribution

    private struct Cab {
        var position: GeoPoint
        var freeAt: Double
    }

    /// Plays `data` through.
    ///
    /// - Complexity: O(rounds x riders waiting x cabs free), some 0.1 s for an hour of a large city.
    package init(_ data: ReplayData) {
        guard let first = data.requests.first?.second, let last = data.requests.last?.second else {
            servedCount = 0
            waits = Distribution([])
            return
        }
        var cabs = data.cabs.map { Cab(position: $0.start, freeAt: Double(first)) }
        var pending: [Int] = []
        var waits: [Double] = []
        var next = 0
        var time = first
        while time <= last + Int64(ReplayModel.patienceSeconds) + 60 {
            while next < data.requests.count, data.requests[next].second <= time {
                pending.append(next)
                next += 1
            }
            pending.removeAll {
                time - data.requests[$0].second > Int64(ReplayModel.patienceSeconds)
            }
            let free = cabs.indices.filter { cabs[$0].freeAt <= Double(time) }
            var served: Set<Int> = []
            for (request, cab, seconds) in Self.pairs(pending, free, data, cabs) {
                let ride = data.requests[request]
                waits.append(Double(time - ride.second) + seconds)
                cabs[cab] = Cab(
                    position: ride.dropOff,
                    freeAt: Double(time) + seconds + Double(ride.durationSeconds)
                )
                served.insert(request)
            }
            pending.removeAll { served.contains($0) }
            time += Self.round
        }
        servedCount = waits.count
        self.waits = Distribution(waits)
    }

    /// The pairs of one round, shortest first, each rider and each cab once.
    private static func pairs(
        _ pending: [Int],
        _ free: [Int],
        _ data: ReplayData,
        _ cabs: [Cab]
    ) -> [(request: Int, cab: Int, seconds: Double)] {
        var all: [(request: Int, cab: Int, seconds: Double)] = []
        for request in pending {
            for cab in free {
                let seconds = ReplayModel.driveSeconds(
                    from: cabs[cab].position,
                    to: data.requests[request].pickup
                )
                if seconds <= pairSecondsMax { all.append((request, cab, seconds)) }
            }
        }
        all.sort { ($0.seconds, $0.request, $0.cab) < ($1.seconds, $1.request, $1.cab) }
        var takenRequests: Set<Int> = []
        var takenCabs: Set<Int> = []
        return all.filter { pair in
            guard !takenRequests.contains(pair.request), !takenCabs.contains(pair.cab) else {
                return false
            }
            takenRequests.insert(pair.request)
            takenCabs.insert(pair.cab)
            return true
        }
    }
}
