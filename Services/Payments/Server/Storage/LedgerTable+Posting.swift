package import Model
internal import Money
package import PaymentsCore
package import Storage

/// A posting of one tenant's ledger, on its way into the store.
package struct TenantPosting: Hashable, Sendable {
    /// Whose ledger.
    package let tenant: TenantID
    /// What is booked.
    package let posting: LedgerPosting

    /// A posting of `tenant`.
    package init(_ posting: LedgerPosting, of tenant: TenantID) {
        self.tenant = tenant
        self.posting = posting
    }
}

/// Booking: one posting or many, all of them or nothing.
extension LedgerTable {
    /// Books a posting.
    ///
    /// - Throws: As for many.
    package static func post(
        _ posting: LedgerPosting,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Ledger.Outcome {
        try post([TenantPosting(posting, of: tenant)], in: session)[0]
    }

    /// Books postings of any tenants in their order, with three statements for all of them where the engine takes sets.
    ///
    /// An account that many of them touch is written once, with the sum.
    ///
    /// - Returns: What became of each.
    /// - Throws: `.invalid` where another posting has the id of one of them or a sum would not fit: a fault of ours.
    package static func post(
        _ postings: [TenantPosting],
        in session: any SQLSession
    ) throws(StorageError) -> [Ledger.Outcome] {
        guard !postings.isEmpty else { return [] }
        let insertedCount = try session.executeBatch(insertPosting, postings.map(postingRow))
        var outcomes = [Ledger.Outcome](repeating: .posted, count: postings.count)
        if insertedCount < postings.count {
            try findRepeated(postings, &outcomes, in: session)
        }
        var entryRows: [[SQLValue]] = []
        entryRows.reserveCapacity(2 * postings.count)
        var sums = AccountSums()
        for (item, outcome) in zip(postings, outcomes) where outcome == .posted {
            let (tenant, posting) = (SQLValue.tenant(item.tenant), SQLValue.id(item.posting.id))
            for (position, entry) in item.posting.entries.enumerated() {
                entryRows.append(entryRow(entry, position, tenant, posting))
                try sums.add(entry, of: item.tenant)
            }
        }
        try session.executeBatch(insertEntry, entryRows)
        let sumRows = sums.rows
        guard try session.executeBatch(addSums, sumRows) == sumRows.count else {
            throw StorageError(.invalid, "an account's sum does not fit 64 bits")
        }
        return outcomes
    }

    /// Books postings at the end of the commit group, with those of all others who commit with the caller.
    ///
    /// What `post` would throw loses the caller's transaction then, and no other.
    package static func postAtGroupEnd(
        _ postings: [TenantPosting],
        in session: any SQLSession
    ) {
        session.leave(postings, to: groupPost)
    }

    private static let groupPost = GroupWrite<TenantPosting> {
        (postings, session) throws(StorageError) in
        _ = try post(postings, in: session)
    }

    /// Tells which postings were booked before: those that have entries already, since each is stored with its own in
    /// one transaction, and those that stand twice in `postings`.
    private static func findRepeated(
        _ postings: [TenantPosting],
        _ outcomes: inout [Ledger.Outcome],
        in session: any SQLSession
    ) throws(StorageError) {
        var fresh: [PostingKey: [LedgerEntry]] = [:]
        for (index, item) in postings.enumerated() {
            let key = PostingKey(tenant: item.tenant, posting: item.posting.id)
            var known = fresh[key] ?? []
            if known.isEmpty { known = try storedEntries(of: key.posting, key.tenant, in: session) }
            if known.isEmpty {
                fresh[key] = item.posting.entries
            } else if known == item.posting.entries {
                outcomes[index] = .repeated
            } else {
                throw StorageError(.invalid, "another posting has the id \(key.posting)")
            }
        }
    }

    private struct PostingKey: Hashable {
        let tenant: TenantID
        let posting: PostingID
    }

    // MARK: - Rows

    private static func postingRow(_ item: TenantPosting) -> [SQLValue] {
        let posting = item.posting
        return [
            .tenant(item.tenant), .id(posting.id), .code(posting.effect.kind),
            .id(posting.effect.payment), .integer(Int64(posting.effect.operation)),
            .time(posting.postedAt), .integer(Int64(posting.entries.count)),
        ]
    }

    private static func entryRow(
        _ entry: LedgerEntry,
        _ position: Int,
        _ tenant: SQLValue,
        _ posting: SQLValue
    ) -> [SQLValue] {
        [
            tenant, posting, .integer(Int64(position)),
            .code(entry.account.kind), .integer(Int64(entry.account.provider?.rawValue ?? 0)),
            .currency(entry.account.currency), .code(entry.side), .integer(entry.minorUnits),
        ]
    }

    // MARK: - Statements

    private static let insertPosting = SQLBatch(
        each: """
            INSERT INTO ledger_postings (tenant, posting, kind, payment, operation, posted_at, entry_count)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, posting) DO NOTHING
            """,
        set: """
            INSERT INTO ledger_postings (tenant, posting, kind, payment, operation, posted_at, entry_count)
            SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bigint[],
                $6::bigint[], $7::bigint[])
            ON CONFLICT (tenant, posting) DO NOTHING
            """
    )

    private static let insertEntry = SQLBatch(
        each: """
            INSERT INTO ledger_entries (tenant, posting, position, account, provider, currency, side, amount)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
        set: """
            INSERT INTO ledger_entries (tenant, posting, position, account, provider, currency, side, amount)
            SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[],
                $6::bigint[], $7::bigint[], $8::bigint[])
            """
    )

    // A sum past 64 bits would turn into a floating point number in SQLite: the last lines refuse it there, PostgreSQL
    // refuses it by itself.
    private static let addSums = SQLBatch(
        each: """
            INSERT INTO ledger_balances (tenant, account, provider, currency, debits, credits)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (tenant, account, provider, currency) DO UPDATE SET
                debits = ledger_balances.debits + excluded.debits,
                credits = ledger_balances.credits + excluded.credits
            WHERE ledger_balances.debits <= 9223372036854775807 - excluded.debits
                AND ledger_balances.credits <= 9223372036854775807 - excluded.credits
            """,
        set: """
            INSERT INTO ledger_balances (tenant, account, provider, currency, debits, credits)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                $6::bigint[])
            ON CONFLICT (tenant, account, provider, currency) DO UPDATE SET
                debits = ledger_balances.debits + excluded.debits,
                credits = ledger_balances.credits + excluded.credits
            WHERE ledger_balances.debits <= 9223372036854775807 - excluded.debits
                AND ledger_balances.credits <= 9223372036854775807 - excluded.credits
            """
    )
}

/// What a set of entries adds to each account: one row an account, since a set-based statement of PostgreSQL may
/// touch a row once.
private struct AccountSums {
    private struct Line {
        let tenant: TenantID
        let account: LedgerAccount
        var sums = LedgerBalance()
    }

    private struct Key: Hashable {
        let tenant: TenantID
        let account: LedgerAccount
    }

    /// In the order in which the accounts were first met.
    private var lines: [Line] = []
    private var places: [Key: Int] = [:]

    mutating func add(_ entry: LedgerEntry, of tenant: TenantID) throws(StorageError) {
        let key = Key(tenant: tenant, account: entry.account)
        let place: Int
        if let known = places[key] {
            place = known
        } else {
            place = lines.count
            places[key] = place
            lines.append(Line(tenant: tenant, account: entry.account))
        }
        do throws(LedgerError) {
            try lines[place].sums.add(entry)
        } catch {
            throw StorageError(.invalid, "an account's sum does not fit 64 bits")
        }
    }

    /// The arguments of the statement that adds them, by tenant and account: two instances that book at the same time
    /// take the rows' locks in one order.
    var rows: [[SQLValue]] {
        lines
            .sorted { left, right in
                left.tenant == right.tenant
                    ? left.account.sortKey < right.account.sortKey : left.tenant < right.tenant
            }
            .map { line in
                [
                    .tenant(line.tenant), .code(line.account.kind),
                    .integer(Int64(line.account.provider?.rawValue ?? 0)),
                    .currency(line.account.currency), .integer(line.sums.debits),
                    .integer(line.sums.credits),
                ]
            }
    }
}
