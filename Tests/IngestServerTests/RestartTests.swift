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
        let harness = try await IngestHarness()
        try await Self.loseFixes(harness)
        let acknowledged = Recorder<UInt32>()
        let phone = try await harness.run {
            try harness.restart()
            harness.engine.apply(IngestHarness.event(Self.driver))
            let phone = try await harness.phone(Self.driver)
            Self.read(phone, into: acknowledged, harness)
            try await Self.send(101...101, phone, harness)
            return phone
        }
        // As long as a phone may take before it sends again what is not acknowledged.
        await Self.pass(seconds: 15, harness)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await Self.sendAgain(phone, acknowledged, harness)
        await harness.close()
    }

    @Test("what a stream brought before its shift was known is taken when it comes again")
    func beforeTheShift() async throws {
        let harness = try await IngestHarness()
        try await Self.loseFixes(harness)
        let acknowledged = Recorder<UInt32>()
        let phone = try await harness.run {
            try harness.restart()
            let phone = try await harness.phone(Self.driver)
            Self.read(phone, into: acknowledged, harness)
            try await Self.send(41...100, phone, harness)
            await harness.turn()
            harness.engine.apply(IngestHarness.event(Self.driver))
            try await Self.send(101...101, phone, harness)
            return phone
        }
        await Self.pass(seconds: 15, harness)
        #expect(await harness.loop.submit { harness.count(.offDuty) } == 60)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await Self.sendAgain(phone, acknowledged, harness)
        await harness.close()
    }

    @Test("a phone that has nothing older is acknowledged once its time to send it is over")
    func nothingOlder() async throws {
        let harness = try await IngestHarness()
        let acknowledged = Recorder<UInt32>()
        let phone = try await harness.run {
            let phone = try await harness.phoneOnDuty(Self.driver)
            Self.read(phone, into: acknowledged, harness)
            try await Self.send(101...101, phone, harness)
            return phone
        }
        await Self.pass(seconds: 19, harness)
        try await harness.run { try await Self.send(102...102, phone, harness) }
        await Self.pass(seconds: 3, harness)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await harness.run { try await Self.send(103...103, phone, harness) }
        await Self.pass(seconds: 1, harness)
        await harness.until { harness.engine.trail.unstoredCount == 0 }
        await Self.pass(seconds: 3, harness)
        #expect(acknowledged.elements.last == 103)
        await harness.close()
    }

    @Test("the time begins anew with a stream: the one before ended before the phone had sent all")
    func reconnects() async throws {
        let harness = try await IngestHarness()
        let acknowledged = Recorder<UInt32>()
        try await harness.run {
            let phone = try await harness.phoneOnDuty(Self.driver)
            try await Self.send(101...101, phone, harness)
            await harness.turn()
            harness.cut("edge")
            try harness.serveEdge()
        }
        await Self.pass(seconds: 30, harness)
        let phone = try await harness.run {
            let phone = try await harness.phone(Self.driver)
            Self.read(phone, into: acknowledged, harness)
            try await Self.send(102...102, phone, harness)
            return phone
        }
        await Self.pass(seconds: 15, harness)
        #expect(acknowledged.elements.allSatisfy { $0 == 0 }, "\(acknowledged.elements)")
        try await Self.sendAgain(phone, acknowledged, harness, storedFrom: 41)
        await harness.close()
    }

    // MARK: - Parts

    /// Fixes 1 to 40 are stored and acknowledged, 41 to 100 are taken and not stored.
    private static func loseFixes(_ harness: IngestHarness) async throws {
        let phone = try await harness.run {
            let phone = try await harness.phoneOnDuty(driver)
            try await send(1...40, phone, harness)
            return phone
        }
        await harness.until { harness.count(.live) == 40 }
        await pass(seconds: 3, harness)
        await harness.until { harness.engine.trail.unstoredCount == 0 }
        harness.store.fail(with: StorageError(.unavailable, "the machine is about to die"))
        try await harness.run { try await send(41...100, phone, harness) }
        await harness.until { harness.count(.live) == 100 }
        #expect(try await stored(harness) == Array(1...40))
        await harness.loop.submit { harness.cut("edge") }
        harness.store.fail(with: nil)
    }

    /// The phone sends 41 to 100 again and goes on; all of it is stored, and only then acknowledged.
    private static func sendAgain(
        _ phone: Phone,
        _ acknowledged: Recorder<UInt32>,
        _ harness: IngestHarness,
        storedFrom first: UInt32 = 1
    ) async throws {
        try await harness.run { try await send(41...100, phone, harness) }
        await pass(seconds: 6, harness)
        try await harness.run { try await send(102...103, phone, harness) }
        await pass(seconds: 6, harness)
        await harness.until { harness.engine.trail.unstoredCount == 0 }
        await pass(seconds: 3, harness)
        #expect(acknowledged.elements.last == 103)
        #expect(try await stored(harness) == Array(first...103))
    }

    private static func send(
        _ numbers: ClosedRange<UInt32>,
        _ phone: Phone,
        _ harness: IngestHarness
    ) async throws {
        let fixes = numbers.map { Batches.record($0, offset: Int32($0), status: .occupied) }
        try await phone.send(fixes, base: harness.now)
    }

    /// Writes down what is acknowledged, until the stream ends. On the loop.
    private static func read(
        _ phone: Phone,
        into acknowledged: Recorder<UInt32>,
        _ harness: IngestHarness
    ) {
        harness.loop.spawn {
            while let ack = try? await phone.acknowledgement() { acknowledged.append(ack.sequence) }
        }
    }

    private static func pass(seconds: Int, _ harness: IngestHarness) async {
        await harness.advance(by: .milliseconds(100), times: 10 * seconds)
    }

    private static func stored(_ harness: IngestHarness) async throws -> [UInt32] {
        try await harness.store.read { session throws(StorageError) in
            try TrailTable.fixes(
                of: shift,
                of: IngestHarness.tenant,
                after: 0,
                limit: 1000,
                in: session
            )
        }.map(\.fix.sequence)
    }
}
