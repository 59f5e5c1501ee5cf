import Delivery
import DispatchServer
import Messages
import Model
import Storage
import TestSupport
import Testing

/// One booking from call to closed, with every sender trying until it is answered.
private struct Life {
    let bench: EngineBench
    let booking: BookingID
    /// Every command with the reply that its sender heard.
    private(set) var said: [(command: Command, reply: CommandReply)] = []

    init(crashAt boundary: Int?) throws {
        bench = try EngineBench()
        let fleet = try bench.provision()
        let provisioned = bench.boundaryCount
        bench.crashAt = boundary.map { $0 + provisioned }
        let request = bench.booking()
        booking = request.booking

        try say(try bench.command(DispatchMethods.createBooking, request))
        try settleMoney(.authorised)
        while bench.screen(of: fleet[0].driver) == nil {
            bench.time.advance(by: .seconds(2))
            bench.move(fleet[0].reference, to: EngineBench.place)
            try bench.tick()
        }
        let offer = try #require(bench.screen(of: fleet[0].driver))
        try say(try bench.answer(offer))
        let trip = try #require(bench.screen(of: fleet[0].driver)).trip
        for step in [TripProgressCode.enRoute, .arrived, .started, .completed] {
            try say(try bench.progress(step, booking, trip: trip, by: fleet[0].driver))
        }
        try settleMoney(.captured)
    }

    private mutating func say(_ command: Command) throws {
        said.append((command, try bench.send(command)))
    }

    /// Takes the outbox away until it is empty; payments then reports under a key of its own.
    private mutating func settleMoney(_ kind: PaymentReportCode) throws {
        while try !bench.deliver().isEmpty {}
        try say(try bench.report(kind, of: booking))
    }
}

@Suite("One booking's life over a store")
struct BookingLifeTests {
    /// How many boundaries a life passes that no crash disturbs.
    private static let boundaryCount: Int = {
        guard let bench = try? Life(crashAt: nil).bench else { return 0 }
        guard let fleet = try? EngineBench() else { return 0 }
        _ = try? fleet.provision()
        return bench.boundaryCount - fleet.boundaryCount
    }()

    private static let steps: [BookingStepCode] = [
        .requested, .authorised, .offerAccepted, .driverEnRoute, .driverArrived, .passengerBoarded,
        .tripCompleted, .captured,
    ]

    @Test("a life passes more than thirty boundaries, so there is something to end between")
    func boundaries() {
        #expect(Self.boundaryCount > 30)
    }

    @Test(
        "a process that ends between any two steps loses nothing acknowledged and doubles nothing",
        arguments: [nil] + (0..<80).map { $0 }
    )
    func crash(boundary: Int?) throws {
        if let boundary, boundary >= Self.boundaryCount { return }
        let life = try Life(crashAt: boundary)
        let bench = life.bench
        #expect(bench.crashCount == (boundary == nil ? 0 : 1))

        let snapshot = try #require(try bench.snapshot(life.booking))
        #expect(snapshot.state == .closed)
        #expect(snapshot.capturedMinorUnits == 2500)
        #expect(snapshot.driverName == "Ana")
        #expect(!snapshot.explanation.isEmpty)

        let booking = life.booking
        let events = try bench.read { session throws(StorageError) in
            try EventRows.events(
                of: booking,
                EngineBench.tenant,
                after: 0,
                limit: 100,
                in: session
            )
        }
        #expect(events.map(\.step) == Self.steps.map { WireEnum($0) })
        #expect(events.map(\.sequence) == Array(1...8))
        #expect(events.map(\.feedPosition) == Array(1...8))
        #expect(
            bench.deliveredOrder.map(\.method) == [
                PaymentsMethods.authorise.descriptor.id, PaymentsMethods.capture.descriptor.id,
                BillingMethods.recordTripUsage.descriptor.id,
            ]
        )
        for (command, reply) in life.said {
            #expect(reply.isOK)
            #expect(try bench.send(command) == reply)
        }
        #expect(try bench.deliver().isEmpty)
        #expect(bench.engine.jobCount == 0)
        #expect(bench.engine.commandCount == 0)
    }
}
