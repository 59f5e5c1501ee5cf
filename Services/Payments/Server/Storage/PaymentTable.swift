package import Model
internal import Money
package import PaymentsCore
package import Storage
package import Timekeeping

/// Payments with their captures and last operation, by tenant and id.
package enum PaymentTable {
    /// The payment; `nil` where this tenant has none of this id.
    ///
    /// - Throws: `.corrupt` where the rows contradict each other.
    package static func find(
        _ id: PaymentID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Payment? {
        let row = try session.first(
            """
            SELECT booking, partner, payment_method, provider, amount, currency,
                commission_basis_points, tax_basis_points, note, created_at, state, authorised,
                expires_at, order_reference, authorisation_reference, wishes, problem, report_count,
                method_token
            FROM payments WHERE tenant = $1 AND payment = $2
            """,
            [.tenant(tenant), .id(id)]
        )
        guard let row else { return nil }
        let made = try made(row, id, tenant)
        var stored = Payment.Stored()
        stored.settledState = try row.code(10)
        stored.authorisedMinorUnits = try row.integer(11)
        stored.expiresAt = try row.integer(ifPresent: 12).map(WallTime.init(microseconds:))
        stored.orderReference = try row.text(ifPresent: 13)
        stored.authorisationReference = try row.text(ifPresent: 14)
        stored.wishes = try WishCoding.decode(try row.blob(15))
        stored.problem = try row.code(ifPresent: 16)
        stored.reportCount = try row.number(17)
        stored.captures = try captures(of: id, tenant, in: session)
        stored.operation = try OperationTable.last(
            of: id,
            tenant,
            currency: made.amount.currency,
            in: session
        )
        guard let payment = made.restored(from: stored) else {
            throw StorageError(.corrupt, "payment \(id): sums or states contradict each other")
        }
        return payment
    }

    private static func made(
        _ row: SQLRow,
        _ id: PaymentID,
        _ tenant: TenantID
    ) throws(StorageError) -> Payment {
        guard
            let terms = PaymentTerms(
                commissionBasisPoints: try row.number(6),
                taxBasisPoints: try row.number(7)
            ),
            let payment = Payment(
                id: id,
                tenant: tenant,
                booking: try row.id(0),
                partner: try row.id(1),
                method: try row.id(2),
                methodToken: try row.text(18),
                provider: try row.code(3),
                amount: Amount(minorUnits: try row.integer(4), currency: try row.currency(5)),
                terms: terms,
                note: try row.text(8),
                createdAt: try row.time(9)
            )
        else { throw StorageError(.corrupt, "payment \(id): its amount or terms are out of range") }
        return payment
    }

    private static func captures(
        of id: PaymentID,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> [PaymentCapture] {
        let rows = try session.query(
            """
            SELECT reference, fleet, commission, tax, fee, fleet_rest, commission_rest, tax_rest
            FROM payment_captures WHERE tenant = $1 AND payment = $2 ORDER BY position
            """,
            [.tenant(tenant), .id(id)]
        )
        var captures: [PaymentCapture] = []
        for row in rows {
            captures.append(
                PaymentCapture(
                    reference: try row.text(0),
                    shares: CaptureRest(
                        fleet: try row.integer(1),
                        commission: try row.integer(2),
                        tax: try row.integer(3)
                    ),
                    feeMinorUnits: try row.integer(4),
                    rest: CaptureRest(
                        fleet: try row.integer(5),
                        commission: try row.integer(6),
                        tax: try row.integer(7)
                    )
                )
            )
        }
        return captures
    }

    /// Stores the payment and its captures, new or changed; its operation is `OperationTable`'s.
    package static func put(
        _ payment: Payment,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO payments (tenant, payment, booking, partner, payment_method, provider, amount,
                currency, commission_basis_points, tax_basis_points, note, created_at, updated_at, state,
                authorised, expires_at, order_reference, authorisation_reference, wishes, problem,
                report_count, method_token)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                $20, $21, $22)
            ON CONFLICT (tenant, payment) DO UPDATE SET updated_at = excluded.updated_at,
                state = excluded.state, authorised = excluded.authorised,
                expires_at = excluded.expires_at, order_reference = excluded.order_reference,
                authorisation_reference = excluded.authorisation_reference, wishes = excluded.wishes,
                problem = excluded.problem, report_count = excluded.report_count
            """,
            [
                .tenant(payment.tenant), .id(payment.id), .id(payment.booking),
                .id(payment.partner),
                .id(payment.method), .code(payment.provider), .integer(payment.amount.minorUnits),
                .currency(payment.amount.currency),
                .integer(Int64(payment.terms.commissionBasisPoints)),
                .integer(Int64(payment.terms.taxBasisPoints)), .text(payment.note),
                .time(payment.createdAt), .time(now), .code(payment.settledState),
                .integer(payment.authorisedMinorUnits),
                .optional(payment.expiresAt.map { .time($0) }),
                .optional(payment.orderReference.map { .text($0) }),
                .optional(payment.authorisationReference.map { .text($0) }),
                .blob(WishCoding.encode(payment.wishes)), .code(ifPresent: payment.problem),
                .integer(Int64(clamping: payment.reportCount)), .text(payment.methodToken),
            ]
        )
        for (position, capture) in payment.captures.enumerated() {
            try put(capture, position, of: payment, in: session)
        }
    }

    private static func put(
        _ capture: PaymentCapture,
        _ position: Int,
        of payment: Payment,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO payment_captures (tenant, payment, position, reference, fleet, commission, tax,
                fee, fleet_rest, commission_rest, tax_rest)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (tenant, payment, position) DO UPDATE SET fleet_rest = excluded.fleet_rest,
                commission_rest = excluded.commission_rest, tax_rest = excluded.tax_rest
            """,
            [
                .tenant(payment.tenant), .id(payment.id), .integer(Int64(position)),
                .text(capture.reference), .integer(capture.shares.fleet),
                .integer(capture.shares.commission), .integer(capture.shares.tax),
                .integer(capture.feeMinorUnits), .integer(capture.rest.fleet),
                .integer(capture.rest.commission), .integer(capture.rest.tax),
            ]
        )
    }

    /// When the payment last changed, business time; `nil` where there is none.
    package static func updatedAt(
        _ id: PaymentID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> WallTime? {
        try session.first(
            "SELECT updated_at FROM payments WHERE tenant = $1 AND payment = $2",
            [.tenant(tenant), .id(id)]
        )?.time(0)
    }

    /// Payments whose hold or time to approve is over, of all tenants, the oldest first; not those with an
    /// operation under way (below status 5), whose answer decides instead.
    package static func expired(
        at now: WallTime,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [(tenant: TenantID, payment: PaymentID)] {
        let rows = try session.query(
            """
            SELECT tenant, payment FROM payments
            WHERE expires_at IS NOT NULL AND expires_at <= $1 AND NOT EXISTS (
                SELECT 1 FROM provider_operations AS operation
                WHERE operation.tenant = payments.tenant AND operation.payment = payments.payment
                    AND operation.status < 5
            )
            ORDER BY expires_at LIMIT $2
            """,
            [.time(now), .integer(Int64(limit))]
        )
        var found: [(tenant: TenantID, payment: PaymentID)] = []
        for row in rows { found.append((try row.tenant(0), try row.id(1))) }
        return found
    }
}
