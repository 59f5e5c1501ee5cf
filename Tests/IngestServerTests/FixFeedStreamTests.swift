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
        _ rig: IngestRig,
        snapshot: Bool = true,
        credit: UInt32 = 256 * 1024,
        shardLast: UInt16 = 4095
    ) async throws -> ClientStream {
        let relay = try rig.makeRelay()
        var routes = CallRoutes()
        let engine = rig.engine!
        routes.callback(IngestMethods.subscribeFixes) { (call) throws(CallError) in
            try engine.openFeed(call)
        }
        _ = relay
        rig.serve(at: "inside") { $0 = routes }
        let request = SubscribeFixesRequest.with {
            $0.withSnapshot = snapshot
            $0.shardLast = shardLast
        }
        return try await rig.client(["inside"], as: "dispatch").open(
            IngestMethods.subscribeFixes.descriptor,
            try request.encoded(),
            isEnd: true,
            responseCredit: credit
        )
    }

    @Test("the last fix of each vehicle comes first, then an empty batch, then what is new")
    func snapshotThenLive() async throws {
        let rig = try await IngestRig()
        let batches = try await rig.run {
            try rig.serveEdge()
            for driver in [7, 8] as [UInt64] {
                rig.engine.apply(IngestRig.event(driver))
                let phone = try await rig.phone(driver)
                try await phone.send([Batches.record(1)], base: rig.now)
                _ = try await phone.finish()
            }
            let stream = try await Self.subscribe(rig)
            var batches = [try await stream.next(), try await stream.next()]
            let phone = try await rig.phone(7)
            try await phone.send([Batches.record(2, offset: 250)], base: rig.now)
            _ = try await phone.finish()
            rig.time.advance(by: FixSubscriberTimes.flush)
            batches.append(try await stream.next())
            return try batches.map { try $0.map(Batches.decode) ?? [] }
        }
        #expect(batches[0].map(\.driverReference) == [7, 8])
        #expect(batches[1].isEmpty)
        #expect(batches[2].map(\.driverReference) == [7])
        #expect(batches[2].map(\.sequence) == [2])
        await rig.close()
    }

    @Test("a reader without credit holds nobody up, and then gets the newest of each vehicle")
    func conflates() async throws {
        let rig = try await IngestRig()
        let (batch, conflated) = try await rig.run {
            try rig.serveEdge()
            rig.engine.apply(IngestRig.event(7))
            // No credit at all: nothing can be sent before some is granted, which reading nothing does not do.
            let stream = try await Self.subscribe(rig, snapshot: false, credit: 0)
            let phone = try await rig.phone(7)
            for sequence in 1...100 as ClosedRange<UInt32> {
                try await phone.send(
                    [Batches.record(sequence, offset: Int32(sequence))],
                    base: rig.now
                )
            }
            let ack = try await phone.finish()
            #expect(ack?.sequence == 100)
            rig.time.advance(by: FixSubscriberTimes.flush)
            await rig.turn()
            let sent = rig.engine.counters.feedBatchCount
            #expect(sent == 0)
            stream.cancel()
            await rig.turn()
            let open = rig.engine.subscriberCount
            #expect(open == 0)
            let next = try await Self.subscribe(rig)
            let batch = try await next.next()
            return (try batch.map(Batches.decode) ?? [], rig.engine.conflatedCount)
        }
        #expect(batch.map(\.sequence) == [100])
        #expect(conflated == 99)
        await rig.close()
    }

    @Test("256 waiting positions leave at once, fewer after 5 ms")
    func flushes() async throws {
        let rig = try await IngestRig()
        try await rig.run {
            try rig.serveEdge()
            let stream = try await Self.subscribe(rig)
            _ = try await stream.next()
            for driver in 1...256 as ClosedRange<UInt64> {
                rig.engine.apply(IngestRig.event(driver))
            }
            let phone = try await rig.phone(1)
            try await phone.send([Batches.record(1)], base: rig.now)
            await rig.turn()
            let early = rig.engine.counters.feedRecordCount
            #expect(early == 0)
            for driver in 2...256 as ClosedRange<UInt64> {
                let other = try await rig.phone(driver)
                try await other.send([Batches.record(1)], base: rig.now)
            }
            // The clock stands still: only the count can have sent them.
            var records: [LocationRecord] = []
            while records.count < 256, let batch = try await stream.next() {
                records += try Batches.decode(batch)
            }
            #expect(records.count == 256)
        }
        await rig.close()
    }

    @Test("a part of the shards is refused, so that nobody believes to have what he has not")
    func shards() async throws {
        let rig = try await IngestRig()
        let error = try await rig.run {
            let stream = try await Self.subscribe(rig, shardLast: 100)
            return await callError { _ = try await stream.next() }
        }
        #expect(error?.code == .unimplemented)
        await rig.close()
    }
}

/// Times that the tests move the clock by.
enum FixSubscriberTimes {
    static let flush = Duration.milliseconds(6)
}
