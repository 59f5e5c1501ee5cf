package import Messages
package import Model
internal import PaymentsCore
package import Storage

/// What payments answers without changing anything.
package enum PaymentsQueries {
    /// A payment as it stands; `nil` where this tenant, or the partner who asks, has none of this id.
    ///
    /// - Parameter partner: Sees only payments of his own; `nil` sees all of the tenant.
    package static func payment(
        _ request: GetPaymentRequest,
        of tenant: TenantID,
        visibleTo partner: PartnerID? = nil,
        in session: any SQLSession
    ) throws(StorageError) -> PaymentSnapshot? {
        guard let payment = try PaymentTable.find(request.payment, of: tenant, in: session),
            partner == nil || partner == payment.partner
        else { return nil }
        let updatedAt = try PaymentTable.updatedAt(request.payment, of: tenant, in: session)
        return PaymentSnapshot(payment, updatedAt: updatedAt ?? payment.createdAt)
    }

    /// A tenant's ledger, added up anew.
    ///
    /// - Complexity: O(n) in the tenant's entries.
    package static func ledger(
        _ request: LedgerSummaryRequest,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> LedgerSummaryReply {
        let audit = try LedgerTable.audit(of: tenant, in: session)
        let balance = try LedgerTable.trialBalance(of: tenant, in: session)
        return LedgerSummaryReply(balance, audit, only: request.currency)
    }

    /// Payments in figures, of one tenant or of all.
    ///
    /// - Parameter tenant: `nil` is all.
    /// - Complexity: O(n) in payments, operations and postings: for people, not for a loop.
    package static func status(
        of tenant: TenantID?,
        in session: any SQLSession
    ) throws(StorageError) -> PaymentsStatusReply {
        // Both ends of a range, so that one statement serves one tenant and all.
        let range: [SQLValue] = [
            tenant.map { .tenant($0) } ?? .integer(.min),
            tenant.map { .tenant($0) } ?? .integer(.max),
        ]
        var reply = PaymentsStatusReply()
        let states = try session.query(
            """
            SELECT state, count(*) FROM payments WHERE tenant BETWEEN $1 AND $2 GROUP BY state
            """,
            range
        )
        for row in states {
            let state: PaymentState = try row.code(0)
            let count: UInt32 = try row.number(1)
            if !state.isFinal && state != .captured { reply.openCount += count }
            if state == .declined { reply.declinedTotal = UInt64(count) }
            if state == .voided { reply.voidedTotal = UInt64(count) }
        }
        let operations = try session.query(
            """
            SELECT status, count(*) FROM provider_operations
            WHERE tenant BETWEEN $1 AND $2 AND status < 5 GROUP BY status
            """,
            range
        )
        for row in operations {
            let status: ProviderOperation.Status = try row.code(0)
            let count: UInt32 = try row.number(1)
            if status.isOpen { reply.operationCount += count }
            if status == .unknown { reply.unknownCount = count }
            if status == .review { reply.reviewCount = count }
        }
        let postings = try session.query(
            "SELECT kind, count(*) FROM ledger_postings WHERE tenant BETWEEN $1 AND $2 GROUP BY kind",
            range
        )
        for row in postings {
            let kind: LedgerEffect.Kind = try row.code(0)
            let count: UInt64 = try row.number(1)
            switch kind {
            case .hold: reply.authorisedTotal = count
            case .capture: reply.capturedTotal = count
            case .refund: reply.refundedTotal = count
            case .release: break
            }
        }
        let outbox = try session.first(
            "SELECT count(*) FROM outbox WHERE tenant BETWEEN $1 AND $2",
            range
        )
        reply.outboxCount = try outbox?.number(0) ?? 0
        return reply
    }
}
