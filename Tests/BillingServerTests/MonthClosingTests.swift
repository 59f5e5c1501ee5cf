import BillingCore
import DeliverySQL
import Model
import Money
import Storage
import StorageSQLite
import TestSupport
import Testing
import Timekeeping

@testable import BillingServer

@Suite("MonthClosing")
struct MonthClosingTests {
    private static let november = BillingMonth(year: 2026, month: 11, offsetSeconds: 0)!

    @Test("a month is due three days after its end, to the microsecond, in its own civil time")
    func due() throws {
        let edge = Self.november.end.advanced(by: MonthClosing.grace)
        #expect(MonthClosing.lastDue(at: edge, offsetSeconds: 0) == Self.november)
        let early = edge.advanced(by: .microseconds(-1))
        #expect(MonthClosing.lastDue(at: early, offsetSeconds: 0)?.month == 10)
        // Two hours ahead of UTC the month ended two hours earlier.
        let ahead = edge.advanced(by: .seconds(-7200))
        #expect(MonthClosing.lastDue(at: ahead, offsetSeconds: 7200)?.month == 11)
        #expect(MonthClosing.lastDue(at: ahead, offsetSeconds: 0)?.month == 10)
        let january = try #require(BillingMonth(year: 2027, month: 1, offsetSeconds: 0))
        let afterJanuary = january.end.advanced(by: MonthClosing.grace)
        #expect(MonthClosing.lastDue(at: afterJanuary, offsetSeconds: 0) == january)
        #expect(MonthClosing.lastDue(at: WallTime(secondsSinceEpoch: 0), offsetSeconds: 0) == nil)
    }

    @Test("every fleet's month is closed once, over pages, and a later month closes later")
    func closes() async throws {
        let folder = try TemporaryDirectory()
        let store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "billing.db")))
        let edge = Self.november.end.advanced(by: MonthClosing.grace)
        _ = try await Migrator.run(BillingServer.migrations, on: store, at: edge)
        let count = MonthClosing.pageCount + 1
        try await store.write { session throws(StorageError) in
            for number in 1...count {
                guard
                    let plan = BillingPlan(
                        commissionBasisPoints: 1500,
                        taxBasisPoints: 0,
                        tripFees: []
                    )
                else { continue }
                let stored = StoredPlan(
                    plan: plan,
                    version: 1,
                    name: "standard",
                    validFrom: edge,
                    offsetSeconds: 0
                )
                try PlanTable.put(stored, of: TenantID(UInt64(number)), in: session)
            }
        }
        let early = edge.advanced(by: .microseconds(-1))
        #expect(try await MonthClosing.closeDue(on: store, at: early) == count)
        #expect(try await MonthClosing.closeDue(on: store, at: edge) == count)
        #expect(try await MonthClosing.closeDue(on: store, at: edge) == 0)
        let last = try await store.read { session throws(StorageError) in
            try ClosedStatementTable.last(of: TenantID(UInt64(count)), in: session)
        }
        #expect(last == Self.november.index)
        await store.close()
    }
}
