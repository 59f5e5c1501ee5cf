import Calls
import IngestCore
import IngestServer
import LinkSupport
import Messages
import Model
internal import Reactor
import Storage
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Acknowledgements", .timeLimit(.minutes(1)))
struct AcknowledgementTests {
    @Test("a stream with news is acknowledged within two seconds, and not again without news")
    func rounds() async throws {
        let rig = try await IngestRig()
        let phone = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send([Batches.record(1), Batches.record(2)], base: rig.now)
            return phone
        }
        await rig.until { rig.count(.live) + rig.count(.late) == 2 }
        let before = await rig.loop.submit { rig.engine.counters.acknowledgementCount }
        await rig.advance(by: .milliseconds(100), times: 20)
        let after = await rig.loop.submit { rig.engine.counters.acknowledgementCount }
        #expect(after == before + 1)
        await rig.advance(by: .milliseconds(100), times: 20)
        let later = await rig.loop.submit { rig.engine.counters.acknowledgementCount }
        #expect(later == after)
        let ack = try await rig.run { try await phone.acknowledgement() }
        #expect(ack?.sequence == 2)
        #expect(ack?.intervalMilliseconds == 2000)
        await rig.close()
    }

    @Test("on a trip a fix is settled after the commit of the trail with it, never before")
    func durable() async throws {
        let rig = try await IngestRig()
        rig.store.hold()
        let phone = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send(
                [Batches.record(1), Batches.record(2, offset: 1, status: .occupied)],
                base: rig.now
            )
            return phone
        }
        await rig.until { rig.count(.live) == 2 }
        // Past several rounds: the commit is held, so only the fix before the trip is settled.
        await rig.advance(by: .milliseconds(100), times: 45)
        #expect(rig.store.heldCount == 1)
        let held = try await rig.run { try await phone.acknowledgement() }
        #expect(held?.sequence == 1)
        #expect(held?.isDurable == true)
        #expect(held?.intervalMilliseconds == 1000)
        rig.store.release()
        await rig.until { rig.engine.trail.unstoredCount == 0 }
        let last = try await rig.run { try await phone.finish() }
        #expect(last?.sequence == 2)
        let stored = try await rig.store.read { session throws(StorageError) in
            try TrailTable.fixes(
                of: ShiftID(bits: 2007),
                of: IngestRig.tenant,
                after: 0,
                limit: 10,
                in: session
            )
        }
        #expect(stored.map(\.fix.sequence) == [2])
        await rig.close()
    }

    @Test("a stream that ends on a trip is held open until its trail is stored")
    func endsAfterCommit() async throws {
        let rig = try await IngestRig()
        rig.store.hold()
        let ends = Recorder<UInt32>()
        let task = Task {
            try await rig.run {
                let phone = try await rig.phoneOnDuty(7)
                try await phone.send([Batches.record(1, status: .enRoute)], base: rig.now)
                let ack = try await phone.finish()
                ends.append(ack?.sequence ?? 0)
            }
        }
        await rig.until { rig.engine != nil && rig.count(.live) == 1 }
        await rig.advance(by: .milliseconds(500))
        await rig.turn()
        #expect(ends.elements.isEmpty)
        rig.store.release()
        await ends.wait(forCount: 1)
        #expect(ends.elements == [1])
        try await task.value
        await rig.close()
    }

    @Test("a store that refuses is asked again, and nothing is settled meanwhile")
    func refusedStore() async throws {
        let rig = try await IngestRig()
        rig.store.fail(with: StorageError(.full, "no space"))
        let phone = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send([Batches.record(1, status: .occupied)], base: rig.now)
            return phone
        }
        await rig.until { rig.count(.live) == 1 }
        await rig.advance(by: .milliseconds(100), times: 25)
        await rig.until { rig.engine.trail.counters.failureCount >= 2 }
        let refused = try await rig.run { try await phone.acknowledgement() }
        #expect(refused?.sequence == 0)
        rig.store.fail(with: nil)
        await rig.advance(by: .milliseconds(100), times: 60)
        await rig.until { rig.engine.trail.unstoredCount == 0 }
        let last = try await rig.run { try await phone.finish() }
        #expect(last?.sequence == 1)
        await rig.close()
    }

    @Test("with the trail full fixes of trips are shown and left to the phone")
    func fullTrail() async throws {
        let rig = try await IngestRig(trailCountMax: 64)
        rig.store.hold()
        try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            let trip = (1...64).map {
                Batches.record(UInt32($0), offset: Int32($0), status: .occupied)
            }
            try await phone.send(trip, base: rig.now - 5000)
            await rig.turn()
            let next = Batches.record(65, status: .occupied)
            try await phone.send([next], base: rig.now)
        }
        await rig.until { rig.count(.deferred) == 1 }
        let last = await rig.loop.submit {
            rig.engine.lastFix(of: DriverID(bits: 7), tenant: IngestRig.tenant)
        }
        #expect(last?.fix.measuredAt == rig.now)
        let taken = await rig.loop.submit { rig.count(.live) }
        #expect(taken == 64)
        await rig.close()
    }

    @Test("a token that runs out ends the connection 30 seconds later, not before")
    func tokenExpiry() async throws {
        let rig = try await IngestRig()
        try await rig.run {
            try rig.serveEdge()
            let client = rig.client(["edge"], as: "driver 7 60")
            _ = try await client.open(
                IngestMethods.streamLocations.descriptor,
                [],
                isEnd: false
            )
        }
        await rig.advance(by: .seconds(1), times: 89)
        #expect(await rig.loop.submit { rig.engine.streamCount } == 1)
        await rig.advance(by: .seconds(1), times: 2)
        // What is open then has ten seconds to end.
        await rig.advance(by: .seconds(1), times: 11)
        await rig.until { rig.engine.streamCount == 0 }
        await rig.close()
    }
}
