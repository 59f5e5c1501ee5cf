internal import Delivery
package import DeliverySQL
internal import Messages
internal import Model
internal import Money
package import PaymentsCore
package import Storage
package import Timekeeping

/// Stores what a payment's event leads to: its state, its operation, its postings and its reports to dispatch, all
/// in the caller's transaction.
package struct PaymentRecorder: Sendable {
    private let outbox: OutboxTable
    /// What the business clock shows at a real moment.
    package let businessTime: @Sendable (WallTime) -> WallTime

    /// A recorder.
    ///
    /// - Parameters:
    ///   - outbox: The store's one outbox.
    ///   - businessTime: The business clock; the identity in production.
    package init(
        outbox: OutboxTable,
        businessTime: @escaping @Sendable (WallTime) -> WallTime = { $0 }
    ) {
        self.outbox = outbox
        self.businessTime = businessTime
    }

    /// Applies `event` and stores everything that follows from it.
    ///
    /// - Parameter now: Real time; the payment sees business time.
    package func apply(
        _ event: PaymentEvent,
        to payment: inout Payment,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        let businessNow = businessTime(now)
        var changed = payment
        let actions: [PaymentAction]
        do {
            actions = try changed.apply(event, at: businessNow)
        } catch {
            throw StorageError(.invalid, "payment \(payment.id): \(error.message)")
        }
        guard changed != payment || !actions.isEmpty else { return }
        try PaymentTable.put(changed, at: businessNow, in: session)
        var sequence = payment.reportCount
        var postings: [TenantPosting] = []
        for action in actions {
            switch action {
            case .ask(let operation, let delay):
                let dueAt = now.advanced(by: delay)
                try OperationTable.put(operation, of: changed, dueAt: dueAt, in: session)
            case .settled(let operation):
                try OperationTable.put(operation, of: changed, dueAt: nil, in: session)
            case .alert:
                guard let operation = changed.operation else { break }
                try OperationTable.put(operation, of: changed, dueAt: nil, in: session)
            case .post(let posting):
                postings.append(TenantPosting(posting, of: payment.tenant))
            case .tell(let outcome):
                sequence += 1
                try report(outcome, sequence, of: changed, at: now, in: session)
            }
        }
        LedgerTable.postAtGroupEnd(postings, in: session)
        payment = changed
    }

    private func report(
        _ outcome: PaymentOutcome,
        _ sequence: UInt64,
        of payment: Payment,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        let message = PaymentReport(
            outcome,
            sequence: sequence,
            of: payment,
            at: businessTime(now)
        )
        guard let body = try? message.encoded() else {
            throw StorageError(.invalid, "payment \(payment.id): a report cannot be encoded")
        }
        try outbox.append(
            Command(
                destination: .dispatch,
                method: DispatchMethods.reportPayment.descriptor.id,
                key: DerivedID.reportKey(of: payment.id, sequence: sequence),
                tenant: payment.tenant,
                subject: "service:payments",
                body: body
            ),
            orderingKey: OrderingKey(payment.booking),
            at: now,
            in: session
        )
    }
}
