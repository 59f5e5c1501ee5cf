internal import Calls
internal import Geo
internal import Messages
internal import Model
internal import OperatorCommands
internal import Reactor
internal import WireFormat

/// A driver who accepts what he is offered, and drives it when he is told to.
// Safe: touched on the loop alone; its tasks and the link's callbacks run there.
final class BenchDriver: DriverLinkDelegate, @unchecked Sendable {
    /// The trip that he accepted and has not driven.
    private(set) var trip: DriverTrip?
    private let loop: EventLoop
    private let link: DriverLink
    private let position: GeoPoint
    private var answer: Task<Void, Never>?

    /// A driver who stands at `position`.
    init(loop: EventLoop, edge: DriverEdge, seat: DriverSeat, position: GeoPoint) {
        self.loop = loop
        self.position = position
        link = DriverLink(loop: loop, edge: edge, seat: seat)
    }

    /// Whether his streams are open.
    var isOnDuty: Bool { link.isOpen }

    /// Is on duty until the task is cancelled.
    func run() async {
        await link.run(self)
        answer?.cancel()
        await answer?.value
    }

    /// Sends where he is.
    func sendFix() { link.send(driverLinkFix(link)) }

    /// Drives his trip from beginning to end, as fast as dispatch takes the news.
    func drive() async {
        guard let trip else { return }
        for step: TripProgressCode in [.enRoute, .arrived, .started, .completed] {
            let isTaken = await TripReporter.report(
                step,
                of: trip,
                by: link,
                at: position,
                drivenMeters: step == .completed ? 2000 : 0,
                loop: loop
            )
            guard isTaken else { break }
        }
        self.trip = nil
    }

    // MARK: - What the phone hears

    func driverLinkOpened(_ link: DriverLink) { sendFix() }

    func driverLinkFix(_ link: DriverLink) -> DriverFix {
        DriverFix(position: position, status: trip == nil ? .free : .enRoute)
    }

    func driverLink(_ link: DriverLink, received event: OfferEvent) {
        guard event.kind == .offer, trip == nil, answer == nil else { return }
        answer = loop.spawn { [self] in
            let reply = try? await link.answer(event.offer, .accepted)
            if let reply, reply.outcome == .assigned { trip = DriverTrip(reply, event) }
            answer = nil
        }
    }
}
