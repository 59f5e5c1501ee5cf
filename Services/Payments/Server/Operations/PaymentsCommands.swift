package import Delivery
internal import DeliverySQL
internal import Messages
internal import Model
internal import Money
internal import PaymentsCore
internal import ServiceRuntime
package import Storage
package import Timekeeping
internal import WireFormat

/// What payments does with commands: one transaction each, state, ledger and reports together.
///
/// The inbox around it makes each key count once; beyond that a payment's own id does, so that a wish that comes
/// under another key does not hold or take twice.
package struct PaymentsCommands: CommandHandler {
    private let recorder: PaymentRecorder

    /// Commands that store through `recorder`.
    package init(_ recorder: PaymentRecorder) {
        self.recorder = recorder
    }

    package func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        switch command.method {
        case PaymentsMethods.authorise.descriptor.id:
            guard let request = try? AuthoriseRequest(decoding: command.body) else { break }
            return try authorise(request, of: command.tenant, at: now, in: session)
        case PaymentsMethods.capture.descriptor.id:
            guard let request = try? CaptureRequest(decoding: command.body) else { break }
            return try capture(request, of: command.tenant, at: now, in: session)
        case PaymentsMethods.void.descriptor.id:
            guard let request = try? VoidRequest(decoding: command.body) else { break }
            return try wish(
                .void,
                request.payment,
                request.booking,
                of: command.tenant,
                at: now,
                in: session
            )
        case PaymentsMethods.applyPaymentAccount.descriptor.id:
            guard let request = try? ApplyPaymentAccountRequest(decoding: command.body) else {
                break
            }
            return try applyAccount(request, of: command.tenant, in: session)
        default:
            return CommandReply(.unimplemented)
        }
        return CommandReply(.invalidArgument)
    }

    // MARK: The commands

    private func authorise(
        _ request: AuthoriseRequest,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        let method = try PaymentMethodTable.find(request.paymentMethod, of: tenant, in: session)
        guard let wanted = payment(from: request, method, of: tenant, at: now) else {
            return CommandReply(.invalidArgument, .amountInvalid)
        }
        if let existing = try PaymentTable.find(wanted.id, of: tenant, in: session) {
            return existing.isSameWish(as: wanted)
                ? try snapshot(of: existing, in: session)
                : CommandReply(.alreadyExists, .paymentDiffers)
        }
        var payment = wanted
        try recorder.apply(.start, to: &payment, at: now, in: session)
        if method?.isChargeable(by: wanted) != true, let operation = payment.operation {
            // Known here and now, so no provider is asked: the payment is declined like any other.
            let refusal = PaymentEvent.answered(
                operation: operation.ordinal,
                .failed(.methodUnknown)
            )
            try recorder.apply(refusal, to: &payment, at: now, in: session)
        }
        return try snapshot(of: payment, in: session)
    }

    private func capture(
        _ request: CaptureRequest,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        guard let currency = request.currency else {
            return CommandReply(.invalidArgument, .amountInvalid)
        }
        let amount = Amount(minorUnits: request.amountMinorUnits, currency: currency)
        return try wish(
            .capture(amount, isFinal: request.isFinal),
            request.payment,
            request.booking,
            of: tenant,
            at: now,
            in: session
        )
    }

    private func wish(
        _ wish: PaymentWish,
        _ id: PaymentID,
        _ booking: BookingID,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        guard var payment = try PaymentTable.find(id, of: tenant, in: session),
            payment.booking == booking
        else { return CommandReply(.notFound, .paymentUnknown) }
        try recorder.apply(.wish(wish), to: &payment, at: now, in: session)
        return try snapshot(of: payment, in: session)
    }

    private func applyAccount(
        _ request: ApplyPaymentAccountRequest,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        guard request.provider == PaymentProviderCode.payPal else {
            return CommandReply(.failedPrecondition, .providerUnavailable)
        }
        // No card data ever enters: whatever looks like a card number is refused, and not logged.
        let texts = [request.vaultToken, request.label, request.merchantReference]
        guard !request.paymentMethod.isNone, PayPalRequests.isVaultToken(request.vaultToken),
            !texts.contains(where: { CardNumber.occurs(in: $0) })
        else { return CommandReply(.invalidArgument, .methodUnknown) }
        let method = StoredPaymentMethod(
            id: request.paymentMethod,
            partner: request.partner,
            revision: request.revision,
            provider: .payPal,
            isActive: request.isActive,
            vaultToken: request.vaultToken,
            label: request.label,
            merchantReference: request.merchantReference
        )
        if let stored = try PaymentMethodTable.find(method.id, of: tenant, in: session) {
            guard stored.revision < method.revision || stored == method else {
                return CommandReply(.failedPrecondition, .revisionStale)
            }
        }
        try PaymentMethodTable.put(method, of: tenant, in: session)
        return CommandReply(encoding: Acknowledgement())
    }

    // MARK: Helpers

    private func payment(
        from request: AuthoriseRequest,
        _ method: StoredPaymentMethod?,
        of tenant: TenantID,
        at now: WallTime
    ) -> Payment? {
        guard let currency = request.currency, !request.payment.isNone,
            !CardNumber.occurs(in: request.description),
            let terms = PaymentTerms(
                commissionBasisPoints: Int32(request.commissionBasisPoints),
                taxBasisPoints: Int32(request.taxBasisPoints)
            )
        else { return nil }
        return Payment(
            id: request.payment,
            tenant: tenant,
            booking: request.booking,
            partner: request.partner,
            method: request.paymentMethod,
            methodToken: method?.vaultToken ?? "",
            provider: .payPal,
            amount: Amount(minorUnits: request.amountMinorUnits, currency: currency),
            terms: terms,
            note: request.description,
            createdAt: recorder.businessTime(now)
        )
    }

    private func snapshot(
        of payment: Payment,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        let updatedAt = try PaymentTable.updatedAt(payment.id, of: payment.tenant, in: session)
        return CommandReply(
            encoding: PaymentSnapshot(payment, updatedAt: updatedAt ?? payment.createdAt)
        )
    }
}

extension Payment {
    /// Whether a repeated wish asks for the same payment; when it came does not matter.
    fileprivate func isSameWish(as other: Payment) -> Bool {
        booking == other.booking && partner == other.partner && method == other.method
            && amount == other.amount && terms == other.terms && note == other.note
    }
}

extension StoredPaymentMethod {
    /// Whether the payment's partner may charge it.
    fileprivate func isChargeable(by payment: Payment) -> Bool {
        isActive && partner == payment.partner && provider == payment.provider
    }
}

extension CommandReply {
    /// A refusal, where there is one with a code of this service.
    init(_ code: StatusCode, _ subCode: PaymentsSubCode?) {
        self.init(code, subCode: subCode?.rawValue ?? 0)
    }
}
