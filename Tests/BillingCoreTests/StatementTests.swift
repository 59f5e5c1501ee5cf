import BillingCore
import Model
import Money
import TestSupport
import Testing
import Timekeeping

@Suite("Statements")
struct StatementTests {
    private let tenant = TenantID(7)

    @Test("a month without trips is a statement without sections")
    func empty() throws {
        let statement = try Statement(tenant: tenant, month: Fixture.november, lines: [])
        #expect(statement.sections.isEmpty)
        #expect(statement.lines.isEmpty)
    }

    @Test("lines of other months are left out, and currencies are not mixed")
    func selection() throws {
        let lines = try [
            Fixture.line(of: Fixture.usage(9_000, seed: 1)),
            Fixture.line(of: Fixture.usage(500, .euro, seed: 2)),
            Fixture.line(of: Fixture.usage(7_000, at: Fixture.november.end, seed: 3)),
        ]
        let statement = try Statement(tenant: tenant, month: Fixture.november, lines: lines)
        #expect(statement.lines.count == 2)
        #expect(statement.sections.map(\.currency) == [.usDollar, .euro])
        #expect(statement.sections.map(\.tripCount) == [1, 1])
        #expect(statement.sections[0].due.minorUnits == 1275)
    }

    @Test("sums are those of the lines, in whatever order these come")
    func conservation() throws {
        try forAll(seed: 5, count: 500) { generator in
            let plan = BillingPlan(
                commissionBasisPoints: .random(in: 0...10_000, using: &generator),
                taxBasisPoints: .random(in: 0...10_000, using: &generator),
                tripFees: [
                    Amount(minorUnits: .random(in: 0...99, using: &generator), currency: .euro)
                ]
            )!
            var lines: [UsageLine] = []
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let seconds = Int64.random(in: 0..<2_592_000, using: &generator)
                let usage = Fixture.usage(
                    .random(in: 0...50_000, using: &generator),
                    Bool.random(using: &generator) ? .euro : .yen,
                    at: Fixture.november.start.advanced(by: .seconds(seconds)),
                    seed: generator.next()
                )
                lines.append(try Fixture.line(of: usage, plan: plan))
            }
            let statement = try Statement(tenant: tenant, month: Fixture.november, lines: lines)
            lines.shuffle(using: &generator)
            let shuffled = try Statement(tenant: tenant, month: Fixture.november, lines: lines)
            try hold(statement == shuffled, "the order of the lines shows")
            for section in statement.sections {
                let own = lines.filter { $0.usage.fare.currency == section.currency }
                func sum(_ part: (UsageLine) -> Amount) -> Int64 {
                    own.reduce(0) { $0 + part($1).minorUnits }
                }
                try hold(section.fares.minorUnits == sum(\.usage.fare), "fares")
                try hold(section.tax.minorUnits == sum(\.tax), "tax")
                try hold(
                    section.due.minorUnits == sum(\.commission) + sum(\.tripFee),
                    "what is due"
                )
                try hold(section.tripCount == own.count, "trips")
            }
        }
    }

    @Test("sums that do not fit 64 bits are an error")
    func overflow() throws {
        let lines = try [1, 2].map {
            try Fixture.line(of: Fixture.usage(.max, seed: UInt64($0)))
        }
        #expect(throws: MoneyError.self) {
            try Statement(tenant: tenant, month: Fixture.november, lines: lines)
        }
    }

    @Test("a month may be closed from its end on, not a microsecond before")
    func closing() {
        let month = Fixture.november
        #expect(!Statement.mayClose(month, at: month.end.advanced(by: .microseconds(-1))))
        #expect(Statement.mayClose(month, at: month.end))
    }
}
