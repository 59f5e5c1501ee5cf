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
        _ rig: IngestRig,
        _ open: [UInt64],
        _ changes: [ShiftEvent] = []
    ) {
        var routes = CallRoutes()
        routes.serverStream(DispatchMethods.watchShifts) {
            (stream, request) async throws(CallError) in
            let mark = ShiftEvent.with { $0.kind = WireEnum(.snapshotComplete) }
            let events = open.map { IngestRig.event($0) } + [mark] + changes
            for event in events {
                guard let body = try? event.encoded() else { continue }
                try await stream.send(body)
            }
            while stream.isOpen { await stream.waitUntilWritable() }
        }
        rig.serve(at: "dispatch") { $0 = routes }
    }

    /// Whether a driver's fixes are taken now. On the loop.
    static func isOnDuty(_ rig: IngestRig, _ driver: UInt64) async throws -> Bool {
        let phone = try await rig.phone(driver)
        try await phone.send([Batches.record(1)], base: rig.now)
        return try await phone.finish()?.sequence == 1
    }

    @Test(
        "shifts are known after the snapshot, go on while dispatch is away, and are replaced when it is back"
    )
    func restart() async throws {
        let rig = try await IngestRig()
        let states = Recorder<Bool>()
        let breaks = Recorder<Int>()
        let follower = try await rig.run {
            Self.serveShifts(rig, [7, 8], [IngestRig.event(8, isOpen: false)])
            try rig.serveEdge(relay: rig.makeRelay())
            let follower = ShiftFollower(
                client: rig.client(["dispatch"], as: "ingest"),
                engine: rig.engine,
                generator: FixedGenerator()
            )
            follower.onChange = { states.append($0) }
            follower.onBreak = { breaks.append($1) }
            return follower
        }
        await follower.start()
        await rig.until { follower.eventCount == 3 }
        let first = try await rig.run {
            (try await Self.isOnDuty(rig, 7), try await Self.isOnDuty(rig, 8))
        }
        #expect(first == (true, false))

        await rig.loop.submit { rig.cut("dispatch") }
        await states.wait { $0.last == false }
        let away = try await rig.run { try await Self.isOnDuty(rig, 7) }
        #expect(away, "what was known goes on")
        while await rig.loop.submit({ follower.brokenCount }) < 3 {
            await rig.advance(by: .milliseconds(500))
        }
        #expect(
            breaks.elements.prefix(3) == [0, 1, 2],
            "each try is told with how many went before"
        )

        await rig.loop.submit { Self.serveShifts(rig, [9]) }
        while await rig.loop.submit({ follower.snapshotCount }) < 2 {
            await rig.advance(by: .milliseconds(100))
        }
        let back = try await rig.run {
            let phone = try await rig.phone(7)
            try await phone.send([Batches.record(2, offset: 1)], base: rig.now)
            let ack = try await phone.finish()
            return (ack?.driverReference, try await Self.isOnDuty(rig, 9))
        }
        #expect(back.0 == DriverReference(0), "the snapshot did not name his shift")
        #expect(back.1)
        let brokenCount = await rig.loop.submit { follower.brokenCount }
        await follower.stop(within: .seconds(1))
        let lastCount = await rig.loop.submit { follower.brokenCount }
        #expect(lastCount == brokenCount, "a stop of our own is no break")
        await rig.close()
    }
}
