import Calls
import IngestCore
import IngestServer
import LinkSupport
import Messages
import Model
internal import Reactor
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Following dispatch's shifts", .timeLimit(.minutes(1)))
struct ShiftFollowerTests {
    /// A dispatch with these open shifts, which then tells `changes` when `more` is raised. On the loop.
    static func serveShifts(
        _ harness: IngestHarness,
        _ open: [UInt64],
        _ changes: [ShiftEvent] = []
    ) {
        var routes = CallRoutes()
        routes.serverStream(DispatchMethods.watchShifts) {
            (stream, request) async throws(CallError) in
            let mark = ShiftEvent.with { $0.kind = WireEnum(.snapshotComplete) }
            let events = open.map { IngestHarness.event($0) } + [mark] + changes
            for event in events {
                guard let body = try? event.encoded() else { continue }
                try await stream.send(body)
            }
            while stream.isOpen { await stream.waitUntilWritable() }
        }
        harness.serve(at: "dispatch") { $0 = routes }
    }

    /// Whether a driver's fixes are taken now. On the loop.
    static func isOnDuty(_ harness: IngestHarness, _ driver: UInt64) async throws -> Bool {
        let phone = try await harness.phone(driver)
        try await phone.send([Batches.record(1)], base: harness.now)
        return try await phone.finish()?.sequence == 1
    }

    @Test(
        "shifts are known after the snapshot, go on while dispatch is away, and are replaced when it is back"
    )
    func restart() async throws {
        let harness = try await IngestHarness()
        let states = Recorder<Bool>()
        let breaks = Recorder<Int>()
        let follower = try await harness.run {
            Self.serveShifts(harness, [7, 8], [IngestHarness.event(8, isOpen: false)])
            try harness.serveEdge(relay: harness.makeRelay())
            let follower = ShiftFollower(
                client: harness.client(["dispatch"], as: "ingest"),
                engine: harness.engine,
                generator: FixedGenerator()
            )
            follower.onChange = { states.append($0) }
            follower.onBreak = { breaks.append($1) }
            return follower
        }
        await follower.start()
        await harness.until { follower.eventCount == 3 }
        let first = try await harness.run {
            (try await Self.isOnDuty(harness, 7), try await Self.isOnDuty(harness, 8))
        }
        #expect(first == (true, false))

        await harness.loop.submit { harness.cut("dispatch") }
        await states.wait { $0.last == false }
        let away = try await harness.run { try await Self.isOnDuty(harness, 7) }
        #expect(away, "what was known goes on")
        while await harness.loop.submit({ follower.brokenCount }) < 3 {
            await harness.advance(by: .milliseconds(500))
        }
        #expect(
            breaks.elements.prefix(3) == [0, 1, 2],
            "each try is told with how many went before"
        )

        await harness.loop.submit { Self.serveShifts(harness, [9]) }
        while await harness.loop.submit({ follower.snapshotCount }) < 2 {
            await harness.advance(by: .milliseconds(100))
        }
        let back = try await harness.run {
            let phone = try await harness.phone(7)
            try await phone.send([Batches.record(2, offset: 1)], base: harness.now)
            let ack = try await phone.finish()
            return (ack?.driverReference, try await Self.isOnDuty(harness, 9))
        }
        #expect(back.0 == DriverReference(0), "the snapshot did not name his shift")
        #expect(back.1)
        let brokenCount = await harness.loop.submit { follower.brokenCount }
        await follower.stop(within: .seconds(1))
        let lastCount = await harness.loop.submit { follower.brokenCount }
        #expect(lastCount == brokenCount, "a stop of our own is no break")
        await harness.close()
    }
}
