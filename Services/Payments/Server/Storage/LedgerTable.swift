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

    /// Books a posting, all of it or nothing.
    ///
    /// - Throws: `.invalid` where another posting has its id or a sum would not fit: a fault of ours.
    package static func post(
        _ posting: LedgerPosting,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Ledger.Outcome {
        let isNew =
            try session.execute(
                """
                INSERT INTO ledger_postings (tenant, posting, kind, payment, operation, posted_at, entry_count)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, posting) DO NOTHING
                """,
                [
                    .tenant(tenant), .id(posting.id), .code(posting.effect.kind),
                    .id(posting.effect.payment), .integer(Int64(posting.effect.operation)),
                    .time(posting.postedAt), .integer(Int64(posting.entries.count)),
                ]
            ) == 1
        guard isNew else {
            guard try entries(of: posting.id, tenant, in: session) == posting.entries else {
                throw StorageError(.invalid, "another posting has the id \(posting.id)")
            }
            return .repeated
        }
        for (position, entry) in posting.entries.enumerated() {
            try insert(entry, position, posting.id, tenant, in: session)
            try add(entry, tenant, in: session)
        }
        return .posted
    }

    private static func insert(
        _ entry: LedgerEntry,
        _ position: Int,
        _ posting: PostingID,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO ledger_entries (tenant, posting, position, account, provider, currency, side, amount)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [.tenant(tenant), .id(posting), .integer(Int64(position))] + account(entry.account)
                + [.code(entry.side), .integer(entry.minorUnits)]
        )
    }

    private static func add(
        _ entry: LedgerEntry,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        let debit = entry.side == .debit ? entry.minorUnits : 0
        let credit = entry.side == .credit ? entry.minorUnits : 0
        // A sum past 64 bits would turn into a floating point number in SQLite: the second line refuses it there,
        // PostgreSQL refuses it by itself.
        let changed = try session.execute(
            """
            INSERT INTO ledger_balances (tenant, account, provider, currency, debits, credits)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant, account, provider, currency) DO UPDATE SET
                debits = ledger_balances.debits + excluded.debits,
                credits = ledger_balances.credits + excluded.credits
            WHERE ledger_balances.debits <= 9223372036854775807 - excluded.debits
                AND ledger_balances.credits <= 9223372036854775807 - excluded.credits
            """,
            [.tenant(tenant)] + account(entry.account) + [.integer(debit), .integer(credit)]
        )
        guard changed == 1 else {
            throw StorageError(.invalid, "an account's sum does not fit 64 bits")
        }
    }

    private static func account(_ account: LedgerAccount) -> [SQLValue] {
        [
            .code(account.kind), .integer(Int64(account.provider?.rawValue ?? 0)),
            .currency(account.currency),
        ]
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
        let rows = try session.query(
            """
            SELECT account, provider, currency, side, amount FROM ledger_entries
            WHERE tenant = $1 AND posting = $2 ORDER BY position
            """,
            [.tenant(tenant), .id(posting)]
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
    /// - Complexity: O(n) in the tenant's entries.
    package static func audit(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Audit {
        let postings = try session.first(
            """
            SELECT count(*), CAST(coalesce(sum(entry_count), 0) AS BIGINT) FROM ledger_postings
            WHERE tenant = $1
            """,
            [.tenant(tenant)]
        )
        let entries = try session.first(
            "SELECT count(*) FROM ledger_entries WHERE tenant = $1",
            [.tenant(tenant)]
        )
        let unbalanced = try session.first(
            """
            SELECT count(*) FROM (
                SELECT posting FROM ledger_entries WHERE tenant = $1 GROUP BY posting, currency
                HAVING sum(CASE WHEN side = 1 THEN amount ELSE -amount END) <> 0
            ) AS broken
            """,
            [.tenant(tenant)]
        )
        let summed = try trialBalance(
            try session.query(
                """
                SELECT account, provider, currency,
                    CAST(sum(CASE WHEN side = 1 THEN amount ELSE 0 END) AS BIGINT),
                    CAST(sum(CASE WHEN side = 2 THEN amount ELSE 0 END) AS BIGINT)
                FROM ledger_entries WHERE tenant = $1 GROUP BY account, provider, currency
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
}
