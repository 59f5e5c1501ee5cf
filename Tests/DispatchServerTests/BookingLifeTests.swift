import Delivery
import DispatchServer
import Messages
import Model
import Storage
import TestSupport
import Testing

/// One booking from call to closed, with every sender trying until it is answered.
private struct Life {
    let rig: EngineRig
    let booking: BookingID
    /// Every command with the reply that its sender heard.
    private(set) var said: [(command: Command, reply: CommandReply)] = []

    init(crashAt boundary: Int?) throws {
        rig = try EngineRig()
        let fleet = try rig.provision()
        let provisioned = rig.boundaryCount
        rig.crashAt = boundary.map { $0 + provisioned }
        let request = rig.booking()
        booking = request.booking

        try say(try rig.command(DispatchMethods.createBooking, request))
        try settleMoney(.authorised)
        while rig.screen(of: fleet[0].driver) == nil {
            rig.time.advance(by: .seconds(2))
            rig.move(fleet[0].reference, to: EngineRig.place)
            try rig.tick()
        }
        let offer = try #require(rig.screen(of: fleet[0].driver))
        try say(try rig.answer(offer))
        let trip = try #require(rig.screen(of: fleet[0].driver)).trip
        for step in [TripProgressCode.enRoute, .arrived, .started, .completed] {
            try say(try rig.progress(step, booking, trip: trip, by: fleet[0].driver))
        }
        try settleMoney(.captured)
    }

    private mutating func say(_ command: Command) throws {
        said.append((command, try rig.send(command)))
    }

    /// Takes the outbox away until it is empty; payments then reports under a key of its own.
    private mutating func settleMoney(_ kind: PaymentReportCode) throws {
        while try !rig.deliver().isEmpty {}
        try say(try rig.report(kind, of: booking))
    }
}

@Suite("One booking's life over a store")
struct BookingLifeTests {
    /// How many boundaries a life passes that no crash disturbs.
    private static let boundaryCount: Int = {
        guard let rig = try? Life(crashAt: nil).rig else { return 0 }
        guard let fleet = try? EngineRig() else { return 0 }
        _ = try? fleet.provision()
        return rig.boundaryCount - fleet.boundaryCount
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
        let rig = life.rig
        #expect(rig.crashCount == (boundary == nil ? 0 : 1))

        let snapshot = try #require(try rig.snapshot(life.booking))
        #expect(snapshot.state == .closed)
        #expect(snapshot.capturedMinorUnits == 2500)
        #expect(snapshot.driverName == "Ana")
        #expect(!snapshot.explanation.isEmpty)

        let booking = life.booking
        let events = try rig.read { session throws(StorageError) in
            try EventRows.events(
                of: booking,
                EngineRig.tenant,
                after: 0,
                limit: 100,
                in: session
            )
        }
        #expect(events.map(\.step) == Self.steps.map { WireEnum($0) })
        #expect(events.map(\.sequence) == Array(1...8))
        #expect(events.map(\.feedPosition) == Array(1...8))
        #expect(
            rig.deliveredOrder.map(\.method) == [
                PaymentsMethods.authorise.descriptor.id, PaymentsMethods.capture.descriptor.id,
                BillingMethods.recordTripUsage.descriptor.id,
            ]
        )
        for (command, reply) in life.said {
            #expect(reply.isOK)
            #expect(try rig.send(command) == reply)
        }
        #expect(try rig.deliver().isEmpty)
        #expect(rig.engine.jobCount == 0)
        #expect(rig.engine.commandCount == 0)
    }
}
