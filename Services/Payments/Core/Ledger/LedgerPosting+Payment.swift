package import Money
package import Timekeeping

extension LedgerPosting {
    /// Money is held: memo accounts only.
    package static func hold(
        _ amount: Amount,
        effect: LedgerEffect,
        at provider: PaymentProvider,
        postedAt: WallTime
    ) throws(LedgerError) -> LedgerPosting {
        try memo(debit: .passengerHold, credit: .holdContra, amount, effect, provider, postedAt)
    }

    /// What was held is captured or let go.
    package static func release(
        _ amount: Amount,
        effect: LedgerEffect,
        at provider: PaymentProvider,
        postedAt: WallTime
    ) throws(LedgerError) -> LedgerPosting {
        try memo(debit: .holdContra, credit: .passengerHold, amount, effect, provider, postedAt)
    }

    /// A capture: the provider owes the net and has kept its fee; fleet, operator and authority have their parts.
    package static func capture(
        _ split: CaptureSplit,
        effect: LedgerEffect,
        at provider: PaymentProvider,
        postedAt: WallTime
    ) throws(LedgerError) -> LedgerPosting {
        let currency = split.gross.currency
        return try LedgerPosting(
            effect: effect,
            postedAt: postedAt,
            entries: nonzero([
                (.debit, .atProvider(.providerReceivable, provider, currency), split.net),
                (.debit, .atProvider(.providerFee, provider, currency), split.providerFee),
                (.credit, .own(.fleetPayable, currency), split.fleet),
                (.credit, .own(.commissionRevenue, currency), split.commission),
                (.credit, .own(.taxPayable, currency), split.tax),
            ])
        )
    }

    /// A refund: each party gives back its part; the provider pays, less what it returns of its fee.
    package static func refund(
        _ split: RefundSplit,
        effect: LedgerEffect,
        at provider: PaymentProvider,
        postedAt: WallTime
    ) throws(LedgerError) -> LedgerPosting {
        let currency = split.gross.currency
        return try LedgerPosting(
            effect: effect,
            postedAt: postedAt,
            entries: nonzero([
                (.debit, .own(.fleetPayable, currency), split.fleet),
                (.debit, .own(.commissionRevenue, currency), split.commission),
                (.debit, .own(.taxPayable, currency), split.tax),
                (.credit, .atProvider(.providerReceivable, provider, currency), split.net),
                (.credit, .atProvider(.providerFee, provider, currency), split.feeReturned),
            ])
        )
    }

    /// Moves an amount between two accounts of memory, in which nothing is owed yet.
    private static func memo(
        debit: LedgerAccount.Kind,
        credit: LedgerAccount.Kind,
        _ amount: Amount,
        _ effect: LedgerEffect,
        _ provider: PaymentProvider,
        _ postedAt: WallTime
    ) throws(LedgerError) -> LedgerPosting {
        try LedgerPosting(
            effect: effect,
            postedAt: postedAt,
            entries: [
                LedgerEntry(
                    .debit,
                    .atProvider(debit, provider, amount.currency),
                    amount.minorUnits
                ),
                LedgerEntry(
                    .credit,
                    .atProvider(credit, provider, amount.currency),
                    amount.minorUnits
                ),
            ]
        )
    }

    private static func nonzero(
        _ rows: [(LedgerEntry.Side, LedgerAccount, Amount)]
    ) -> [LedgerEntry] {
        rows.filter { !$0.2.isZero }.map { LedgerEntry($0.0, $0.1, $0.2.minorUnits) }
    }
}
