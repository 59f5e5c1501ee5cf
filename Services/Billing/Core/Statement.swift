package import Model
package import Money
package import Timekeeping

/// What a tenant drove and owes in one month.
///
/// Every figure is the sum of the lines' rounded figures: nothing is rounded again, so lines and totals agree.
package struct Statement: Hashable, Sendable {
    /// The figures of one currency.
    package struct Section: Hashable, Sendable {
        /// The currency of all of them.
        package let currency: Currency
        /// Lines of this currency.
        package let tripCount: Int
        /// What the payers paid, tax inside.
        package let fares: Amount
        /// Tax inside the fares.
        package let tax: Amount
        /// The operator's commission.
        package let commission: Amount
        /// The operator's fees for the trips.
        package let tripFees: Amount
        /// What the tenant owes the operator: `commission + tripFees`.
        package let due: Amount
    }

    /// The fleet.
    package let tenant: TenantID
    /// The month.
    package let month: BillingMonth
    /// By completion, then by trip.
    package let lines: [UsageLine]
    /// By the currencies' numeric codes.
    package let sections: [Section]

    /// The statement of these lines, in any order; those of other months are left out.
    ///
    /// - Throws: `.overflow` where a sum does not fit 64 bits.
    package init(
        tenant: TenantID,
        month: BillingMonth,
        lines: [UsageLine]
    ) throws(MoneyError) {
        self.tenant = tenant
        self.month = month
        self.lines =
            lines
            .filter { $0.month == month }
            .sorted {
                ($0.usage.completedAt, $0.usage.trip) < ($1.usage.completedAt, $1.usage.trip)
            }
        let currencies = Set(self.lines.map(\.usage.fare.currency))
            .sorted { $0.numericCode < $1.numericCode }
        var sections: [Section] = []
        for currency in currencies {
            sections.append(
                try Section(currency, self.lines.filter { $0.usage.fare.currency == currency })
            )
        }
        self.sections = sections
    }

    /// Whether the month is over, so that its statement may be closed.
    package static func mayClose(_ month: BillingMonth, at now: WallTime) -> Bool {
        now >= month.end
    }
}

extension Statement.Section {
    init(_ currency: Currency, _ lines: [UsageLine]) throws(MoneyError) {
        self.currency = currency
        tripCount = lines.count
        fares = try .sum(of: lines.map(\.usage.fare), in: currency)
        tax = try .sum(of: lines.map(\.tax), in: currency)
        commission = try .sum(of: lines.map(\.commission), in: currency)
        tripFees = try .sum(of: lines.map(\.tripFee), in: currency)
        due = try commission.adding(tripFees)
    }
}
