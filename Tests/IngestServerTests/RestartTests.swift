import IngestCore
import IngestServer
import LinkSupport
import Messages
import Model
import Reactor
import Storage
import TestSupport
import Testing
import Timekeeping

/// A shift of one driver on a trip, over a restart of ingest that lost what was not stored.
@Suite("Fixes of a trip over a restart", .timeLimit(.minutes(1)))
struct RestartTests {
    private static let driver: UInt64 = 7
    private static let shift = ShiftID(bits: 2007)

    @Test("what was not acknowledged is taken, though the phone sends what is newer before it")
    func newestFirst() async throws {
        let rig = try await IngestRig()
        try await Self.loseFixes(rig)
        let acknowledged = Recorder<UInt32>()
        let phone = try await rig.run {
            try rig.restart()
            rig.engine.apply(IngestRig.event(Self.driver))
            let phone = try await rig.phone(Self.driver)
            Self.read(phone, into: acknowledged, rig)
            try await Self.send(101...101, phone, rig)
            return phone
        }
        // As long as a phone may take before it sends again what is not acknowledged.
        await Self.pass(seconds: 15, rig)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await Self.sendAgain(phone, acknowledged, rig)
        await rig.close()
    }

    @Test("what a stream brought before its shift was known is taken when it comes again")
    func beforeTheShift() async throws {
        let rig = try await IngestRig()
        try await Self.loseFixes(rig)
        let acknowledged = Recorder<UInt32>()
        let phone = try await rig.run {
            try rig.restart()
            let phone = try await rig.phone(Self.driver)
            Self.read(phone, into: acknowledged, rig)
            try await Self.send(41...100, phone, rig)
            await rig.turn()
            rig.engine.apply(IngestRig.event(Self.driver))
            try await Self.send(101...101, phone, rig)
            return phone
        }
        await Self.pass(seconds: 15, rig)
        #expect(await rig.loop.submit { rig.count(.offDuty) } == 60)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await Self.sendAgain(phone, acknowledged, rig)
        await rig.close()
    }

    @Test("a phone that has nothing older is acknowledged once its time to send it is over")
    func nothingOlder() async throws {
        let rig = try await IngestRig()
        let acknowledged = Recorder<UInt32>()
        let phone = try await rig.run {
            let phone = try await rig.phoneOnDuty(Self.driver)
            Self.read(phone, into: acknowledged, rig)
            try await Self.send(101...101, phone, rig)
            return phone
        }
        await Self.pass(seconds: 19, rig)
        try await rig.run { try await Self.send(102...102, phone, rig) }
        await Self.pass(seconds: 3, rig)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await rig.run { try await Self.send(103...103, phone, rig) }
        await Self.pass(seconds: 1, rig)
        await rig.until { rig.engine.trail.unstoredCount == 0 }
        await Self.pass(seconds: 3, rig)
        #expect(acknowledged.elements.last == 103)
        await rig.close()
    }

    @Test("the time begins anew with a stream: the one before ended before the phone had sent all")
    func reconnects() async throws {
        let rig = try await IngestRig()
        let acknowledged = Recorder<UInt32>()
        try await rig.run {
            let phone = try await rig.phoneOnDuty(Self.driver)
            try await Self.send(101...101, phone, rig)
            await rig.turn()
            rig.cut("edge")
            try rig.serveEdge()
        }
        await Self.pass(seconds: 30, rig)
        let phone = try await rig.run {
            let phone = try await rig.phone(Self.driver)
            Self.read(phone, into: acknowledged, rig)
            try await Self.send(102...102, phone, rig)
            return phone
        }
        await Self.pass(seconds: 15, rig)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await Self.sendAgain(phone, acknowledged, rig, storedFrom: 41)
        await rig.close()
    }

    // MARK: - Parts

    /// Fixes 1 to 40 are stored and acknowledged, 41 to 100 are taken and not stored.
    private static func loseFixes(_ rig: IngestRig) async throws {
        let phone = try await rig.run {
            let phone = try await rig.phoneOnDuty(driver)
            try await send(1...40, phone, rig)
            return phone
        }
        await rig.until { rig.count(.live) == 40 }
        await pass(seconds: 3, rig)
        await rig.until { rig.engine.trail.unstoredCount == 0 }
        rig.store.fail(with: StorageError(.unavailable, "the machine is about to die"))
        try await rig.run { try await send(41...100, phone, rig) }
        await rig.until { rig.count(.live) == 100 }
        #expect(try await stored(rig) == Array(1...40))
        await rig.loop.submit { rig.cut("edge") }
        rig.store.fail(with: nil)
    }

    /// The phone sends 41 to 100 again and goes on; all of it is stored, and only then acknowledged.
    private static func sendAgain(
        _ phone: Phone,
        _ acknowledged: Recorder<UInt32>,
        _ rig: IngestRig,
        storedFrom first: UInt32 = 1
    ) async throws {
        try await rig.run { try await send(41...100, phone, rig) }
        await pass(seconds: 6, rig)
        try await rig.run { try await send(102...103, phone, rig) }
        await pass(seconds: 6, rig)
        await rig.until { rig.engine.trail.unstoredCount == 0 }
        await pass(seconds: 3, rig)
        #expect(acknowledged.elements.last == 103)
        #expect(try await stored(rig) == Array(first...103))
    }

    private static func send(
        _ numbers: ClosedRange<UInt32>,
        _ phone: Phone,
        _ rig: IngestRig
    ) async throws {
        let fixes = numbers.map { Batches.record($0, offset: Int32($0), status: .occupied) }
        try await phone.send(fixes, base: rig.now)
    }

    /// Writes down what is acknowledged, until the stream ends. On the loop.
    private static func read(
        _ phone: Phone,
        into acknowledged: Recorder<UInt32>,
        _ rig: IngestRig
    ) {
        rig.loop.spawn {
            while let ack = try? await phone.acknowledgement() { acknowledged.append(ack.sequence) }
        }
    }

    private static func pass(seconds: Int, _ rig: IngestRig) async {
        await rig.advance(by: .milliseconds(100), times: 10 * seconds)
    }

    private static func stored(_ rig: IngestRig) async throws -> [UInt32] {
        try await rig.store.read { session throws(StorageError) in
            try TrailTable.fixes(
                of: shift,
                of: IngestRig.tenant,
                after: 0,
                limit: 1000,
                in: session
            )
        }.map(\.fix.sequence)
    }
}
