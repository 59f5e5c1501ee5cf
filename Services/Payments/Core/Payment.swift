package import Model
package import Money
package import Timekeeping

/// One booking's way from hold to capture or release.
///
/// A pure state machine: an event and `now` in, actions out. What is known of the money is `settledState` and
/// the sums; what is being found out is the one operation under way. At most one operation is under way at a
/// time, and wishes wait behind it, so that no two calls can race at the provider.
///
/// Always `0 <= refunded <= captured <= authorised`, checked after every event.
package struct Payment: Hashable, Sendable {
    /// Wishes that may wait behind an operation. Dispatch has two: a capture or a void, and a repeat of it.
    package static let wishCountMax = 8
    /// PayPal's keys on orders live 6 hours, the shortest of ours; one hour is kept as a margin.
    package static let keyLifetime = Duration.seconds(5 * 3600)
    /// How long a hold lasts where the provider does not say: PayPal's 29 days, less one for clocks and zones.
    package static let holdLifetime = Duration.seconds(28 * 24 * 3600)
    /// How long a payer may take to approve: PayPal gives 3 hours to be redirected and 3 more.
    package static let approvalLifetime = Duration.seconds(6 * 3600)

    /// Its name; also what its operations' keys are made of.
    package let id: PaymentID
    /// The fleet.
    package let tenant: TenantID
    /// What is paid for.
    package let booking: BookingID
    /// Who booked.
    package let partner: PartnerID
    /// The payer's vaulted method.
    package let method: PaymentMethodID
    /// The provider's name for that method, as it was when the payment was made: every repeat says the same.
    package let methodToken: String
    /// Where.
    package let provider: PaymentProvider
    /// What is to be held.
    package let amount: Amount
    /// How captures are shared.
    package let terms: PaymentTerms
    /// What the payer reads on his statement; at most 127 bytes.
    package let note: String
    /// When it was made, in business time.
    package let createdAt: WallTime

    /// What is known of the money; never `processing` or `unknown`.
    package internal(set) var settledState: PaymentState = .created
    /// What the provider confirmed to hold, minor units of `amount.currency`.
    package internal(set) var authorisedMinorUnits: Int64 = 0
    /// When the hold, or the payer's time to approve, runs out.
    package internal(set) var expiresAt: WallTime?
    /// The provider's name for it.
    package internal(set) var orderReference: String?
    /// The provider's name for the hold.
    package internal(set) var authorisationReference: String?
    /// What was taken, in order.
    package internal(set) var captures: [PaymentCapture] = []
    /// The last operation; under way unless it is settled.
    package internal(set) var operation: ProviderOperation?
    /// Wishes behind it, oldest first.
    package internal(set) var wishes: [PaymentWish] = []
    /// Why its last wish came to nothing; absent where it did not.
    package internal(set) var problem: PaymentProblem?
    /// How many outcomes dispatch was told: the number of the last report.
    package internal(set) var reportCount: UInt64 = 0

    /// A payment that is wanted. `start` sets it in motion.
    ///
    /// - Returns: `nil` where the amount is not above zero.
    package init?(
        id: PaymentID,
        tenant: TenantID,
        booking: BookingID,
        partner: PartnerID,
        method: PaymentMethodID,
        methodToken: String,
        provider: PaymentProvider,
        amount: Amount,
        terms: PaymentTerms,
        note: String = "",
        createdAt: WallTime
    ) {
        guard amount.isPositive else { return nil }
        self.id = id
        self.tenant = tenant
        self.booking = booking
        self.partner = partner
        self.method = method
        self.methodToken = methodToken
        self.provider = provider
        self.amount = amount
        self.terms = terms
        self.note = note
        self.createdAt = createdAt
    }
}

/// One capture of a payment.
package struct PaymentCapture: Hashable, Sendable {
    /// The provider's name for it, which a refund needs.
    package let reference: String
    /// How it was shared, minor units: together what was taken.
    package let shares: CaptureRest
    /// What the provider kept, minor units.
    package let feeMinorUnits: Int64
    /// What of it the parties have left.
    package internal(set) var rest: CaptureRest

    /// A capture as its provider names it; of `shares` the parties have `rest` left.
    package init(
        reference: String,
        shares: CaptureRest,
        feeMinorUnits: Int64,
        rest: CaptureRest
    ) {
        self.reference = reference
        self.shares = shares
        self.feeMinorUnits = feeMinorUnits
        self.rest = rest
    }

    /// What was taken, minor units, above zero.
    package var minorUnits: Int64 { shares.total }
    /// What went back of it.
    package var refundedMinorUnits: Int64 { shares.total - rest.total }
}

extension Payment {
    /// Where it stands, for people and the API: the settled state, or that an outcome is being found out.
    package var state: PaymentState {
        switch operation?.status {
        case .unknown, .review: .unknown
        case .pending: .processing
        case .waiting, .succeeded, .failed, nil: settledState
        }
    }

    /// Taken in all, minor units.
    package var capturedMinorUnits: Int64 { captures.reduce(0) { $0 + $1.minorUnits } }
    /// Given back in all, minor units.
    package var refundedMinorUnits: Int64 { captures.reduce(0) { $0 + $1.refundedMinorUnits } }
    /// Still held, minor units.
    package var heldMinorUnits: Int64 {
        settledState.isHolding ? authorisedMinorUnits - capturedMinorUnits : 0
    }

    /// What the provider kept in all, minor units.
    package var feeMinorUnits: Int64 { captures.reduce(0) { $0 + $1.feeMinorUnits } }

    /// Whether an operation's outcome stands out.
    package var isBusy: Bool { operation.map { !$0.status.isSettled } ?? false }

    /// What must hold after every event.
    package var invariantsHold: Bool {
        let captured = capturedMinorUnits
        let refunded = refundedMinorUnits
        return 0 <= refunded && refunded <= captured && captured <= authorisedMinorUnits
            && authorisedMinorUnits <= amount.minorUnits
            && captures.allSatisfy {
                $0.rest.fleet >= 0 && $0.rest.commission >= 0 && $0.rest.tax >= 0
            }
            && wishes.count <= Self.wishCountMax
            && settledState != .unknown && settledState != .processing
    }

    /// `minorUnits` of the payment's currency.
    func money(_ minorUnits: Int64) -> Amount {
        Amount(minorUnits: minorUnits, currency: amount.currency)
    }
}

extension Payment {
    /// What a store keeps of a payment beside what was said when it was made.
    package struct Stored: Hashable, Sendable {
        /// What is known of the money.
        package var settledState = PaymentState.created
        /// What is held, minor units.
        package var authorisedMinorUnits: Int64 = 0
        /// When the hold or the payer's time to approve ends.
        package var expiresAt: WallTime?
        /// The provider's name for the order.
        package var orderReference: String?
        /// The provider's name for the hold.
        package var authorisationReference: String?
        /// What was taken, oldest first.
        package var captures: [PaymentCapture] = []
        /// What is being found out; one at a time.
        package var operation: ProviderOperation?
        /// What waits behind it, oldest first; `Payment.wishCountMax` at the most.
        package var wishes: [PaymentWish] = []
        /// Why it failed, or waits for a person.
        package var problem: PaymentProblem?
        /// Reports made so far; the next has this number and one.
        package var reportCount: UInt64 = 0

        /// What a payment begins with.
        package init() {}

        /// Whether the sums can be added up at all and stay within `limit`: damaged rows may hold anything, and what
        /// overflows would end the process in place of naming the row.
        fileprivate func addsUp(within limit: Int64) -> Bool {
            var captured: [Int64] = []
            for capture in captures {
                let (shares, rest) = (capture.shares, capture.rest)
                guard
                    let taken = Self.sum([shares.fleet, shares.commission, shares.tax]),
                    let left = Self.sum([rest.fleet, rest.commission, rest.tax]),
                    (0...limit).contains(taken), (0...limit).contains(left)
                else { return false }
                captured.append(taken)
            }
            guard let total = Self.sum(captured), Self.sum(captures.map(\.feeMinorUnits)) != nil
            else { return false }
            return total <= limit && (0...limit).contains(authorisedMinorUnits)
        }

        /// The sum; `nil` where it leaves the range.
        private static func sum(_ values: [Int64]) -> Int64? {
            var sum: Int64 = 0
            for value in values {
                let (next, hasOverflow) = sum.addingReportingOverflow(value)
                if hasOverflow { return nil }
                sum = next
            }
            return sum
        }
    }

    /// The payment as it was stored.
    ///
    /// - Returns: `nil` where the sums or states contradict each other: the store does not hold what was written.
    package func restored(from stored: Stored) -> Payment? {
        guard stored.addsUp(within: amount.minorUnits) else { return nil }
        var payment = self
        payment.settledState = stored.settledState
        payment.authorisedMinorUnits = stored.authorisedMinorUnits
        payment.expiresAt = stored.expiresAt
        payment.orderReference = stored.orderReference
        payment.authorisationReference = stored.authorisationReference
        payment.captures = stored.captures
        payment.operation = stored.operation
        payment.wishes = stored.wishes
        payment.problem = stored.problem
        payment.reportCount = stored.reportCount
        return payment.invariantsHold ? payment : nil
    }
}
