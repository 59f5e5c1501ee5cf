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

    /// At most so many business seconds between two fixes; dispatch calls a position old after 120.
    private static let fixSecondsMax = 60.0
    /// While driving.
    private static let drivingFixSeconds = 30.0

    /// The cab's link; `nil` before the run.
    private(set) var link: DriverLink?
    /// Pickups so far.
    private(set) var pickupCount = 0
    /// The trip under way; `nil` for a cab that is free.
    private(set) var trip: DriverTrip?

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
    private var tripTask: Task<Void, Never>?
    /// An offer that came while the last ride's end was still being reported: dispatch makes one as soon as it has
    /// stored that end, and the answer to the report may come after it.
    private var nextOffer: OfferEvent?
    /// A trip that is this driver's by his stream's word and that he does not drive: the answer that bound him
    /// got lost.
    private var owedTrip: OfferEvent?
    private var lastEnded = BookingID.none

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
            second - lastSentSecond >= (trip != nil ? Self.drivingFixSeconds : Self.fixSecondsMax)
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
            speedCentimetersPerSecond: trip != nil ? UInt16(ReplayModel.metersPerSecond * 100) : 0,
            status: status
        )
    }

    func driverLinkOpened(_ link: DriverLink) {
        lastSentSecond = -.infinity
    }

    func driverLink(_ link: DriverLink, received event: OfferEvent) {
        switch event.kind.known {
        case .offer: nextOffer = event
        case .withdrawn: if nextOffer?.offer == event.offer { nextOffer = nil }
        case .trip: news(event)
        case nil: break
        }
        guard tripTask == nil, nextOffer != nil || owedTrip != nil else { return }
        tripTask = loop.spawn { [self] in
            while !Task.isCancelled {
                if let offer = nextOffer {
                    nextOffer = nil
                    await answer(offer, link)
                } else if let trip = owedTrip {
                    owedTrip = nil
                    await drive(trip, link)
                } else {
                    break
                }
            }
            tripTask = nil
        }
    }

    private func news(_ event: OfferEvent) {
        guard let state = event.state.known else { return }
        if let trip, trip.booking == event.booking {
            isTripOver = !state.isBeingDriven
        } else if state.isBeingDriven, event.booking != lastEnded {
            owedTrip = event
        } else if owedTrip?.booking == event.booking {
            owedTrip = nil
        }
    }

    // MARK: - Driving

    /// Accepts; once his, the trip comes on the stream as well, so an answer that is lost costs nothing.
    private func answer(_ offer: OfferEvent, _ link: DriverLink) async {
        guard let reply = try? await link.answer(offer.offer, .accepted),
            reply.outcome == .assigned
        else { return }
        if owedTrip?.booking == offer.booking { owedTrip = nil }
        var event = offer
        event.trip = reply.trip
        event.state = WireEnum(.assigned)
        await drive(event, link)
    }

    /// Drives what is left of a trip, and stands where it ends.
    private func drive(_ event: OfferEvent, _ link: DriverLink) async {
        guard let trip = DriverTrip(event), let state = event.state.known else { return }
        self.trip = trip
        isTripOver = false
        let request = Self.request(event.passengerReference)
            .flatMap { requests.indices.contains($0) ? requests[$0] : nil }
        if let arrivedSecond = await pickUp(trip, from: state, link) {
            await ride(trip, request, from: arrivedSecond, link)
        }
        // Stands where it is: at the drop-off, or where it was when the trip was called off.
        let place = position
        way = Way(from: place, to: place, startSecond: clock.second, seconds: 0)
        status = .free
        lastEnded = trip.booking
        self.trip = nil
        lastSentSecond = -.infinity
    }

    /// Drives to the pickup and lets the rider in.
    ///
    /// - Returns: When the cab stood there, seconds of the window; `nil` where the trip is called off.
    private func pickUp(
        _ trip: DriverTrip,
        from state: BookingState,
        _ link: DriverLink
    ) async -> Double? {
        var arrivedSecond = clock.second
        if state == .assigned || state == .enRoute {
            status = .enRoute
            let start = position
            let seconds = ReplayModel.driveSeconds(from: start, to: trip.pickup)
            way = Way(from: start, to: trip.pickup, startSecond: arrivedSecond, seconds: seconds)
            arrivedSecond += seconds
            guard await report(.enRoute, trip, link),
                await clock.sleep(untilSecond: arrivedSecond), !isTripOver,
                await report(.arrived, trip, link)
            else { return nil }
        }
        if state != .onTrip {
            pickupCount += 1
            guard await report(.started, trip, link) else { return nil }
        }
        return arrivedSecond
    }

    /// Takes the rider to the drop-off in the time that the real ride took.
    ///
    /// - Parameter arrivedSecond: The cab's arrival at the pickup: the ride is counted from there and not from the
    ///   answer to the report, so that delays of the system do not add up.
    private func ride(
        _ trip: DriverTrip,
        _ request: TripRequest?,
        from arrivedSecond: Double,
        _ link: DriverLink
    ) async {
        status = .occupied
        let seconds =
            request.map { Double($0.durationSeconds) }
            ?? ReplayModel.driveSeconds(from: trip.pickup, to: trip.dropOff)
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
