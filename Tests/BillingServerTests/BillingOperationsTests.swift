import BillingCore
import BillingServer
import Delivery
import DeliverySQL
import Messages
import Model
import Money
import Storage
import StorageSQLite
import TestSupport
import Testing
import Timekeeping
import WireFormat

/// Billing with a real store and a clock that stands still.
private final class BillingRig {
    static let tenant = TenantID(7)
    static let november = BillingMonth(year: 2026, month: 11, offsetSeconds: 0)!

    let folder: TemporaryDirectory
    let time = ManualTimeSource(wallTime: november.start)
    let store: SQLiteStore
    private let executor = CommandExecutor(BillingCommands())
    private var generator = SeededGenerator(seed: 3)

    init() async throws {
        folder = try TemporaryDirectory()
        store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "billing.db")), time: time)
        _ = try await Migrator.run(
            [DeliverySchema.migrations, BillingSchema.migrations],
            on: store,
            at: time.wallTime
        )
    }

    func id<Kind>(_ kind: EntityID<Kind>.Type = EntityID<Kind>.self) -> EntityID<Kind> {
        EntityID<Kind>(at: time.wallTime, using: &generator)
    }

    @discardableResult
    func send<Request: WireMessage, Reply>(
        _ method: Method<Request, Reply>,
        _ message: Request,
        key: IdempotencyKey? = nil,
        tenant: TenantID = tenant
    ) async throws -> CommandReply {
        let command = Command(
            destination: .billing,
            method: method.descriptor.id,
            key: key ?? id(),
            tenant: tenant,
            subject: "service:dispatch",
            body: try message.encoded()
        )
        return try await executor.execute(command, at: time.wallTime, on: store)
    }

    @discardableResult
    func plan(version: UInt32 = 1, offsetSeconds: Int32 = 0) async throws -> CommandReply {
        try await send(
            BillingMethods.applyPlan,
            ApplyPlanRequest.with {
                $0.version = version
                $0.commissionBasisPoints = 1500
                $0.taxBasisPoints = 800
                $0.offsetSeconds = offsetSeconds
                $0.planName = "standard"
                var fee = TripFee()
                fee.amountMinorUnits = 25
                fee.currency = .usDollar
                $0.tripFees = [fee]
            }
        )
    }

    func report(
        cents: Int64 = 9_000,
        currency: Currency? = .usDollar,
        at moment: WallTime = november.start
    ) -> TripUsageReport {
        TripUsageReport.with {
            $0.trip = id()
            $0.booking = id()
            $0.partner = id()
            $0.driver = id()
            $0.completedAt = moment
            $0.fareMinorUnits = cents
            $0.currency = currency
        }
    }

    func statement(
        year: UInt16 = 2026,
        month: UInt8 = 11,
        tenant: TenantID = tenant
    ) async throws -> StatementReply? {
        try await store.read { session throws(StorageError) in
            var request = GetStatementRequest()
            request.year = year
            request.month = month
            return try BillingQueries.statement(
                request,
                of: tenant,
                at: WallTime(secondsSinceEpoch: 1_800_000_000),
                in: session
            )
        }
    }

    func status() async throws -> BillingStatusReply {
        try await store.read { session throws(StorageError) in
            try BillingQueries.status(of: nil, in: session)
        }
    }
}

@Suite("Billing operations")
struct BillingOperationsTests {
    private func code(_ reply: CommandReply) -> StatusCode? { StatusCode(rawValue: reply.code) }

    @Test("trips appear on their month's statement with commission and fee")
    func trips() async throws {
        let rig = try await BillingRig()
        #expect(try await rig.plan().isOK)
        for cents: Int64 in [9_000, 1_234] {
            #expect(
                try await rig.send(BillingMethods.recordTripUsage, rig.report(cents: cents))
                    .isOK
            )
        }
        let section = try #require(try await rig.statement()?.sections.first)
        #expect(section.tripCount == 2)
        #expect(section.faresMinorUnits == 10_234)
        // 12.50 and 1.71 (15 % of 11.43).
        #expect(section.commissionMinorUnits == 1_421)
        #expect(section.tripFeesMinorUnits == 50)
        #expect(section.dueMinorUnits == 1_471)
    }

    @Test("a trip counts once: under the same key, under another, and never with another content")
    func once() async throws {
        let rig = try await BillingRig()
        try await rig.plan()
        let report = rig.report()
        let key: IdempotencyKey = rig.id()
        for _ in 0..<3 {
            #expect(try await rig.send(BillingMethods.recordTripUsage, report, key: key).isOK)
        }
        #expect(try await rig.send(BillingMethods.recordTripUsage, report).isOK)
        var changed = report
        changed.fareMinorUnits += 1
        let refused = try await rig.send(BillingMethods.recordTripUsage, changed)
        #expect(code(refused) == .failedPrecondition)
        #expect(refused.subCode == BillingSubCode.contradiction.rawValue)
        #expect(try await rig.statement()?.sections.first?.faresMinorUnits == 9_000)
        let status = try await rig.status()
        #expect(status.tripTotal == 1 && status.repeatedTotal == 1 && status.refusedTotal == 1)
    }

    @Test("without a plan usage waits: the refusal is transient and nothing is lost")
    func noPlan() async throws {
        let rig = try await BillingRig()
        let report = rig.report()
        let key: IdempotencyKey = rig.id()
        let early = try await rig.send(BillingMethods.recordTripUsage, report, key: key)
        #expect(code(early) == .unavailable)
        #expect(early.isTransient)
        try await rig.plan()
        #expect(try await rig.send(BillingMethods.recordTripUsage, report, key: key).isOK)
        #expect(try await rig.status().tripTotal == 1)
    }

    @Test("months begin where the tenant's offset says")
    func offset() async throws {
        let rig = try await BillingRig()
        try await rig.plan(offsetSeconds: -3600)
        let report = rig.report(at: BillingRig.november.start)
        try await rig.send(BillingMethods.recordTripUsage, report)
        #expect(try await rig.statement(month: 11)?.sections.isEmpty == true)
        #expect(try await rig.statement(month: 10)?.sections.first?.tripCount == 1)
    }

    @Test(
        "after its month was closed a trip stands on the next one; a month closes once, when it is over"
    )
    func closing() async throws {
        let rig = try await BillingRig()
        try await rig.plan()
        let month = BillingRig.november
        func close(at moment: WallTime) async throws -> Bool {
            try await rig.store.write { session throws(StorageError) in
                try ClosedStatementTable.close(
                    month,
                    of: BillingRig.tenant,
                    at: moment,
                    in: session
                )
            }
        }
        #expect(try await !close(at: month.end.advanced(by: .microseconds(-1))))
        #expect(try await close(at: month.end))
        #expect(try await !close(at: month.end))
        try await rig.send(BillingMethods.recordTripUsage, rig.report())
        #expect(try await rig.statement(month: 11)?.isClosed == true)
        #expect(try await rig.statement(month: 11)?.sections.isEmpty == true)
        #expect(try await rig.statement(month: 12)?.sections.first?.tripCount == 1)
    }

    @Test("another tenant's statement shows nothing of this one's trips")
    func isolation() async throws {
        let rig = try await BillingRig()
        try await rig.plan()
        try await rig.send(BillingMethods.recordTripUsage, rig.report())
        #expect(try await rig.statement(tenant: TenantID(8))?.sections.isEmpty == true)
    }

    @Test(
        "an older plan is refused, the same one again is not; lines keep what they were counted with"
    )
    func plans() async throws {
        let rig = try await BillingRig()
        try await rig.plan(version: 2)
        #expect(try await rig.plan(version: 2).isOK)
        let stale = try await rig.plan(version: 1)
        #expect(stale.subCode == BillingSubCode.revisionStale.rawValue)
    }

    @Test("no currency, nonsense bodies and unknown methods are refused")
    func refusals() async throws {
        let rig = try await BillingRig()
        try await rig.plan()
        let nowhere = rig.report(currency: nil)
        let refused = try await rig.send(BillingMethods.recordTripUsage, nowhere)
        #expect(code(refused) == .invalidArgument)
        let late = rig.report(at: WallTime(microseconds: .max))
        let outside = try await rig.send(BillingMethods.recordTripUsage, late)
        #expect(outside.subCode == BillingSubCode.timeInvalid.rawValue)
        #expect(try await rig.statement(year: 9999) == nil)
        #expect(try await rig.status().tripTotal == 0)
    }

    @Test("the store's sums are those of the core's statement over the same lines")
    func agreement() async throws {
        let rig = try await BillingRig()
        try await rig.plan()
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<60 {
            let report = rig.report(
                cents: .random(in: 0...100_000, using: &generator),
                currency: [.usDollar, .euro, .yen].randomElement(using: &generator)!
            )
            try await rig.send(BillingMethods.recordTripUsage, report)
        }
        let lines = try await rig.store.read { session throws(StorageError) in
            try UsageTable.lines(
                of: BillingRig.november,
                BillingRig.tenant,
                after: .none,
                limit: 100,
                in: session
            )
        }
        let expected = try Statement(
            tenant: BillingRig.tenant,
            month: BillingRig.november,
            lines: lines
        )
        let sections = try #require(try await rig.statement()).sections
        #expect(lines.count == 60)
        #expect(sections.map(\.currency) == expected.sections.map(\.currency))
        #expect(sections.map(\.dueMinorUnits) == expected.sections.map(\.due.minorUnits))
        #expect(sections.map(\.faresMinorUnits) == expected.sections.map(\.fares.minorUnits))
        #expect(sections.map(\.taxMinorUnits) == expected.sections.map(\.tax.minorUnits))
    }
}
