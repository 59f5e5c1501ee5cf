internal import BillingCore
internal import Model
package import Storage
package import Timekeeping

/// Closes statements of months that are over, so that what a fleet was shown does not change any more.
package enum MonthClosing {
    /// How long after its end a month stays open, business time: reports of its last trips may wait in outboxes for
    /// as long as a sender tries.
    package static let grace = Duration.seconds(3 * 86_400)
    /// The wait between two looks, real time.
    package static let interval = Duration.seconds(60)
    /// Fleets looked at in one transaction.
    package static let pageCount = 200

    /// Closes, for every fleet with a plan, the last month that is over for longer than `grace`.
    ///
    /// - Returns: How many statements it closed.
    @discardableResult
    package static func closeDue(
        on store: any TransactionalStore,
        at businessNow: WallTime
    ) async throws(StorageError) -> Int {
        var cursor = Int64.min
        var closedCount = 0
        while !Task.isCancelled {
            let after = cursor
            let page = try await store.write { session throws(StorageError) in
                try closePage(after: after, at: businessNow, in: session)
            }
            closedCount += page.closedCount
            guard let last = page.last else { break }
            cursor = last
        }
        return closedCount
    }

    /// One page of fleets, by rising number.
    ///
    /// - Returns: The page's last fleet, as stored; `nil` where there are no more.
    private static func closePage(
        after cursor: Int64,
        at businessNow: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> (closedCount: Int, last: Int64?) {
        let rows = try session.query(
            "SELECT tenant, offset_seconds FROM plans WHERE tenant > $1 ORDER BY tenant LIMIT $2",
            [.integer(cursor), .integer(Int64(pageCount))]
        )
        var closedCount = 0
        for row in rows {
            guard let month = lastDue(at: businessNow, offsetSeconds: try row.number(1)) else {
                continue
            }
            let tenant = try row.tenant(0)
            let closed = try ClosedStatementTable.last(of: tenant, in: session)
            guard closed.map({ $0 < month.index }) ?? true else { continue }
            if try ClosedStatementTable.close(month, of: tenant, at: businessNow, in: session) {
                closedCount += 1
            }
        }
        return (closedCount, rows.count < pageCount ? nil : try rows.last?.integer(0))
    }

    /// The last month whose time to be closed has come; `nil` before the years that can be billed.
    static func lastDue(at businessNow: WallTime, offsetSeconds: Int32) -> BillingMonth? {
        let moment = businessNow.advanced(by: .zero - grace)
        guard let open = BillingMonth(containing: moment, offsetSeconds: offsetSeconds) else {
            return nil
        }
        // The month in which the grace began is still open; the one before it is over.
        return BillingMonth(
            year: (open.index - 1) / 12,
            month: (open.index - 1) % 12 + 1,
            offsetSeconds: offsetSeconds
        )
    }
}
