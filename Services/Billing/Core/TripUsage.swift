package import Model
package import Money
package import Timekeeping

/// One completed trip, as dispatch reports it: what commission and usage are counted from.
package struct TripUsage: Hashable, Sendable {
    /// The trip: counted once for ever.
    package let trip: TripID
    /// Its booking.
    package let booking: BookingID
    /// When it was completed, in business time: decides the month.
    package let completedAt: WallTime
    /// What the payer pays for it, tax inside, zero or more.
    package let fare: Amount

    /// A trip that was completed at `completedAt`, business time, for `fare`.
    package init(trip: TripID, booking: BookingID, completedAt: WallTime, fare: Amount) {
        self.trip = trip
        self.booking = booking
        self.completedAt = completedAt
        self.fare = fare
    }
}

/// Why usage was not taken. Raw values are stored and travel on the wire.
package enum UsageRefusal: UInt16, Error, Hashable, Sendable, CaseIterable {
    /// The trip was reported before with another content.
    case contradiction = 1
    /// The fare is negative.
    case fareInvalid = 2
    /// The time lies outside the years that can be billed.
    case timeInvalid = 3
    /// A sum does not fit 64 bits.
    case overflow = 4
}

/// One line of a statement: a trip with what it costs the tenant.
package struct UsageLine: Hashable, Sendable {
    /// The trip.
    package let usage: TripUsage
    /// On which month's statement it stands.
    package let month: BillingMonth
    /// Whether it was completed in an earlier month that was closed when the report came.
    package let isLate: Bool
    /// Tax inside the fare.
    package let tax: Amount
    /// The operator's commission.
    package let commission: Amount
    /// The operator's fee for the trip.
    package let tripFee: Amount

    /// A line as stored.
    package init(
        usage: TripUsage,
        month: BillingMonth,
        isLate: Bool,
        tax: Amount,
        commission: Amount,
        tripFee: Amount
    ) {
        self.usage = usage
        self.month = month
        self.isLate = isLate
        self.tax = tax
        self.commission = commission
        self.tripFee = tripFee
    }
}

/// What becomes of a reported trip.
package enum UsageDecision: Hashable, Sendable {
    /// A new line.
    case counted(UsageLine)
    /// Counted before: this is the line.
    case repeated(UsageLine)
}

/// How trips become lines.
package enum UsageRule {
    /// Decides on a reported trip.
    ///
    /// A trip is counted once for ever, with the plan of the first report. One that comes after its month was
    /// closed stands on the first month that is open, and is marked.
    ///
    /// - Parameters:
    ///   - usage: The report.
    ///   - existing: The trip's line, if there is one.
    ///   - plan: What the tenant pays.
    ///   - closedThrough: The last month whose statement is closed; `nil` where none is.
    ///   - offsetSeconds: The tenant's offset from UTC.
    /// - Throws: Why it cannot be taken; nothing is counted then.
    package static func decide(
        on usage: TripUsage,
        existing: UsageLine?,
        plan: BillingPlan,
        closedThrough: BillingMonth?,
        offsetSeconds: Int32
    ) throws(UsageRefusal) -> UsageDecision {
        if let existing {
            guard existing.usage == usage else { throw .contradiction }
            return .repeated(existing)
        }
        guard !usage.fare.isNegative else { throw .fareInvalid }
        guard let own = BillingMonth(containing: usage.completedAt, offsetSeconds: offsetSeconds)
        else { throw .timeInvalid }
        let isLate = closedThrough.map { own.index <= $0.index } ?? false
        guard let month = isLate ? closedThrough?.next : own else { throw .timeInvalid }
        do {
            let share = try FareShare(
                gross: usage.fare,
                taxBasisPoints: plan.taxBasisPoints,
                commissionBasisPoints: plan.commissionBasisPoints
            )
            return .counted(
                UsageLine(
                    usage: usage,
                    month: month,
                    isLate: isLate,
                    tax: share.tax,
                    commission: share.commission,
                    tripFee: plan.tripFee(in: usage.fare.currency)
                )
            )
        } catch {
            throw .overflow
        }
    }
}
