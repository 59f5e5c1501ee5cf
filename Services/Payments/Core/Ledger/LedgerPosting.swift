package import Model
internal import Money
package import Timekeeping

/// One side of a posting.
package struct LedgerEntry: Hashable, Sendable {
    /// Left or right; raw values are stored.
    package enum Side: UInt8, Hashable, Sendable {
        case debit = 1
        case credit = 2
    }

    /// Where.
    package let account: LedgerAccount
    /// Which side.
    package let side: Side
    /// How much, above zero, in the account's currency.
    package let minorUnits: Int64

    /// An entry of `minorUnits`, above 0, on one side of an account.
    package init(_ side: Side, _ account: LedgerAccount, _ minorUnits: Int64) {
        self.account = account
        self.side = side
        self.minorUnits = minorUnits
    }
}

/// Why a posting cannot be.
package struct LedgerError: Error, Hashable, Sendable {
    /// What is wrong; raw values are fixed.
    package enum Code: UInt16, Sendable {
        /// Debits and credits of a currency differ.
        case unbalanced = 1
        /// No entries, or more than `LedgerPosting.entryCountMax`.
        case entryCount = 2
        /// An entry of zero or less.
        case notPositive = 3
        /// A sum that does not fit 64 bits.
        case overflow = 4
        /// A posting of this id exists and says something else.
        case contradiction = 5
        /// Memo accounts mixed with those of the books.
        case memoMixed = 6
    }

    /// What is wrong.
    package let code: Code
    /// For operators; holds no amount.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// A balanced set of entries: the only way in which the ledger changes.
///
/// Its id is derived from the effect that it books, so that booking the same effect again is seen to be the
/// same. Entries are never changed; a correction is a new posting.
package struct LedgerPosting: Hashable, Sendable {
    /// More than any posting of ours needs; a limit against a runaway caller.
    package static let entryCountMax = 16

    /// Derived from the effect.
    package let id: PostingID
    /// What happened.
    package let effect: LedgerEffect
    /// When, in business time.
    package let postedAt: WallTime
    /// The entries, in the order of the rule that made them; debits equal credits in each currency.
    package let entries: [LedgerEntry]

    /// A posting, if it balances.
    ///
    /// - Parameters:
    ///   - effect: What happened.
    ///   - postedAt: When.
    ///   - entries: 2 ... `entryCountMax`; those of zero are to be left out by the caller.
    /// - Throws: `.unbalanced`, `.entryCount`, `.notPositive`, `.overflow`, `.memoMixed`.
    package init(
        effect: LedgerEffect,
        postedAt: WallTime,
        entries: [LedgerEntry]
    ) throws(LedgerError) {
        guard (2...Self.entryCountMax).contains(entries.count) else {
            throw LedgerError(.entryCount, "\(entries.count) entries in a posting.")
        }
        guard entries.allSatisfy({ $0.minorUnits > 0 }) else {
            throw LedgerError(.notPositive, "An entry of zero or less.")
        }
        let isMemo = entries[0].account.kind.isMemo
        guard entries.allSatisfy({ $0.account.kind.isMemo == isMemo }) else {
            throw LedgerError(.memoMixed, "Holds are no money of the books.")
        }
        try Self.requireBalance(of: entries)
        id = effect.postingID
        self.effect = effect
        self.postedAt = postedAt
        self.entries = entries
    }

    /// 16 entries of 63 bits each fit 128 bits without a check.
    private static func requireBalance(of entries: [LedgerEntry]) throws(LedgerError) {
        for entry in entries {
            let currency = entry.account.currency
            var difference: Int128 = 0
            var debits: Int128 = 0
            for other in entries where other.account.currency == currency {
                difference += Int128(other.minorUnits) * (other.side == .debit ? 1 : -1)
                debits += other.side == .debit ? Int128(other.minorUnits) : 0
            }
            guard difference == 0 else {
                throw LedgerError(.unbalanced, "Debits and credits differ in \(currency).")
            }
            guard debits <= Int128(Int64.max) else {
                throw LedgerError(
                    .overflow,
                    "A posting's total in \(currency) does not fit 64 bits."
                )
            }
        }
    }
}
