internal import Calls
internal import Geo
internal import Messages
internal import Model
internal import Reactor
internal import WireFormat

/// A cab of the replay: follows its trace until it is first assigned, then drives what it is offered.
// Safe: touched on the loop alone; its tasks and the link's callbacks run there.
final class ReplayCab: DriverLinkDelegate, @unchecked Sendable {
    /// A way in a straight line.
    private struct Way {
        let from: GeoPoint
        let to: GeoPoint
        let startSecond: Double
        let seconds: Double

        func position(at second: Double) -> GeoPoint {
            guard seconds > 0 else { return to }
            return ReplayModel.between(from, to, (second - startSecond) / seconds)
        }
    }

    /// What became of a request that this cab served.
    struct Service: Sendable {
        let request: Int
        /// When the cab stood at the pickup, seconds of the window.
        let arrivedSecond: Double
    }

    /// At most so many business seconds between two fixes; dispatch calls a position old after 180.
    private static let fixSecondsMax = 60.0
    /// While driving.
    private static let drivingFixSeconds = 30.0

    /// The cab's link; `nil` before the run.
    private(set) var link: DriverLink?
    /// Pickups so far.
    private(set) var services: [Service] = []
    /// Whether a trip is under way.
    private(set) var isDriving = false

    private let loop: EventLoop
    private let clock: ReplayClock
    private let cab: TracedCab
    private let requests: [TripRequest]
    /// The way it drives or has driven last; `nil` while it follows its trace.
    private var way: Way?
    private var status = DriverStatusCode.free
    private var nextFix = 0
    private var lastSentSecond = -Double.infinity
    private var isTripOver = false
    private var trip: DriverTrip?
    private var tripTask: Task<Void, Never>?

    init(loop: EventLoop, clock: ReplayClock, cab: TracedCab, requests: [TripRequest]) {
        self.loop = loop
        self.clock = clock
        self.cab = cab
        self.requests = requests
    }

    /// What a booking's passenger reference is for the request `index`; the driver learns from it how long the ride
    /// takes, and no more than his offer tells him anyway.
    static func passengerReference(_ index: Int) -> String { "ride-\(index)" }

    private static func request(_ reference: String) -> Int? {
        guard reference.hasPrefix("ride-") else { return nil }
        return Int(reference.dropFirst(5))
    }

    /// Drives until the task is cancelled.
    func run(edge: DriverEdge, seat: DriverSeat) async {
        let link = DriverLink(loop: loop, edge: edge, seat: seat)
        self.link = link
        await link.run(self)
        tripTask?.cancel()
        await tripTask?.value
    }

    /// Sends a fix where one is due; called ten times a real second.
    func tick(_ second: Double) {
        guard let link, link.isOpen else { return }
        var isDue =
            second - lastSentSecond >= (isDriving ? Self.drivingFixSeconds : Self.fixSecondsMax)
        if way == nil {
            while nextFix < cab.fixes.count, Double(cab.fixes[nextFix].second) <= second {
                nextFix += 1
                isDue = true
            }
        }
        guard isDue else { return }
        if link.send(driverLinkFix(link)) { lastSentSecond = second }
    }

    private var position: GeoPoint {
        let second = clock.second
        return way?.position(at: second) ?? cab.position(at: Int64(second.rounded(.down)))
    }

    // MARK: - The link

    func driverLinkFix(_ link: DriverLink) -> DriverFix {
        DriverFix(
            position: position,
            speedCentimetersPerSecond: isDriving ? UInt16(ReplayModel.metersPerSecond * 100) : 0,
            status: status
        )
    }

    func driverLinkOpened(_ link: DriverLink) {
        lastSentSecond = -.infinity
    }

    func driverLink(_ link: DriverLink, received event: OfferEvent) {
        switch event.kind.known {
        case .offer:
            guard !isDriving, tripTask == nil else { return }
            tripTask = loop.spawn { [self] in
                await serve(event, link)
                tripTask = nil
            }
        case .trip:
            guard let trip, trip.booking == event.booking, let state = event.state.known else {
                return
            }
            isTripOver = !state.isBeingDriven
        case .withdrawn, nil: break
        }
    }

    // MARK: - Driving

    private func serve(_ offer: OfferEvent, _ link: DriverLink) async {
        guard let reply = try? await link.answer(offer.offer, .accepted),
            reply.outcome == .assigned
        else { return }
        let trip = DriverTrip(reply, offer)
        self.trip = trip
        isDriving = true
        isTripOver = false
        await drive(trip, Self.request(offer.passengerReference), link)
        // Stands where it is: at the drop-off, or where it was when the trip was called off.
        let place = position
        way = Way(from: place, to: place, startSecond: clock.second, seconds: 0)
        status = .free
        isDriving = false
        self.trip = nil
        lastSentSecond = -.infinity
    }

    private func drive(_ trip: DriverTrip, _ request: Int?, _ link: DriverLink) async {
        status = .enRoute
        let assignedSecond = clock.second
        let start = position
        let toPickup = ReplayModel.driveSeconds(from: start, to: trip.pickup)
        way = Way(from: start, to: trip.pickup, startSecond: assignedSecond, seconds: toPickup)
        guard await report(.enRoute, trip, link),
            await clock.sleep(untilSecond: assignedSecond + toPickup), !isTripOver
        else { return }
        let arrivedSecond = clock.second
        guard await report(.arrived, trip, link) else { return }
        let known = request.flatMap { requests.indices.contains($0) ? $0 : nil }
        if let known {
            services.append(Service(request: known, arrivedSecond: arrivedSecond))
        }
        guard await report(.started, trip, link) else { return }
        status = .occupied
        let seconds =
            known.map { Double(requests[$0].durationSeconds) }
            ?? ReplayModel.driveSeconds(from: trip.pickup, to: trip.dropOff)
        // From the arrival, not from the answer to the report: delays of the system must not add up.
        way = Way(
            from: trip.pickup,
            to: trip.dropOff,
            startSecond: arrivedSecond,
            seconds: seconds
        )
        guard await clock.sleep(untilSecond: arrivedSecond + seconds), !isTripOver else { return }
        let straight = ReplayModel.straightMeters(from: trip.pickup, to: trip.dropOff)
        _ = await report(
            .completed,
            trip,
            link,
            drivenMeters: UInt32(clamping: Int(straight * ReplayModel.detour))
        )
    }

    private func report(
        _ progress: TripProgressCode,
        _ trip: DriverTrip,
        _ link: DriverLink,
        drivenMeters: UInt32 = 0
    ) async -> Bool {
        await TripReporter.report(
            progress,
            of: trip,
            by: link,
            at: position,
            drivenMeters: drivenMeters,
            loop: loop
        )
    }
}
