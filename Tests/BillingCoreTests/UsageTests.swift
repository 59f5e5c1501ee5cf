import BillingCore
import Model
import Money
import TestSupport
import Testing
import Timekeeping

enum Fixture {
    static let plan = BillingPlan(
        commissionBasisPoints: 1500,
        taxBasisPoints: 800,
        tripFees: [Amount(minorUnits: 25, currency: .usDollar)]
    )!
    static let november = BillingMonth(year: 2026, month: 11, offsetSeconds: 0)!

    static func usage(
        _ minorUnits: Int64 = 9_000,
        _ currency: Currency = .usDollar,
        at moment: WallTime = november.start,
        seed: UInt64 = 1
    ) -> TripUsage {
        var generator = SeededGenerator(seed: seed)
        return TripUsage(
            trip: TripID(at: moment, using: &generator),
            booking: BookingID(at: moment, using: &generator),
            completedAt: moment,
            fare: Amount(minorUnits: minorUnits, currency: currency)
        )
    }

    static func line(
        of usage: TripUsage,
        plan: BillingPlan = plan,
        closedThrough: BillingMonth? = nil
    ) throws -> UsageLine {
        let decision = try UsageRule.decide(
            on: usage,
            existing: nil,
            plan: plan,
            closedThrough: closedThrough,
            offsetSeconds: 0
        )
        guard case .counted(let line) = decision else {
            throw Unexpected()
        }
        return line
    }
}

struct Unexpected: Error {}

@Suite("Usage")
struct UsageTests {
    private func decide(_ usage: TripUsage, existing: UsageLine? = nil) throws -> UsageDecision {
        try UsageRule.decide(
            on: usage,
            existing: existing,
            plan: Fixture.plan,
            closedThrough: nil,
            offsetSeconds: 0
        )
    }

    @Test("a trip costs its commission and its fee, as the ledger shares the same fare")
    func amounts() throws {
        let line = try Fixture.line(of: Fixture.usage())
        #expect(line.tax.minorUnits == 667)
        #expect(line.commission.minorUnits == 1250)
        #expect(line.tripFee.minorUnits == 25)
        #expect(!line.isLate)
    }

    @Test("a currency without a fee of its own pays none")
    func otherCurrency() throws {
        let line = try Fixture.line(of: Fixture.usage(9_000, .euro))
        #expect(line.tripFee == .zero(.euro))
    }

    @Test("the same report again is the same line; another content is a contradiction")
    func idempotence() throws {
        let usage = Fixture.usage()
        let line = try Fixture.line(of: usage)
        #expect(try decide(usage, existing: line) == .repeated(line))
        #expect(throws: UsageRefusal.contradiction) {
            try decide(Fixture.usage(9_001), existing: line)
        }
    }

    @Test("a report after the month was closed stands on the next one, marked")
    func late() throws {
        let last = Fixture.november.end.advanced(by: .microseconds(-1))
        let late = try Fixture.line(of: Fixture.usage(at: last), closedThrough: Fixture.november)
        #expect(late.isLate)
        #expect(late.month == Fixture.november.next)
        let onTime = try Fixture.line(
            of: Fixture.usage(at: Fixture.november.end),
            closedThrough: Fixture.november
        )
        #expect(!onTime.isLate)
        #expect(onTime.month == Fixture.november.next)
    }

    @Test("a negative fare and a time outside the calendar are refused; a free trip is not")
    func refusals() throws {
        #expect(throws: UsageRefusal.fareInvalid) { try decide(Fixture.usage(-1)) }
        #expect(throws: UsageRefusal.timeInvalid) {
            try decide(Fixture.usage(at: WallTime(microseconds: .max)))
        }
        #expect(try Fixture.line(of: Fixture.usage(0)).commission.isZero)
    }

    @Test("plans with nonsense in them do not exist")
    func plans() {
        let fee = Amount(minorUnits: 1, currency: .usDollar)
        let negative = Amount(minorUnits: -1, currency: .usDollar)
        func plan(_ commission: Int32, _ tax: Int32, _ fees: [Amount]) -> BillingPlan? {
            BillingPlan(commissionBasisPoints: commission, taxBasisPoints: tax, tripFees: fees)
        }
        #expect(plan(0, 0, []) != nil)
        #expect(plan(10_000, 10_000, [fee]) != nil)
        #expect(plan(-1, 0, []) == nil)
        #expect(plan(10_001, 0, []) == nil)
        #expect(plan(0, 10_001, []) == nil)
        #expect(plan(0, 0, [negative]) == nil)
        #expect(plan(0, 0, [fee, fee]) == nil)
    }
}
