package import Geo
internal import Model
package import Timekeeping

extension Market {
    /// When the next round of matching is due; `nil` where nobody waits. After a quiet spell, and as soon as enough
    /// newcomers wait: at once.
    var nextRoundAt: WallTime? {
        guard let first = searching.first else { return nil }
        guard let lastRoundAt else { return first.since }
        if hasEnoughNewcomers { return max(first.since, lastRoundAt) }
        let window = Duration.milliseconds(Int64(policy.matching.windowMilliseconds))
        return max(first.since, lastRoundAt.advanced(by: window))
    }

    /// Whether the next round need not wait for its window.
    ///
    /// A round looks again at everybody whom the one before could not serve. So newcomers must outnumber those: where
    /// drivers are short, rounds become larger instead of more, and a request costs two looks on average at most.
    private var hasEnoughNewcomers: Bool {
        newcomerCount >= max(policy.matching.newcomersPerRound, unservedCount)
    }

    /// One round: everybody who waits, with everybody who is free.
    mutating func match(at now: WallTime) -> [MarketOutput] {
        let requests = waitingRequests(at: now)
        // A round that finds nobody waiting any more does not make the next request wait for a window.
        if !searching.isEmpty { lastRoundAt = now }
        newcomerCount = 0
        unservedCount = 0
        guard !requests.isEmpty else { return [] }
        let round = matcher.match(requests, on: board, at: now)
        unservedCount = searching.count - round.matches.count
        for slot in round.stale { board.hide(slot) }
        var outputs: [MarketOutput] = []
        for match in round.matches {
            outputs += open(match, for: requests[match.request], at: now)
        }
        return outputs
    }

    /// Those who wait, oldest first, and drops from the queue those who do not any more.
    private mutating func waitingRequests(at now: WallTime) -> [MatchRequest] {
        var requests: [MatchRequest] = []
        var kept: [SearchingBooking] = []
        // Who comes back after a refusal was appended last, but has waited longest.
        searching.sort { ($0.since, $0.booking) < ($1.since, $1.booking) }
        for entry in searching {
            guard let slot = slots[entry.booking] else { continue }
            guard slot.booking.isSearching else {
                slots[entry.booking]?.isQueued = false
                continue
            }
            kept.append(entry)
            // A step that is being stored may end the search: this round goes without it.
            if slot.pending == nil, requests.count < policy.matching.requestsPerRoundMax {
                let booking = slot.booking
                requests.append(
                    MatchRequest(
                        booking: booking.id,
                        pickup: booking.request.pickup,
                        vehicleClass: booking.request.vehicleClass,
                        searchingSince: entry.since,
                        exclusions: booking.exclusions
                    )
                )
            }
        }
        searching = kept
        return requests
    }

    /// Decides on the offer of a match; the driver is taken from now on, not from when it is stored.
    private mutating func open(
        _ match: Match,
        for request: MatchRequest,
        at now: WallTime
    ) -> [MarketOutput] {
        guard let booking = slots[request.booking]?.booking else { return [] }
        let record = board[match.slot].record
        guard offers.reserve(record.driver, for: booking.id) else { return [] }
        let opening = OpenOffer(
            id: DerivedID.make(for: .offer, of: booking.id, version: booking.version + 1),
            driver: record.driver,
            vehicle: record.vehicle,
            openedAt: now,
            expiresAt: now.advanced(by: .seconds(Int64(policy.answerSeconds))),
            etaMilliseconds: match.cost.eta
        )
        let outputs = decide(
            BookingInput(.offerOpened, by: .dispatch, driver: record.driver, opening: opening),
            on: booking,
            explanation: match.explanation,
            ticket: nil,
            at: now
        )
        if outputs.isEmpty {
            offers.release(record.driver, from: booking.id)
        } else {
            board.setActivity(of: record.driver, to: .offered, at: now)
        }
        return outputs
    }

    /// What a ride would cost now, and how near the nearest free driver of the class is.
    ///
    /// - Throws: `.noRoute`, `.tooLong`, `.outOfRange`.
    package func quote(
        from pickup: GeoPoint,
        to dropoff: GeoPoint,
        in vehicleClass: VehicleClass,
        tariff: Tariff,
        at now: WallTime
    ) throws(QuoteRefusal) -> Quote {
        guard let drive = travel.travel(from: pickup, to: dropoff) else { throw .noRoute }
        guard drive.meters <= Quote.metersMax else { throw .tooLong }
        let price: PriceBreakdown
        do {
            price = try tariff.price(drive)
        } catch {
            throw .outOfRange
        }
        var neighbors: [Neighbor] = []
        board.nearest(
            vehicleClass,
            to: pickup,
            count: 1,
            within: Meters(Double(policy.matching.pickupSecondsMax) * Matcher.speedMax),
            into: &neighbors
        )
        let nearest = neighbors.first.flatMap { board[$0.index].position }
        return Quote(
            price: price,
            expiresAt: now.advanced(by: Quote.life),
            etaMilliseconds: nearest.flatMap {
                travel.travel(from: $0, to: pickup)?.milliseconds
            }
        )
    }
}
