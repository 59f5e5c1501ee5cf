internal import Calls
internal import Geo
internal import Messages
internal import Model
internal import Reactor
internal import Timekeeping
internal import WireFormat

/// One driver of the demonstration: roams the town, accepts what is offered, drives, completes.
// Safe: touched on the loop alone; its tasks and the link's callbacks run there.
final class DemoDriver: DriverLinkDelegate, @unchecked Sendable {
    /// 45 km/h.
    static let metersPerSecond = 12.5
    /// How long a passenger takes to get in.
    private static let boardingTime = Duration.seconds(5)
    /// How often the phone sends its place.
    private static let fixInterval = Duration.seconds(1)

    /// The trip that is being driven.
    private(set) var trip: DriverTrip?
    /// Trips completed.
    private(set) var completedCount = 0
    /// The phone; `nil` before the first connection.
    private(set) var link: DriverLink?

    private let loop: EventLoop
    private let city: DemoCity
    private var random: DemoRandom
    private var route: StreetRoute
    private var routeStartedAt: Instant
    private var status = DriverStatusCode.free
    private var isTripOver = false
    private var tripTask: Task<Void, Never>?

    init(loop: EventLoop, city: DemoCity, seed: UInt64) {
        self.loop = loop
        self.city = city
        var random = DemoRandom(seed: seed)
        let start = city.streets.anyPlace(using: &random)
        route = city.streets.route(from: start, to: city.streets.anyPlace(using: &random))
        self.random = random
        routeStartedAt = loop.now
    }

    /// Whether fixes and offers flow.
    var isOnDuty: Bool { link?.isOpen ?? false }

    /// Drives until the task is cancelled.
    func run(edge: DriverEdge, seat: DriverSeat) async {
        let link = DriverLink(loop: loop, edge: edge, seat: seat)
        self.link = link
        let ticker = loop.spawn { [self] in await tick(link) }
        await link.run(self)
        ticker.cancel()
        tripTask?.cancel()
        await ticker.value
        await tripTask?.value
        trip = nil
    }

    private func tick(_ link: DriverLink) async {
        while await loop.sleep(for: Self.fixInterval) {
            if trip == nil, drivenMeters >= route.meters { roam() }
            link.send(driverLinkFix(link))
        }
    }

    // MARK: - Driving

    private var drivenMeters: Double {
        let elapsed = routeStartedAt.duration(to: loop.now)
        return Double(elapsed.wholeMilliseconds) / 1000 * Self.metersPerSecond
    }

    private var place: PlanePoint { route.point(at: drivenMeters) }

    private func go(to end: StreetPlace) {
        let start = city.streets.nearestPlace(to: place)
        route = city.streets.route(from: start, to: end)
        routeStartedAt = loop.now
    }

    private func roam() {
        go(to: city.streets.anyPlace(using: &random))
        status = .free
    }

    func driverLinkFix(_ link: DriverLink) -> DriverFix {
        let position = DemoCity.position(place)
        let ahead = DemoCity.position(route.point(at: drivenMeters + 5))
        let isMoving = drivenMeters < route.meters
        let heading = position.initialBearingDegrees(to: ahead)
        return DriverFix(
            position: position,
            speedCentimetersPerSecond: isMoving ? UInt16(Self.metersPerSecond * 100) : 0,
            headingHundredthsOfDegree: isMoving ? UInt16(min(35_999, heading * 100)) : 65_535,
            status: status
        )
    }

    // MARK: - Offers

    func driverLinkOpened(_ link: DriverLink) {
        link.send(driverLinkFix(link))
    }

    func driverLink(_ link: DriverLink, received event: OfferEvent) {
        switch event.kind.known {
        case .offer where trip == nil && tripTask == nil:
            tripTask = loop.spawn { [self] in
                await accept(event, link)
                tripTask = nil
            }
        case .trip: news(event, link)
        case .offer, .withdrawn, nil: break
        }
    }

    private func news(_ event: OfferEvent, _ link: DriverLink) {
        guard let state = event.state.known else { return }
        if let trip, trip.booking == event.booking {
            isTripOver = !state.isBeingDriven
        } else if trip == nil, tripTask == nil, state.isBeingDriven,
            let trip = DriverTrip(event)
        {
            // Left over from before this phone was started: goes on where it stands.
            tripTask = loop.spawn { [self] in
                await drive(trip, from: state, link)
                tripTask = nil
            }
        }
    }

    private func accept(_ offer: OfferEvent, _ link: DriverLink) async {
        guard let reply = try? await link.answer(offer.offer, .accepted),
            reply.outcome == .assigned
        else { return }
        await drive(DriverTrip(reply, offer), from: .assigned, link)
    }

    private func drive(_ trip: DriverTrip, from state: BookingState, _ link: DriverLink) async {
        self.trip = trip
        isTripOver = false
        defer {
            self.trip = nil
            roam()
        }
        if state == .assigned || state == .enRoute {
            status = .enRoute
            go(to: city.streets.nearestPlace(to: DemoCity.point(trip.pickup)))
            if state == .assigned, !(await report(.enRoute, trip, link)) { return }
            guard await arrive(), await report(.arrived, trip, link) else { return }
        }
        if state != .onTrip {
            guard await loop.sleep(for: Self.boardingTime), !isTripOver,
                await report(.started, trip, link)
            else { return }
        }
        status = .occupied
        go(to: city.streets.nearestPlace(to: DemoCity.point(trip.dropOff)))
        let meters = UInt32(clamping: Int(route.meters))
        guard await arrive() else { return }
        if await report(.completed, trip, link, drivenMeters: meters) { completedCount += 1 }
    }

    /// Waits for the end of the route.
    ///
    /// - Returns: `false` where the trip was called off on the way, or the task was cancelled.
    private func arrive() async -> Bool {
        while drivenMeters < route.meters {
            guard !isTripOver, await loop.sleep(for: .milliseconds(500)) else { return false }
        }
        return !isTripOver
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
            at: DemoCity.position(place),
            drivenMeters: drivenMeters,
            loop: loop
        )
    }
}
