package import Geo
package import Model
package import Timekeeping

/// A request that waits for a driver.
package struct MatchRequest: Hashable, Sendable {
    /// Whose request.
    package let booking: BookingID
    /// Where the passenger stands.
    package let pickup: GeoPoint
    /// The class that he is promised.
    package let vehicleClass: VehicleClass
    /// Since when a driver has been looked for, business time.
    package let searchingSince: WallTime
    /// Drivers not to ask.
    package let exclusions: [DriverExclusion]

    /// A booking that looks for a driver since `searchingSince`, business time.
    package init(
        booking: BookingID,
        pickup: GeoPoint,
        vehicleClass: VehicleClass,
        searchingSince: WallTime,
        exclusions: [DriverExclusion]
    ) {
        self.booking = booking
        self.pickup = pickup
        self.vehicleClass = vehicleClass
        self.searchingSince = searchingSince
        self.exclusions = exclusions
    }
}

/// One pair of a round.
package struct Match: Hashable, Sendable {
    /// The index of the request in the round's list.
    package let request: Int
    /// The driver's slot on the board.
    package let slot: Int32
    /// What he costs the request.
    package let cost: CostBreakdown
    /// Why he.
    package let explanation: Explanation
}

/// Finds for all waiting requests together the drivers who cost least: shortlist, estimate, cost, assignment.
package struct Matcher {
    /// What a round found.
    package struct Round {
        /// The pairs, in the order of the requests.
        package var matches: [Match] = []
        /// Slots whose position is too old; to be hidden until their next fix.
        package var stale: [Int32] = []
    }

    /// A driver who may serve a request.
    private struct Option {
        let slot: Int32
        let driver: DriverID
        let cost: CostBreakdown

        var candidate: Candidate { Candidate(driver: driver, cost: cost) }
    }

    /// The drivers who may serve one request, and who was left out.
    private struct Shortlist {
        var options: [Option] = []
        var seen = 0
        var excluded = [Int](repeating: 0, count: ExclusionReason.allCases.count)

        mutating func exclude(_ reason: ExclusionReason) {
            excluded[Int(reason.rawValue)] += 1
        }

        /// Drops the options that are dearer than waiting for the next round.
        ///
        /// Waiting is worth `seconds` of driving plus what the least objectionable driver in sight costs beside
        /// the drive: waiting would hardly bring a better rated one.
        ///
        /// - Returns: The price of leaving the request unassigned, milliseconds.
        mutating func keepCheaperThanWaiting(_ seconds: Int32) -> Int32 {
            let standing = options.map { max(0, $0.cost.total - $0.cost.eta) }.min() ?? 0
            let price = min(seconds * 1000 + standing, SparseAssignment.costMax)
            let before = options.count
            options.removeAll { $0.cost.total >= price }
            excluded[Int(ExclusionReason.tooDear.rawValue)] += before - options.count
            return price
        }
    }

    private let policy: MatchPolicy
    private let travel: any TravelModel
    private var assignment = SparseAssignment()
    private var neighbors: [Neighbor] = []

    /// No road is shorter than the straight line, and nobody drives faster to a pickup than this, metres a
    /// second: beyond the radius that it gives no driver can be in time.
    static let speedMax = 40.0

    private let radius: Meters

    /// A matcher under `policy`, whose estimates come from `travel`.
    package init(policy: MatchPolicy, travel: any TravelModel) {
        self.policy = policy
        self.travel = travel
        radius = Meters(Double(policy.pickupSecondsMax) * Self.speedMax)
    }

    /// Matches `requests` with the free drivers of `board`.
    ///
    /// - Returns: Each request and each driver at most once.
    /// - Complexity: 1,000 requests with 20 candidates each take about 5 ms in the assignment and as much before it.
    package mutating func match(
        _ requests: [MatchRequest],
        on board: borrowing DriverBoard,
        at now: WallTime
    ) -> Round {
        var round = Round()
        let ample =
            board.availableCount >= policy.ampleDriversPerRequest * requests.count
        var shortlists: [Shortlist] = []
        var prices: [Int32] = []
        shortlists.reserveCapacity(requests.count)
        for request in requests {
            let age = Self.seconds(from: request.searchingSince, to: now)
            let isYoung = ample && age < Int64(policy.youngSeconds)
            var list = shortlist(request, age: age, on: board, at: now, &round.stale)
            prices.append(
                list.keepCheaperThanWaiting(
                    isYoung
                        ? min(policy.reservationSeconds, policy.pickupSecondsMax)
                        : policy.pickupSecondsMax
                )
            )
            shortlists.append(list)
        }
        let winners = assign(shortlists, prices)
        let matchedCount = winners.count { $0 >= 0 }
        for (index, winner) in winners.enumerated() where winner >= 0 {
            let list = shortlists[index]
            round.matches.append(
                Match(
                    request: index,
                    slot: list.options[winner].slot,
                    cost: list.options[winner].cost,
                    explanation: explain(list, winner: winner, matchedCount)
                )
            )
        }
        return round
    }

    private static func seconds(from start: WallTime, to end: WallTime) -> Int64 {
        max(0, start.duration(to: end).components.seconds)
    }

    private mutating func shortlist(
        _ request: MatchRequest,
        age: Int64,
        on board: borrowing DriverBoard,
        at now: WallTime,
        _ stale: inout [Int32]
    ) -> Shortlist {
        var list = Shortlist()
        for vehicleClass in VehicleClass.allCases {
            guard let steps = request.vehicleClass.upgradeSteps(to: vehicleClass) else { continue }
            // Those who refused stand near and would crowd out who comes next.
            board.nearest(
                vehicleClass,
                to: request.pickup,
                count: policy.candidatesMax + request.exclusions.count,
                within: radius,
                into: &neighbors
            )
            list.seen += neighbors.count
            for neighbor in neighbors {
                let entry = board[neighbor.index]
                consider(neighbor.index, entry, request, steps, age, now, &list, &stale)
            }
        }
        return list
    }

    private func consider(
        _ slot: Int32,
        _ entry: DriverBoard.Entry,
        _ request: MatchRequest,
        _ upgradeSteps: Int32,
        _ age: Int64,
        _ now: WallTime,
        _ list: inout Shortlist,
        _ stale: inout [Int32]
    ) {
        let driver = entry.record.driver
        if request.exclusions.contains(where: { $0.driver == driver && now < $0.until }) {
            return list.exclude(.refusedBefore)
        }
        guard let position = entry.position,
            Self.seconds(from: entry.positionAt, to: now) <= Int64(policy.fixAgeSecondsMax)
        else {
            stale.append(slot)
            return list.exclude(.staleFix)
        }
        guard let drive = travel.travel(from: position, to: request.pickup) else {
            return list.exclude(.noRoute)
        }
        guard drive.milliseconds <= policy.pickupSecondsMax * 1000 else {
            return list.exclude(.tooFar)
        }
        let cost = CostBreakdown(
            policy: policy.costs,
            eta: drive.milliseconds,
            ratingHundredths: entry.record.ratingHundredths,
            upgradeSteps: upgradeSteps,
            idleSeconds: Self.seconds(from: entry.idleSince, to: now),
            ageSeconds: age
        )
        list.options.append(Option(slot: slot, driver: driver, cost: cost))
    }

    /// - Returns: For each shortlist the index of its winning option, or -1.
    private mutating func assign(_ shortlists: [Shortlist], _ prices: [Int32]) -> [Int] {
        var columnOfSlot: [Int32: Int32] = [:]
        var rowStarts: [Int32] = [0]
        var columns: [Int32] = []
        var costs: [Int32] = []
        for list in shortlists {
            for option in list.options {
                let next = Int32(columnOfSlot.count)
                let column = columnOfSlot[option.slot] ?? next
                if column == next { columnOfSlot[option.slot] = next }
                columns.append(column)
                costs.append(option.cost.total)
            }
            rowStarts.append(Int32(columns.count))
        }
        let assigned = assignment.solve(
            rowStarts: rowStarts,
            columns: columns,
            costs: costs,
            prices: prices,
            columnCount: columnOfSlot.count
        )
        return assigned.enumerated().map { row, column in
            guard column >= 0 else { return -1 }
            let range = Int(rowStarts[row])..<Int(rowStarts[row + 1])
            return (columns[range].firstIndex(of: column) ?? range.lowerBound) - range.lowerBound
        }
    }

    private func explain(_ list: Shortlist, winner: Int, _ matchedCount: Int) -> Explanation {
        let others = list.options.indices.filter { $0 != winner }
        let runnerUp = others.min {
            (list.options[$0].cost.total, $0) < (list.options[$1].cost.total, $1)
        }
        return Explanation(
            seen: UInt16(clamping: list.seen),
            excluded: list.excluded.map { UInt16(clamping: $0) },
            requestsInRound: UInt16(clamping: matchedCount),
            winner: list.options[winner].candidate,
            runnerUp: runnerUp.map { list.options[$0].candidate }
        )
    }
}
