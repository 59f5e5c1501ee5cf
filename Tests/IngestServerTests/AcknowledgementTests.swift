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
        let harness = try await IngestHarness()
        let phone = try await harness.run {
            let phone = try await harness.phoneOnDuty(7)
            try await phone.send([Batches.record(1), Batches.record(2)], base: harness.now)
            return phone
        }
        await harness.until { harness.count(.live) + harness.count(.late) == 2 }
        let before = await harness.loop.submit { harness.engine.counters.acknowledgementCount }
        await harness.advance(by: .milliseconds(100), times: 20)
        let after = await harness.loop.submit { harness.engine.counters.acknowledgementCount }
        #expect(after == before + 1)
        await harness.advance(by: .milliseconds(100), times: 20)
        let later = await harness.loop.submit { harness.engine.counters.acknowledgementCount }
        #expect(later == after)
        let ack = try await harness.run { try await phone.acknowledgement() }
        #expect(ack?.sequence == 2)
        #expect(ack?.intervalMilliseconds == 2000)
        await harness.close()
    }

    @Test("on a trip a fix is settled after the commit of the trail with it, never before")
    func durable() async throws {
        let harness = try await IngestHarness()
        harness.store.hold()
        let phone = try await harness.run {
            let phone = try await harness.phoneOnDuty(7)
            try await phone.send(
                [Batches.record(1), Batches.record(2, offset: 1, status: .occupied)],
                base: harness.now
            )
            return phone
        }
        await harness.until { harness.count(.live) == 2 }
        // Past several rounds: the commit is held, so only the fix before the trip is settled.
        await harness.advance(by: .milliseconds(100), times: 45)
        #expect(harness.store.heldCount == 1)
        let held = try await harness.run { try await phone.acknowledgement() }
        #expect(held?.sequence == 1)
        #expect(held?.isDurable == true)
        #expect(held?.intervalMilliseconds == 1000)
        harness.store.release()
        await harness.until { harness.engine.trail.unstoredCount == 0 }
        let last = try await harness.run { try await phone.finish() }
        #expect(last?.sequence == 2)
        let stored = try await harness.store.read { session throws(StorageError) in
            try TrailTable.fixes(
                of: ShiftID(bits: 2007),
                of: IngestHarness.tenant,
                after: 0,
                limit: 10,
                in: session
            )
        }
        #expect(stored.map(\.fix.sequence) == [2])
        await harness.close()
    }

    @Test("a stream that ends on a trip is held open until its trail is stored")
    func endsAfterCommit() async throws {
        let harness = try await IngestHarness()
        harness.store.hold()
        let ends = Recorder<UInt32>()
        let task = Task {
            try await harness.run {
                let phone = try await harness.phoneOnDuty(7)
                try await phone.send([Batches.record(1, status: .enRoute)], base: harness.now)
                let ack = try await phone.finish()
                ends.append(ack?.sequence ?? 0)
            }
        }
        await harness.until { harness.engine != nil && harness.count(.live) == 1 }
        await harness.advance(by: .milliseconds(500))
        await harness.turn()
        #expect(ends.elements.isEmpty)
        harness.store.release()
        await ends.wait(forCount: 1)
        #expect(ends.elements == [1])
        try await task.value
        await harness.close()
    }

    @Test("a store that refuses is asked again, and nothing is settled meanwhile")
    func refusedStore() async throws {
        let harness = try await IngestHarness()
        harness.store.fail(with: StorageError(.full, "no space"))
        let phone = try await harness.run {
            let phone = try await harness.phoneOnDuty(7)
            try await phone.send([Batches.record(1, status: .occupied)], base: harness.now)
            return phone
        }
        await harness.until { harness.count(.live) == 1 }
        await harness.advance(by: .milliseconds(100), times: 25)
        await harness.until { harness.engine.trail.counters.failureCount >= 2 }
        let refused = try await harness.run { try await phone.acknowledgement() }
        #expect(refused?.sequence == 0)
        harness.store.fail(with: nil)
        await harness.advance(by: .milliseconds(100), times: 60)
        await harness.until { harness.engine.trail.unstoredCount == 0 }
        let last = try await harness.run { try await phone.finish() }
        #expect(last?.sequence == 1)
        await harness.close()
    }

    @Test("with the trail full fixes of trips are shown and left to the phone")
    func fullTrail() async throws {
        let harness = try await IngestHarness(trailCountMax: 64)
        harness.store.hold()
        try await harness.run {
            let phone = try await harness.phoneOnDuty(7)
            let trip = (1...64).map {
                Batches.record(UInt32($0), offset: Int32($0), status: .occupied)
            }
            try await phone.send(trip, base: harness.now - 5000)
            await harness.turn()
            let next = Batches.record(65, status: .occupied)
            try await phone.send([next], base: harness.now)
        }
        await harness.until { harness.count(.deferred) == 1 }
        let last = await harness.loop.submit {
            harness.engine.lastFix(of: DriverID(bits: 7), tenant: IngestHarness.tenant)
        }
        #expect(last?.fix.measuredAt == harness.now)
        let taken = await harness.loop.submit { harness.count(.live) }
        #expect(taken == 64)
        await harness.close()
    }

    @Test("a token that runs out ends the connection 30 seconds later, not before")
    func tokenExpiry() async throws {
        let harness = try await IngestHarness()
        try await harness.run {
            try harness.serveEdge()
            let client = harness.client(["edge"], as: "driver 7 60")
            _ = try await client.open(
                IngestMethods.streamLocations.descriptor,
                [],
                isEnd: false
            )
        }
        await harness.advance(by: .seconds(1), times: 89)
        #expect(await harness.loop.submit { harness.engine.streamCount } == 1)
        await harness.advance(by: .seconds(1), times: 2)
        // What is open then has ten seconds to end.
        await harness.advance(by: .seconds(1), times: 11)
        await harness.until { harness.engine.streamCount == 0 }
        await harness.close()
    }
}
