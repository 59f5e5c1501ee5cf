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

@Suite("Drivers' fixes", .timeLimit(.minutes(1)))
struct LocationEngineTests {
    @Test("a fix is the driver's last one, and the stream's end settles it")
    func live() async throws {
        let rig = try await IngestRig()
        let (ack, last, foreign) = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send([Batches.record(1)], base: rig.now)
            let ack = try await phone.finish()
            let driver = DriverID(bits: 7)
            return (
                ack, rig.engine.lastFix(of: driver, tenant: IngestRig.tenant),
                rig.engine.lastFix(of: driver, tenant: TenantID(43))
            )
        }
        #expect(ack?.sequence == 1)
        #expect(ack?.driverReference == DriverReference(7))
        #expect(ack?.refusedCount == 0)
        #expect(ack?.isDurable == false)
        #expect(last?.fix.latitudeE7 == 377_749_000)
        #expect(last?.fix.measuredAt == rig.now)
        #expect(foreign == nil, "another fleet sees nobody's driver")
        await rig.close()
    }

    @Test("each fix gets its verdict, counted once, and what is settled is acknowledged")
    func verdicts() async throws {
        let rig = try await IngestRig()
        let ack = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send(
                [
                    Batches.record(1),
                    Batches.record(1),
                    Batches.record(2, offset: -5000),
                    Batches.record(3, offset: 30_001),
                    Batches.record(4, offset: -86_400_001),
                    Batches.record(5, offset: 1, reference: 7),
                    Batches.record(6, offset: 2, reference: 8),
                ],
                base: rig.now
            )
            return try await phone.finish()
        }
        // The foreign one is not settled: it may be another stream's.
        #expect(ack?.sequence == 5)
        #expect(ack?.refusedCount == 3)
        let counts = await rig.loop.submit { rig.engine.verdictCounts }
        let expected: [FixVerdict: UInt64] = [
            .live: 2, .late: 1, .duplicate: 1, .future: 1, .tooOld: 1, .foreignReference: 1,
        ]
        for verdict in FixVerdict.allCases {
            #expect(counts[Int(verdict.rawValue)] == expected[verdict] ?? 0, "\(verdict)")
        }
        await rig.close()
    }

    @Test("a record out of range is counted and settled; the others of its batch are taken")
    func outOfRange() async throws {
        let rig = try await IngestRig()
        let ack = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            var batch = try Batches.encode(
                [Batches.record(1), Batches.record(2, offset: 1)],
                base: rig.now
            )
            // The first record's latitude, 16 bytes into it: 91 degrees.
            let latitude = UInt32(bitPattern: 910_000_000)
            for byte in 0..<4 {
                batch[16 + 16 + byte] = UInt8(truncatingIfNeeded: latitude >> UInt32(8 * byte))
            }
            try await phone.stream.send(batch)
            return try await phone.finish()
        }
        #expect(ack?.sequence == 2)
        #expect(ack?.refusedCount == 1)
        await rig.until { rig.count(.outOfRange) == 1 && rig.count(.live) == 1 }
        await rig.close()
    }

    @Test(
        "a batch that breaks the format ends the stream",
        arguments: [
            // One byte short of its two records; a flag of the batch; a flag of a record.
            { $0.removeLast() },
            { $0[4] = 1 },
            { $0[16 + 31] = 1 },
        ] as [@Sendable (inout [UInt8]) -> Void]
    )
    func malformed(change: @escaping @Sendable (inout [UInt8]) -> Void) async throws {
        let rig = try await IngestRig()
        let error = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            var batch = try Batches.encode(
                [Batches.record(1), Batches.record(2)],
                base: rig.now
            )
            change(&batch)
            try await phone.stream.send(batch)
            return await callError { _ = try await phone.acknowledgement() }
        }
        #expect(error?.code == .invalidArgument)
        await rig.close()
    }

    @Test("off duty nothing is taken or settled; once the shift opens the same fixes are")
    func offDuty() async throws {
        let rig = try await IngestRig()
        let (first, second) = try await rig.run {
            try rig.serveEdge()
            let phone = try await rig.phone(7)
            try await phone.send([Batches.record(1), Batches.record(2)], base: rig.now)
            let first = try await phone.finish()
            rig.engine.apply(IngestRig.event(7))
            let again = try await rig.phone(7)
            try await again.send([Batches.record(1), Batches.record(2)], base: rig.now)
            return (first, try await again.finish())
        }
        #expect(first?.sequence == 0)
        #expect(first?.driverReference == DriverReference(0))
        #expect(first?.refusedCount == 2)
        #expect(second?.sequence == 2)
        await rig.close()
    }

    @Test("a shift that closes while the stream is open refuses what follows")
    func closes() async throws {
        let rig = try await IngestRig()
        let ack = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send([Batches.record(1)], base: rig.now)
            await rig.turn()
            // Another shift's end changes nothing, his own does.
            rig.engine.apply(IngestRig.event(7, shift: 9, isOpen: false))
            try await phone.send([Batches.record(2, offset: 1)], base: rig.now)
            await rig.turn()
            rig.engine.apply(IngestRig.event(7, isOpen: false))
            try await phone.send([Batches.record(3, offset: 2)], base: rig.now)
            return try await phone.finish()
        }
        #expect(ack?.refusedCount == 1)
        await rig.until { rig.count(.live) == 2 && rig.count(.offDuty) == 1 }
        await rig.close()
    }

    @Test("after a restart of ours a stream's end settles from its lowest number on")
    func resumes() async throws {
        let rig = try await IngestRig()
        let ack = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send(
                [Batches.record(5002, offset: 1), Batches.record(5001)],
                base: rig.now
            )
            return try await phone.finish()
        }
        #expect(ack?.sequence == 5002)
        await rig.close()
    }

    @Test("a newer stream of a driver takes over, and hears how far the older one came")
    func replaced() async throws {
        let rig = try await IngestRig()
        let (error, ack) = try await rig.run {
            try rig.serveEdge()
            rig.engine.apply(IngestRig.event(7))
            let older = try await rig.phone(7)
            try await older.send([Batches.record(1)], base: rig.now)
            await rig.turn()
            let client = rig.client(["edge"], as: "driver 7")
            let newer = try await client.open(
                IngestMethods.streamLocations.descriptor,
                [],
                isEnd: false
            )
            let ack = try await newer.next().map { try LocationAck(decoding: $0) }
            let error = await callError {
                while try await older.acknowledgement() != nil {}
            }
            return (error, ack)
        }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.subCode == IngestSubCode.streamReplaced.rawValue)
        #expect(ack?.sequence == 1)
        await rig.close()
    }

    @Test("a phone that only sends what is refused is cut off at the limit, not before")
    func cutOff() async throws {
        let rig = try await IngestRig()
        let (before, error) = try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            let limit = LocationEngine.refusedRunMax
            let foreign = Batches.record(1, reference: 8)
            try await phone.send(
                Array(repeating: foreign, count: limit - 1),
                base: rig.now
            )
            await rig.turn()
            let before = rig.engine.streamCount
            try await phone.send([foreign], base: rig.now)
            let error = await callError { while try await phone.acknowledgement() != nil {} }
            return (before, error)
        }
        #expect(before == 1)
        #expect(error?.code == .resourceExhausted)
        #expect(error?.subCode == IngestSubCode.tooManyRefused.rawValue)
        await rig.close()
    }

    @Test("business time set back does not hide what comes after")
    func timeSetBack() async throws {
        let rig = try await IngestRig()
        try await rig.run {
            let phone = try await rig.phoneOnDuty(7)
            try await phone.send([Batches.record(1)], base: rig.now)
            await rig.turn()
            rig.time.setWallTime(rig.time.wallTime.advanced(by: .seconds(-86_400)))
            await rig.advance(by: .milliseconds(1))
            try await phone.send([Batches.record(2)], base: rig.now)
            await rig.turn()
        }
        await rig.until { rig.count(.live) == 2 }
        await rig.close()
    }
}
