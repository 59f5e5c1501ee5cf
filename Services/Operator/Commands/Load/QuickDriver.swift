internal import Calls
package import Geo
package import Messages
package import Model
package import Reactor
internal import WireFormat

/// A driver for load: accepts whatever he is offered and has it done in moments, over every outage.
///
/// He jumps from pickup to drop-off; a fix goes with each step. What he did he repeats under the same key until
/// dispatch has it, and a trip that dispatch says is his he goes on with, as after a restart of his phone.
// Safe: touched on the loop alone; its tasks and the link's callbacks run there.
package final class QuickDriver: DriverLinkDelegate, @unchecked Sendable {
    /// Between two fixes while he waits.
    private static let fixInterval = Duration.seconds(1)

    /// Trips that he completed.
    package private(set) var completedCount = 0
    /// Answers and reports that dispatch refused for good: an offer that was gone, a trip that was called off.
    package private(set) var refusedCount = 0
    /// The trip that he drives.
    package private(set) var trip: DriverTrip?
    /// The phone; `nil` before the first connection.
    package private(set) var link: DriverLink?
    /// Hears of each trip that he completed.
    package var onCompleted: ((BookingID) -> Void)?
    /// Numbers of fixes that he sent on a trip and that ingest said were settled, on the connection that they went by:
    /// stored, then.
    package private(set) var settledTripFixes: [UInt32] = []

    private let loop: EventLoop
    private let pace: ClosedRange<Int>
    private var random: DemoRandom
    private var place: GeoPoint
    private var status = DriverStatusCode.free
    private var isTripOver = false
    private var tripTask: Task<Void, Never>?
    /// Fixes of trips that went by this connection and are not settled.
    private var openTripFixes: [UInt32] = []

    /// A driver who stands at `place`.
    ///
    /// - Parameter pace: Milliseconds between two of his steps, drawn evenly.
    package init(loop: EventLoop, at place: GeoPoint, pace: ClosedRange<Int>, seed: UInt64) {
        self.loop = loop
        self.place = place
        self.pace = pace
        random = DemoRandom(seed: seed)
    }

    /// Whether fixes and offers flow.
    package var isOnDuty: Bool { link?.isOpen ?? false }

    /// Drives until the task is cancelled.
    package func run(edge: DriverEdge, seat: DriverSeat) async {
        let link = DriverLink(loop: loop, edge: edge, seat: seat, waits: .impatient)
        self.link = link
        link.onAcknowledged = { [unowned self] in settle(upTo: $0.sequence) }
        let ticker = loop.spawn { [self] in
            while await loop.sleep(for: Self.fixInterval) { sendFix(link) }
        }
        await link.run(self)
        ticker.cancel()
        tripTask?.cancel()
        await ticker.value
        await tripTask?.value
    }

    private func sendFix(_ link: DriverLink) {
        guard link.send(driverLinkFix(link)), trip != nil else { return }
        openTripFixes.append(link.sequence)
    }

    private func settle(upTo sequence: UInt32) {
        settledTripFixes += openTripFixes.prefix { $0 <= sequence }
        openTripFixes.removeAll { $0 <= sequence }
    }

    // MARK: - The link

    package func driverLinkFix(_ link: DriverLink) -> DriverFix {
        DriverFix(position: place, speedCentimetersPerSecond: 0, status: status)
    }

    package func driverLinkOpened(_ link: DriverLink) {
        // A phone would send them again; this one has forgotten them, so an acknowledgement says nothing of them.
        openTripFixes = []
        sendFix(link)
    }

    package func driverLink(_ link: DriverLink, received event: OfferEvent) {
        switch event.kind.known {
        case .offer where tripTask == nil:
            begin { [self] in await accept(event, link) }
        case .trip: news(event, link)
        case .offer, .withdrawn, nil: break
        }
    }

    private func news(_ event: OfferEvent, _ link: DriverLink) {
        guard let state = event.state.known else { return }
        if let trip, trip.booking == event.booking {
            isTripOver = !state.isBeingDriven
        } else if tripTask == nil, state.isBeingDriven, let left = DriverTrip(event) {
            begin { [self] in await drive(left, from: state, link) }
        }
    }

    private func begin(_ work: @escaping @Sendable () async -> Void) {
        tripTask = loop.spawn { [self] in
            await work()
            tripTask = nil
        }
    }

    // MARK: - Driving

    private func accept(_ offer: OfferEvent, _ link: DriverLink) async {
        guard await pause() else { return }
        let reply = await PhoneRetry.impatient.run(key: link.makeKey(), loop: loop) {
            key async throws(CallError) in
            try await link.answer(offer.offer, .accepted, key: key)
        }
        guard let reply, reply.outcome == .assigned else {
            refusedCount += 1
            return
        }
        await drive(DriverTrip(reply, offer), from: .assigned, link)
    }

    private func drive(_ trip: DriverTrip, from state: BookingState, _ link: DriverLink) async {
        self.trip = trip
        isTripOver = false
        status = .enRoute
        defer {
            self.trip = nil
            status = .free
            sendFix(link)
        }
        let steps: [(from: BookingState, report: TripProgressCode)] = [
            (.assigned, .enRoute), (.enRoute, .arrived), (.arrived, .started),
            (.onTrip, .completed),
        ]
        let first = steps.firstIndex { $0.from == state } ?? 0
        for step in steps[first...] {
            guard await pause(), !isTripOver else { return }
            switch step.report {
            case .arrived: place = trip.pickup
            case .started: status = .occupied
            case .completed: place = trip.dropOff
            default: break
            }
            sendFix(link)
            guard await report(step.report, trip, link) else {
                refusedCount += 1
                return
            }
        }
        completedCount += 1
        onCompleted?(trip.booking)
    }

    private func report(
        _ progress: TripProgressCode,
        _ trip: DriverTrip,
        _ link: DriverLink
    ) async -> Bool {
        await TripReporter.report(
            progress,
            of: trip,
            by: link,
            at: place,
            drivenMeters: UInt32(
                clamping: Int(greatCircleDistance(from: trip.pickup, to: trip.dropOff).value)
            ),
            retry: .impatient,
            loop: loop
        )
    }

    private func pause() async -> Bool {
        await loop.sleep(for: .milliseconds(Int.random(in: pace, using: &random)))
    }
}
