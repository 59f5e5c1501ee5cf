import Calls
import Foundation
import Messages
import Model
import Money
import ProcessSupport
import Reactor
import TestSupport
import Testing
import Timekeeping
import WireFormat

@Suite("Billing killed", .timeLimit(.minutes(5)))
struct BillingKillTests {
    private static let tenant = TenantID(7)
    private static let killCount = 20
    /// Reports that begin before each kill; each is sent twice, under two keys.
    private static let tripCount = 60
    /// 2026-11-10.
    private static let moment = WallTime(secondsSinceEpoch: 1_794_268_800)

    @Test("20 kills with 120 reports under way each: every trip stands on the statement once")
    func kills() async throws {
        let seed = UInt64.random(in: 1 ... .max)
        var generator = SeededGenerator(seed: seed)
        let folder = try TemporaryDirectory()
        let billing = try ServiceProcess("billing", in: folder, settings: [:])
        let loop = try EventLoop(name: "double", timeSource: SystemTimeSource())
        loop.start()
        let resolver = try NameResolver()
        let (dispatch, gateway) = await loop.submit {
            let port = billing.callPort
            return (
                PersistentCaller(
                    of: .billing,
                    at: port,
                    as: .dispatch,
                    on: loop,
                    resolver: resolver
                ),
                PersistentCaller(of: .billing, at: port, as: .gateway, on: loop, resolver: resolver)
            )
        }
        let answers = Recorder<StatusCode>()
        let total = Self.killCount * Self.tripCount
        var fares: Int64 = 0
        try await billing.start()
        _ = try await gateway.answer(
            to: BillingMethods.applyPlan,
            ApplyPlanRequest.with { $0.version = 1 },
            key: IdempotencyKey(bits: 1),
            tenant: Self.tenant
        )
        for kill in 0..<Self.killCount {
            // Every second one dies between a commit and its answer, the others at a random moment.
            let isAtPlace = kill % 2 == 1
            if isAtPlace {
                let pass = Int.random(in: 1...Self.tripCount, using: &generator)
                try await billing.launch(["NEXORS_FAILPOINT": "billing.after_usage_stored:\(pass)"])
            } else if kill > 0 {
                try await billing.start()
            }
            fares += begin(kill, by: dispatch, &generator, answers)
            try await end(billing, isAtPlace: isAtPlace, loop, &generator, seed)
        }
        try await billing.start()
        let codes = await answers.wait(forCount: 2 * total)
        #expect(codes.allSatisfy { $0 == .ok }, "seed \(seed)")
        let statement = try StatementReply(
            decoding: try await gateway.answer(
                to: BillingMethods.getStatement,
                GetStatementRequest.with {
                    $0.year = 2026
                    $0.month = 11
                },
                key: IdempotencyKey(bits: 2),
                tenant: Self.tenant
            )
        )
        #expect(statement.sections.map(\.tripCount) == [UInt32(total)], "seed \(seed)")
        #expect(statement.sections.first?.faresMinorUnits == fares, "seed \(seed)")
        #expect(await billing.terminate() == .code(0))
        await loop.spawn {
            await dispatch.close()
            await gateway.close()
        }.value
        stop(loop, resolver)
    }

    /// Sends the reports of one kill, each twice; returns their fares.
    private func begin(
        _ kill: Int,
        by dispatch: PersistentCaller,
        _ generator: inout SeededGenerator,
        _ answers: Recorder<StatusCode>
    ) -> Int64 {
        var fares: Int64 = 0
        for index in 1...Self.tripCount {
            let report = Self.report(
                UInt128(kill * Self.tripCount + index),
                cents: Int64.random(in: 1...50_000, using: &generator)
            )
            fares += report.fareMinorUnits
            for _ in 0..<2 {
                dispatch.loop.execute { Self.begin(report, by: dispatch, answers) }
            }
        }
        return fares
    }

    private func end(
        _ billing: ServiceProcess,
        isAtPlace: Bool,
        _ loop: EventLoop,
        _ generator: inout SeededGenerator,
        _ seed: UInt64
    ) async throws {
        if isAtPlace {
            #expect(await billing.exit() == .signal(SIGKILL), "seed \(seed)")
            return
        }
        let wait = Duration.milliseconds(Int.random(in: 0...60, using: &generator))
        _ = await loop.spawn { await loop.sleep(for: wait) }.value
        await billing.kill()
    }

    private func stop(_ loop: EventLoop, _ resolver: NameResolver) {
        resolver.stop()
        loop.stop()
        loop.join()
    }

    private static func report(_ trip: UInt128, cents: Int64) -> TripUsageReport {
        TripUsageReport.with {
            $0.trip = TripID(bits: trip)
            $0.booking = BookingID(bits: trip)
            $0.partner = PartnerID(bits: 1)
            $0.driver = DriverID(bits: 1)
            $0.completedAt = moment
            $0.fareMinorUnits = cents
            $0.currency = .usDollar
        }
    }

    /// Sends a report under a key of its own and records how it was answered.
    private static func begin(
        _ report: TripUsageReport,
        by dispatch: PersistentCaller,
        _ answers: Recorder<StatusCode>
    ) {
        let key = IdempotencyKey(bits: UInt128.random(in: 1 ... .max))
        dispatch.loop.spawn {
            do throws(CallError) {
                _ = try await dispatch.send(
                    BillingMethods.recordTripUsage,
                    report,
                    key: key,
                    tenant: tenant
                )
                answers.append(.ok)
            } catch {
                answers.append(error.code)
            }
        }
    }
}
