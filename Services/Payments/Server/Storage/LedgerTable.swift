package import Model
internal import Money
package import PaymentsCore
package import Storage

/// The stored ledger: postings with their entries, and each account's sums, kept in the same transaction.
package enum LedgerTable {
    /// How many postings and entries a tenant has, and whether they check.
    package struct Audit: Hashable, Sendable {
        /// How many postings.
        package let postingCount: UInt64
        /// How many entries they have together.
        package let entryCount: UInt64
        /// Whether every posting has its entries, every posting balances, and every account's sums are those of its
        /// entries, all added up anew.
        package let isSound: Bool
    }

    /// The account whose kind, provider and currency stand in three columns from `column` on.
    private static func account(
        _ row: SQLRow,
        _ column: Int
    ) throws(StorageError) -> LedgerAccount {
        let kind: LedgerAccount.Kind = try row.code(column)
        let currency = try row.currency(column + 2)
        guard try row.integer(column + 1) != 0 else { return .own(kind, currency) }
        return .atProvider(kind, try row.code(column + 1), currency)
    }

    /// A posting's entries in their order; empty where there is no such posting.
    package static func entries(
        of posting: PostingID,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> [LedgerEntry] {
        try session.runGroupWrites()
        return try storedEntries(of: posting, tenant, in: session)
    }

    /// The same without what is still to be booked at the end of the group.
    static func storedEntries(
        of posting: PostingID,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> [LedgerEntry] {
        let rows = try session.query(
            """
            SELECT account, provider, currency, side, amount FROM ledger_entries
            WHERE posting = $1 AND tenant = $2 ORDER BY position
            """,
            [.id(posting), .tenant(tenant)]
        )
        var entries: [LedgerEntry] = []
        for row in rows {
            entries.append(LedgerEntry(try row.code(3), try account(row, 0), try row.integer(4)))
        }
        return entries
    }

    /// The tenant's accounts with their sums as they are kept.
    package static func trialBalance(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> TrialBalance {
        try session.runGroupWrites()
        let rows = try session.query(
            """
            SELECT account, provider, currency, debits, credits FROM ledger_balances WHERE tenant = $1
            """,
            [.tenant(tenant)]
        )
        return try trialBalance(rows)
    }

    private static func trialBalance(_ rows: [SQLRow]) throws(StorageError) -> TrialBalance {
        var lines: [TrialBalanceLine] = []
        for row in rows {
            let sums = LedgerBalance(debits: try row.integer(3), credits: try row.integer(4))
            lines.append(TrialBalanceLine(account: try account(row, 0), sums: sums))
        }
        return TrialBalance(lines)
    }

    /// Adds everything up anew and compares.
    ///
    /// Entries are found through their postings, whose table is ordered by tenant; `strayEntryCount` counts those that
    /// cannot be found so.
    ///
    /// - Complexity: O(n log n) in the tenant's entries.
    package static func audit(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Audit {
        try session.runGroupWrites()
        let postings = try session.first(
            """
            SELECT count(*), CAST(coalesce(sum(entry_count), 0) AS BIGINT) FROM ledger_postings
            WHERE tenant = $1
            """,
            [.tenant(tenant)]
        )
        let entries = try session.first(
            """
            SELECT count(*) FROM ledger_postings AS p
            JOIN ledger_entries AS e ON e.posting = p.posting AND e.tenant = p.tenant
            WHERE p.tenant = $1
            """,
            [.tenant(tenant)]
        )
        let unbalanced = try session.first(
            """
            SELECT count(*) FROM (
                SELECT p.posting FROM ledger_postings AS p
                JOIN ledger_entries AS e ON e.posting = p.posting AND e.tenant = p.tenant
                WHERE p.tenant = $1 GROUP BY p.posting, e.currency
                HAVING sum(CASE WHEN e.side = 1 THEN e.amount ELSE -e.amount END) <> 0
            ) AS broken
            """,
            [.tenant(tenant)]
        )
        let summed = try trialBalance(
            try session.query(
                """
                SELECT e.account, e.provider, e.currency,
                    CAST(sum(CASE WHEN e.side = 1 THEN e.amount ELSE 0 END) AS BIGINT),
                    CAST(sum(CASE WHEN e.side = 2 THEN e.amount ELSE 0 END) AS BIGINT)
                FROM ledger_postings AS p
                JOIN ledger_entries AS e ON e.posting = p.posting AND e.tenant = p.tenant
                WHERE p.tenant = $1 GROUP BY e.account, e.provider, e.currency
                """,
                [.tenant(tenant)]
            )
        )
        let postingCount: UInt64 = try postings?.number(0) ?? 0
        let announcedCount: UInt64 = try postings?.number(1) ?? 0
        let entryCount: UInt64 = try entries?.number(0) ?? 0
        let kept = try trialBalance(of: tenant, in: session)
        return Audit(
            postingCount: postingCount,
            entryCount: entryCount,
            isSound: try unbalanced?.integer(0) == 0 && entryCount == announcedCount
                && kept == summed && kept.unbalancedCurrencies.isEmpty
        )
    }

    /// How many entries, of all tenants, belong to no posting; 0 in every ledger that is sound.
    ///
    /// - Complexity: O(n log n) in all entries.
    package static func strayEntryCount(
        in session: any SQLSession
    ) throws(StorageError) -> UInt64 {
        try session.runGroupWrites()
        let row = try session.first(
            """
            SELECT count(*) FROM ledger_entries AS e WHERE NOT EXISTS (
                SELECT 1 FROM ledger_postings AS p WHERE p.tenant = e.tenant AND p.posting = e.posting
            )
            """
        )
        return try row?.number(0) ?? 0
    }
}
