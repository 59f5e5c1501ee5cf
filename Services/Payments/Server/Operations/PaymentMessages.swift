package import Messages
internal import Model
package import Money
package import PaymentsCore
package import Timekeeping

extension PaymentReport {
    /// The report of one outcome.
    init(
        _ outcome: PaymentOutcome,
        sequence: UInt64,
        of payment: Payment,
        at now: WallTime
    ) {
        self.init()
        self.payment = payment.id
        booking = payment.booking
        tenant = payment.tenant
        self.sequence = sequence
        at = now
        currency = payment.amount.currency
        state = WireEnum(rawValue: payment.state.rawValue)
        problem = WireEnum(rawValue: UInt8(truncatingIfNeeded: outcome.problem?.rawValue ?? 0))
        switch outcome {
        case .authorised(let end):
            kind = WireEnum(.authorised)
            amountMinorUnits = payment.authorisedMinorUnits
            expiresAt = end ?? .none
        case .requiresAction: kind = WireEnum(.requiresAction)
        case .declined: kind = WireEnum(.declined)
        case .captured(let amount):
            kind = WireEnum(.captured)
            amountMinorUnits = amount.minorUnits
        case .captureFailed: kind = WireEnum(.captureFailed)
        case .voided: kind = WireEnum(.voided)
        case .voidFailed: kind = WireEnum(.voidFailed)
        case .refunded(let amount):
            kind = WireEnum(.refunded)
            amountMinorUnits = amount.minorUnits
        case .refundFailed: kind = WireEnum(.refundFailed)
        case .expired: kind = WireEnum(.expired)
        }
    }
}

extension PaymentSnapshot {
    /// A payment as it stands.
    package init(_ payment: Payment, updatedAt: WallTime) {
        self.init()
        self.payment = payment.id
        booking = payment.booking
        tenant = payment.tenant
        paymentMethod = payment.method
        createdAt = payment.createdAt
        self.updatedAt = updatedAt
        expiresAt = payment.expiresAt ?? .none
        amountMinorUnits = payment.amount.minorUnits
        authorisedMinorUnits = payment.authorisedMinorUnits
        capturedMinorUnits = payment.capturedMinorUnits
        refundedMinorUnits = payment.refundedMinorUnits
        for capture in payment.captures {
            fleetMinorUnits += capture.shares.fleet
            commissionMinorUnits += capture.shares.commission
            taxMinorUnits += capture.shares.tax
        }
        providerFeeMinorUnits = payment.feeMinorUnits
        currency = payment.amount.currency
        state = WireEnum(rawValue: payment.state.rawValue)
        problem = WireEnum(rawValue: UInt8(truncatingIfNeeded: payment.problem?.rawValue ?? 0))
        provider = WireEnum(rawValue: UInt8(truncatingIfNeeded: payment.provider.rawValue))
        providerReference = payment.orderReference ?? ""
    }
}

extension LedgerSummaryReply {
    /// A tenant's sums, with what adding everything up anew has shown.
    ///
    /// - Parameter currency: Only this one; `nil` is all.
    package init(
        _ balance: TrialBalance,
        _ audit: LedgerTable.Audit,
        only currency: Currency?
    ) {
        self.init()
        postingCount = audit.postingCount
        entryCount = audit.entryCount
        isBalanced = audit.isSound
        accounts = balance.lines
            .filter { currency == nil || $0.account.currency == currency }
            .map { line in
                var total = AccountTotal()
                total.account = WireEnum(
                    rawValue: UInt8(truncatingIfNeeded: line.account.kind.rawValue)
                )
                total.provider = WireEnum(
                    rawValue: UInt8(truncatingIfNeeded: line.account.provider?.rawValue ?? 0)
                )
                total.currency = line.account.currency
                total.debitMinorUnits = line.sums.debits
                total.creditMinorUnits = line.sums.credits
                return total
            }
    }
}
