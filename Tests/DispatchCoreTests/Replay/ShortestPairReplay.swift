import Geo

@testable import DispatchCore

/// The rule that the engine is held to: every ten seconds all pairs of waiting requests and free cabs, the shortest
/// first. No offers, no answers, no clock but this loop.
enum ShortestPairReplay {
    static let window = 10
    static let patience = 900

    static func run(_ rides: [CabData.Ride], cabs: [GeoPoint]) -> ReplayResult {
        var result = ReplayResult(requests: rides.count)
        guard let first = rides.first, let last = rides.last else { return result }
        var places = cabs
        var freeAt = [Double](repeating: Double(first.at), count: cabs.count)
        var waiting: [Int] = []
        var next = 0
        for now in stride(from: first.at, through: last.at + patience + 60, by: window) {
            while next < rides.count, rides[next].at <= now {
                waiting.append(next)
                next += 1
            }
            waiting.removeAll { now - rides[$0].at > patience }
            let free = places.indices.filter { freeAt[$0] <= Double(now) }
            var pairs: [(seconds: Double, ride: Int, cab: Int)] = []
            for ride in waiting {
                for cab in free {
                    pairs.append((seconds(places[cab], rides[ride].pickup), ride, cab))
                }
            }
            pairs.sort { ($0.seconds, $0.ride, $0.cab) < ($1.seconds, $1.ride, $1.cab) }
            var served: Set<Int> = []
            var used: Set<Int> = []
            for pair in pairs where pair.seconds <= 900 {
                guard !served.contains(pair.ride), !used.contains(pair.cab) else { continue }
                served.insert(pair.ride)
                used.insert(pair.cab)
                let ride = rides[pair.ride]
                result.waits.append(Double(now - ride.at) + pair.seconds)
                freeAt[pair.cab] = Double(now) + pair.seconds + Double(ride.seconds)
                places[pair.cab] = ride.dropoff
            }
            waiting.removeAll(where: served.contains)
        }
        return result
    }

    private static func seconds(_ cab: GeoPoint, _ pickup: GeoPoint) -> Double {
        greatCircleDistance(from: cab, to: pickup).value * 1.3 / (22 / 3.6)
    }
}
