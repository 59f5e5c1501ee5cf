import Calls
import Geo
import Messages
import Model
import Reactor
import Timekeeping
import WireFormat

@testable import OperatorCommands

/// A driver for load: accepts whatever he is offered and has it done in moments, over every outage.
///
/// He jumps from pickup to drop-off; a fix goes with each step. What he did he repeats under the same key until
/// dispatch has it, and a trip that dispatch says is his he goes on with, as after a restart of his phone.
// Safe: touched on the loop alone; its tasks and the link's callbacks run there.
final class QuickDriver: DriverLinkDelegate, @unchecked Sendable {
    /// Between two fixes while he waits.
    private static let fixInterval = Duration.seconds(1)

    /// Trips that he completed.
    private(set) var completedCount = 0
    /// Answers and reports that dispatch refused for good: an offer that was gone, a trip that was called off.
    private(set) var refusedCount = 0
    /// The trip that he drives.
    private(set) var trip: DriverTrip?
    /// The phone; `nil` before the first connection.
    private(set) var link: DriverLink?
    /// Hears of each trip that he completed.
    var onCompleted: ((BookingID) -> Void)?
    /// Numbers of fixes of trips that ingest said were settled: stored, then.
    private(set) var settledTripFixes: [UInt32] = []
    /// Fixes of trips that ingest has not said are settled.
    var unsettledTripFixCount: Int { unsettled.count(where: \.isOnTrip) }

    private let loop: EventLoop
    private let pace: ClosedRange<Int>
    private var random: DemoRandom
    private var place: GeoPoint
    private var status = DriverStatusCode.free
    private var isTripOver = false
    private var tripTask: Task<Void, Never>?
    /// A fix that his phone keeps until it is settled.
    private struct KeptFix {
        let number: UInt32
        let fix: DriverFix
        let measuredAt: WallTime
        let isOnTrip: Bool
    }

    /// The fixes that a phone has room for.
    private static let keptCountMax = 4096
    /// How long the oldest may wait for its acknowledgement before all are sent again.
    private static let resendTime = Duration.seconds(10)
    /// In the order of their numbers.
    private var unsettled: [KeptFix] = []
    /// When anything was last settled, or all was sent again.
    private var settledAt = Instant(nanoseconds: 0)

    /// A driver who stands at `place`.
    ///
    /// - Parameter pace: Milliseconds between two of his steps, drawn evenly.
    init(loop: EventLoop, at place: GeoPoint, pace: ClosedRange<Int>, seed: UInt64) {
        self.loop = loop
        self.place = place
        self.pace = pace
        random = DemoRandom(seed: seed)
    }

    /// Whether fixes and offers flow.
    var isOnDuty: Bool { link?.isOpen ?? false }

    /// Drives until the task is cancelled.
    func run(edge: DriverEdge, seat: DriverSeat) async {
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
        guard link.isOpen else { return }
        let fix = driverLinkFix(link)
        let measuredAt = link.businessNow
        _ = link.send(fix)
        if unsettled.isEmpty { settledAt = loop.now }
        unsettled.append(
            KeptFix(
                number: link.sequence,
                fix: fix,
                measuredAt: measuredAt,
                isOnTrip: trip != nil
            )
        )
        if unsettled.count > Self.keptCountMax { unsettled.removeFirst() }
        if settledAt.duration(to: loop.now) > Self.resendTime { sendAgain(link) }
    }

    private func sendAgain(_ link: DriverLink) {
        settledAt = loop.now
        for kept in unsettled { link.send(kept.fix, number: kept.number, at: kept.measuredAt) }
    }

    private func settle(upTo number: UInt32) {
        let count = unsettled.prefix { $0.number <= number }.count
        guard count > 0 else { return }
        settledAt = loop.now
        settledTripFixes += unsettled[..<count].filter(\.isOnTrip).map(\.number)
        unsettled.removeFirst(count)
    }

    // MARK: - The link

    func driverLinkFix(_ link: DriverLink) -> DriverFix {
        DriverFix(position: place, speedCentimetersPerSecond: 0, status: status)
    }

    func driverLinkOpened(_ link: DriverLink) {
        // What is new first: it is what the fleet waits for. What is not settled follows when it was waited for.
        sendFix(link)
    }

    func driverLink(_ link: DriverLink, received event: OfferEvent) {
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
            if reply == nil { link.lookAgain() }
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
                return link.lookAgain()
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
