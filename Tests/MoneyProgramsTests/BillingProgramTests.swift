import BillingServer
import Calls
import Messages
import Model
import Money
import ServiceRuntime
import Testing
import Timekeeping
import WireFormat

@Suite("The program billing", .timeLimit(.minutes(1)))
struct BillingProgramTests {
    private func start() async throws -> LinkedProgram {
        try await LinkedProgram(
            .billing,
            keys: { BillingKeys().add(to: &$0) },
            migrations: BillingServer.migrations
        ) { program, store in
            let server = try BillingServer(program, store: store)
            return (server.parts, server.port)
        }
    }

    /// 2026-11-10.
    private static let moment = WallTime(secondsSinceEpoch: 1_794_268_800)

    private func report(_ trip: UInt128, cents: Int64) -> TripUsageReport {
        TripUsageReport.with {
            $0.trip = TripID(bits: trip)
            $0.booking = BookingID(bits: trip)
            $0.partner = PartnerID(bits: 1)
            $0.driver = DriverID(bits: 1)
            $0.completedAt = Self.moment
            $0.fareMinorUnits = cents
            $0.currency = .usDollar
        }
    }

    private func statement(month: UInt8 = 11, year: UInt16 = 2026) -> GetStatementRequest {
        GetStatementRequest.with {
            $0.year = year
            $0.month = month
        }
    }

    @Test("usage before the plan is asked for again, then counted once and stands on the statement")
    func usage() async throws {
        let billing = try await start()
        let early = await billing.refusal(
            BillingMethods.recordTripUsage,
            report(1, cents: 9000),
            as: .dispatch
        )
        #expect(early?.code == .unavailable)
        _ = try await billing.call(
            BillingMethods.applyPlan,
            ApplyPlanRequest.with {
                $0.version = 1
                $0.commissionBasisPoints = 1500
            },
            as: .gateway
        )
        for _ in 0..<2 {
            _ = try await billing.call(
                BillingMethods.recordTripUsage,
                report(1, cents: 9000),
                as: .dispatch
            )
        }
        let token = try billing.token(PartnerID(bits: 1), [.readMoney])
        let answer = try await billing.call(
            BillingMethods.getStatement,
            statement(),
            as: .gateway,
            token: token
        )
        #expect(answer.sections.map(\.tripCount) == [1])
        #expect(answer.sections.first?.commissionMinorUnits == 1350)
        #expect(!answer.isClosed)
        let other = try await billing.call(
            BillingMethods.getStatement,
            statement(),
            as: .gateway,
            tenant: TenantID(8)
        )
        #expect(other.sections.isEmpty)
        await billing.stop()
    }

    @Test("a statement needs the right to read money and a month that there is")
    func refusals() async throws {
        let billing = try await start()
        let weak = try billing.token(PartnerID(bits: 1), [.book])
        let denied = await billing.refusal(
            BillingMethods.getStatement,
            statement(),
            as: .gateway,
            token: weak
        )
        #expect(denied?.code == .permissionDenied)
        let never = await billing.refusal(
            BillingMethods.getStatement,
            statement(year: 3000),
            as: .gateway
        )
        #expect(never?.code == .invalidArgument)
        #expect(never?.subCode == BillingSubCode.timeInvalid.rawValue)
        let foreign = await billing.refusal(
            BillingMethods.getStatement,
            statement(),
            as: .dispatch
        )
        #expect(foreign?.code == .permissionDenied)
        await billing.stop()
    }
}
