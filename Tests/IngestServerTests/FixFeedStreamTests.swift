import Calls
import IngestCore
import IngestServer
import LinkSupport
import Messages
import Model
import TestSupport
import Testing
import Timekeeping
import WireConnection
import WireFormat

@Suite("The stream of positions to dispatch", .timeLimit(.minutes(1)))
struct FixFeedStreamTests {
    /// Opens the stream at "inside". On the loop.
    static func subscribe(
        _ harness: IngestHarness,
        snapshot: Bool = true,
        credit: UInt32 = 256 * 1024,
        shardLast: UInt16 = 4095
    ) async throws -> ClientStream {
        let relay = try harness.makeRelay()
        var routes = CallRoutes()
        let engine = harness.engine!
        routes.callback(IngestMethods.subscribeFixes) { (call) throws(CallError) in
            try engine.openFeed(call)
        }
        _ = relay
        harness.serve(at: "inside") { $0 = routes }
        let request = SubscribeFixesRequest.with {
            $0.withSnapshot = snapshot
            $0.shardLast = shardLast
        }
        return try await harness.client(["inside"], as: "dispatch").open(
            IngestMethods.subscribeFixes.descriptor,
            try request.encoded(),
            isEnd: true,
            responseCredit: credit
        )
    }

    @Test("the last fix of each vehicle comes first, then an empty batch, then what is new")
    func snapshotThenLive() async throws {
        let harness = try await IngestHarness()
        let batches = try await harness.run {
            try harness.serveEdge()
            for driver in [7, 8] as [UInt64] {
                harness.engine.apply(IngestHarness.event(driver))
                let phone = try await harness.phone(driver)
                try await phone.send([Batches.record(1)], base: harness.now)
                _ = try await phone.finish()
            }
            let stream = try await Self.subscribe(harness)
            var batches = [try await stream.next(), try await stream.next()]
            let phone = try await harness.phone(7)
            try await phone.send([Batches.record(2, offset: 250)], base: harness.now)
            _ = try await phone.finish()
            harness.time.advance(by: FixSubscriberTimes.flush)
            batches.append(try await stream.next())
            return try batches.map { try $0.map(Batches.decode) ?? [] }
        }
        #expect(batches[0].map(\.driverReference) == [7, 8])
        #expect(batches[1].isEmpty)
        #expect(batches[2].map(\.driverReference) == [7])
        #expect(batches[2].map(\.sequence) == [2])
        await harness.close()
    }

    @Test("a reader without credit holds nobody up, and then gets the newest of each vehicle")
    func conflates() async throws {
        let harness = try await IngestHarness()
        let (batch, conflated) = try await harness.run {
            try harness.serveEdge()
            harness.engine.apply(IngestHarness.event(7))
            // No credit at all: nothing can be sent before some is granted, which reading nothing does not do.
            let stream = try await Self.subscribe(harness, snapshot: false, credit: 0)
            let phone = try await harness.phone(7)
            for sequence in 1...100 as ClosedRange<UInt32> {
                try await phone.send(
                    [Batches.record(sequence, offset: Int32(sequence))],
                    base: harness.now
                )
            }
            let ack = try await phone.finish()
            #expect(ack?.sequence == 100)
            harness.time.advance(by: FixSubscriberTimes.flush)
            await harness.turn()
            let sent = harness.engine.counters.feedBatchCount
            #expect(sent == 0)
            stream.cancel()
            await harness.turn()
            let open = harness.engine.subscriberCount
            #expect(open == 0)
            let next = try await Self.subscribe(harness)
            let batch = try await next.next()
            return (try batch.map(Batches.decode) ?? [], harness.engine.conflatedCount)
        }
        #expect(batch.map(\.sequence) == [100])
        #expect(conflated == 99)
        await harness.close()
    }

    @Test("256 waiting positions leave at once, fewer after 5 ms")
    func flushes() async throws {
        let harness = try await IngestHarness()
        try await harness.run {
            try harness.serveEdge()
            let stream = try await Self.subscribe(harness)
            _ = try await stream.next()
            for driver in 1...256 as ClosedRange<UInt64> {
                harness.engine.apply(IngestHarness.event(driver))
            }
            let phone = try await harness.phone(1)
            try await phone.send([Batches.record(1)], base: harness.now)
            await harness.turn()
            let early = harness.engine.counters.feedRecordCount
            #expect(early == 0)
            for driver in 2...256 as ClosedRange<UInt64> {
                let other = try await harness.phone(driver)
                try await other.send([Batches.record(1)], base: harness.now)
            }
            // The clock stands still: only the count can have sent them.
            var records: [LocationRecord] = []
            while records.count < 256, let batch = try await stream.next() {
                records += try Batches.decode(batch)
            }
            #expect(records.count == 256)
        }
        await harness.close()
    }

    @Test("a part of the shards is refused, so that nobody believes to have what he has not")
    func shards() async throws {
        let harness = try await IngestHarness()
        let error = try await harness.run {
            let stream = try await Self.subscribe(harness, shardLast: 100)
            return await callError { _ = try await stream.next() }
        }
        #expect(error?.code == .unimplemented)
        await harness.close()
    }
}

/// Times that the tests move the clock by.
enum FixSubscriberTimes {
    static let flush = Duration.milliseconds(6)
}
