internal import Model
package import Money

/// The sums of one account.
package struct LedgerBalance: Hashable, Sendable {
    /// All debits, zero or more.
    package internal(set) var debits: Int64 = 0
    /// All credits, zero or more.
    package internal(set) var credits: Int64 = 0

    /// An account's sums in minor units; the defaults are those of a new one.
    package init(debits: Int64 = 0, credits: Int64 = 0) {
        self.debits = debits
        self.credits = credits
    }

    /// What the account holds, counted so that its usual side is positive.
    package func balance(of kind: LedgerAccount.Kind) -> Int64 {
        // Both are zero or more, so the difference fits.
        kind.isDebitNormal ? debits - credits : credits - debits
    }
}

/// One line of a trial balance.
package struct TrialBalanceLine: Hashable, Sendable {
    /// The account.
    package let account: LedgerAccount
    /// What was booked on either side.
    package let sums: LedgerBalance

    /// What one account adds up to.
    package init(account: LedgerAccount, sums: LedgerBalance) {
        self.account = account
        self.sums = sums
    }
}

/// All accounts of one tenant with their sums, in a fixed order.
package struct TrialBalance: Hashable, Sendable {
    /// Ordered by kind, provider and currency.
    package let lines: [TrialBalanceLine]

    /// A trial balance of these lines, in any order.
    package init(_ lines: [TrialBalanceLine]) {
        self.lines = lines.sorted { $0.account.sortKey < $1.account.sortKey }
    }

    /// The currencies in which debits and credits differ, books and memo accounts each by themselves; empty in
    /// every ledger that is sound.
    package var unbalancedCurrencies: [Currency] {
        var differences: [(currency: Currency, isMemo: Bool, difference: Int128)] = []
        for line in lines {
            let difference = Int128(line.sums.debits) - Int128(line.sums.credits)
            let currency = line.account.currency
            let isMemo = line.account.kind.isMemo
            if let index = differences.firstIndex(where: {
                $0.currency == currency && $0.isMemo == isMemo
            }) {
                differences[index].difference += difference
            } else {
                differences.append((currency, isMemo, difference))
            }
        }
        return differences.filter { $0.difference != 0 }.map(\.currency)
    }

    /// The balance of `account`, its usual side positive; zero where it was never used.
    package func balance(of account: LedgerAccount) -> Int64 {
        lines.first { $0.account == account }?.sums.balance(of: account.kind) ?? 0
    }
}

/// The ledger of one tenant in memory: the rules that the stored one follows, and its reference in tests.
package struct Ledger: Sendable {
    /// What became of a posting.
    package enum Outcome: Hashable, Sendable {
        /// Booked now.
        case posted
        /// The same was booked before; nothing changed.
        case repeated
    }

    private var postings: [PostingID: LedgerPosting] = [:]
    private var balances: [LedgerAccount: LedgerBalance] = [:]

    /// An empty ledger.
    package init() {}

    /// How many postings are booked.
    package var postingCount: Int { postings.count }

    /// Books `posting`, all of it or nothing.
    ///
    /// A repeat is recognised by its id; the time of a repeat may differ, its effect and entries may not.
    ///
    /// - Throws: `.contradiction`, `.overflow`.
    package mutating func post(_ posting: LedgerPosting) throws(LedgerError) -> Outcome {
        if let existing = postings[posting.id] {
            guard existing.effect == posting.effect, existing.entries == posting.entries else {
                throw LedgerError(.contradiction, "Another posting has this id: \(posting.id).")
            }
            return .repeated
        }
        var changed = balances
        for entry in posting.entries {
            try changed[entry.account, default: LedgerBalance()].add(entry)
        }
        balances = changed
        postings[posting.id] = posting
        return .posted
    }

    /// All accounts with their sums.
    package var trialBalance: TrialBalance {
        TrialBalance(balances.map { TrialBalanceLine(account: $0.key, sums: $0.value) })
    }
}

extension LedgerBalance {
    /// Adds one entry.
    ///
    /// - Throws: `.overflow`; nothing changed then.
    package mutating func add(_ entry: LedgerEntry) throws(LedgerError) {
        let (sum, overflow) =
            entry.side == .debit
            ? debits.addingReportingOverflow(entry.minorUnits)
            : credits.addingReportingOverflow(entry.minorUnits)
        guard !overflow else {
            throw LedgerError(.overflow, "An account's sum does not fit 64 bits.")
        }
        if entry.side == .debit { debits = sum } else { credits = sum }
    }
}
