internal import BillingCore
package import Messages
package import Model
internal import Money
package import Storage
package import Timekeeping

/// What billing answers without changing anything.
package enum BillingQueries {
    /// A tenant's statement for one of its months.
    ///
    /// - Returns: `nil` where the month is outside the years that can be billed. A tenant without a plan has months
    ///   in UTC, and empty ones.
    package static func statement(
        _ request: GetStatementRequest,
        of tenant: TenantID,
        at businessNow: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> StatementReply? {
        let plan = try PlanTable.find(of: tenant, in: session)
        guard
            let month = BillingMonth(
                year: Int32(request.year),
                month: Int32(request.month),
                offsetSeconds: plan?.offsetSeconds ?? 0
            )
        else { return nil }
        let closed = try ClosedStatementTable.last(of: tenant, in: session)
        var reply = StatementReply()
        reply.year = request.year
        reply.month = request.month
        reply.isClosed = closed.map { month.index <= $0 } ?? false
        reply.planVersion = plan?.version ?? 0
        reply.computedAt = businessNow
        for sums in try UsageTable.sums(of: month, tenant, in: session) {
            reply.sections.append(try section(sums))
        }
        return reply
    }

    private static func section(_ sums: UsageSums) throws(StorageError) -> StatementSection {
        let (due, overflow) = sums.commission.addingReportingOverflow(sums.tripFees)
        guard !overflow else {
            throw StorageError(.invalid, "a statement's sum does not fit 64 bits")
        }
        var section = StatementSection()
        section.currency = Currency(numericCode: sums.currency)
        section.tripCount = sums.tripCount
        section.faresMinorUnits = sums.fares
        section.taxMinorUnits = sums.tax
        section.commissionMinorUnits = sums.commission
        section.tripFeesMinorUnits = sums.tripFees
        section.dueMinorUnits = due
        return section
    }

    /// Billing in figures, of one tenant or of all.
    ///
    /// - Parameter tenant: `nil` is all.
    /// - Complexity: O(n) in lines: for people, not for a loop.
    package static func status(
        of tenant: TenantID?,
        in session: any SQLSession
    ) throws(StorageError) -> BillingStatusReply {
        let range: [SQLValue] = [
            tenant.map { .tenant($0) } ?? .integer(.min),
            tenant.map { .tenant($0) } ?? .integer(.max),
        ]
        var reply = BillingStatusReply()
        let plans = try session.first(
            "SELECT count(*) FROM plans WHERE tenant BETWEEN $1 AND $2",
            range
        )
        reply.tenantCount = try plans?.number(0) ?? 0
        let lines = try session.first(
            """
            SELECT count(*), coalesce(max(completed_at), 0) FROM usage_lines
            WHERE tenant BETWEEN $1 AND $2
            """,
            range
        )
        reply.tripTotal = try lines?.number(0) ?? 0
        reply.lastTripAt = try lines?.time(1) ?? .none
        let counters = try session.query(
            """
            SELECT kind, CAST(sum(total) AS BIGINT) FROM billing_counters
            WHERE tenant BETWEEN $1 AND $2 GROUP BY kind
            """,
            range
        )
        for row in counters {
            switch BillingCounter(rawValue: try row.integer(0)) {
            case .repeated: reply.repeatedTotal = try row.number(1)
            case .refused: reply.refusedTotal = try row.number(1)
            case nil: break
            }
        }
        return reply
    }
}
