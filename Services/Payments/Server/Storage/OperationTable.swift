package import Model
package import Money
package import PaymentsCore
package import Storage
package import Timekeeping

/// Provider operations, each with its key: what has to be asked, and what was.
package enum OperationTable {
    /// One that is due.
    package struct Due: Hashable, Sendable {
        /// Whose payment.
        package let tenant: TenantID
        /// The payment.
        package let payment: PaymentID
        /// The operation's number within the payment, from 1.
        package let ordinal: UInt32
        /// Real time.
        package let dueAt: WallTime
    }

    /// The payment's last operation.
    package static func last(
        of payment: PaymentID,
        _ tenant: TenantID,
        currency: Currency,
        in session: any SQLSession
    ) throws(StorageError) -> ProviderOperation? {
        let row = try session.first(
            """
            SELECT ordinal, kind, key, amount, is_final, target, created_at, status, next_call,
                attempt_count, unknown_cause
            FROM provider_operations WHERE tenant = $1 AND payment = $2
            ORDER BY ordinal DESC LIMIT 1
            """,
            [.tenant(tenant), .id(payment)]
        )
        guard let row else { return nil }
        return ProviderOperation(
            ordinal: try row.number(0),
            kind: try row.code(1),
            key: try row.text(2),
            amount: try row.integer(ifPresent: 3).map {
                Amount(minorUnits: $0, currency: currency)
            },
            isFinal: try row.bool(4),
            target: try row.text(ifPresent: 5),
            createdAt: try row.time(6),
            status: try row.code(7),
            nextCall: try row.code(8),
            attemptCount: try row.number(9),
            unknownCause: try row.code(ifPresent: 10)
        )
    }

    /// Stores an operation, new or changed.
    ///
    /// - Parameter dueAt: When it is to be asked, real time; `nil` where nothing is left to ask.
    package static func put(
        _ operation: ProviderOperation,
        of payment: Payment,
        dueAt: WallTime?,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO provider_operations (tenant, payment, ordinal, kind, key, amount, is_final, target,
                created_at, status, next_call, attempt_count, unknown_cause, due_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            ON CONFLICT (tenant, payment, ordinal) DO UPDATE SET status = excluded.status,
                next_call = excluded.next_call, attempt_count = excluded.attempt_count,
                unknown_cause = excluded.unknown_cause, due_at = excluded.due_at
            """,
            [
                .tenant(payment.tenant), .id(payment.id), .integer(Int64(operation.ordinal)),
                .code(operation.kind), .text(operation.key),
                .optional(operation.amount.map { .integer($0.minorUnits) }),
                .bool(operation.isFinal), .optional(operation.target.map { .text($0) }),
                .time(operation.createdAt), .code(operation.status), .code(operation.nextCall),
                .integer(Int64(operation.attemptCount)), .code(ifPresent: operation.unknownCause),
                .optional(dueAt.map { .time($0) }),
            ]
        )
    }

    /// What is due by `now`, of all tenants, the oldest first.
    package static func due(
        by now: WallTime,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [Due] {
        let rows = try session.query(
            """
            SELECT tenant, payment, ordinal, due_at FROM provider_operations
            WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2
            """,
            [.time(now), .integer(Int64(limit))]
        )
        var due: [Due] = []
        for row in rows {
            due.append(
                Due(
                    tenant: try row.tenant(0),
                    payment: try row.id(1),
                    ordinal: try row.number(2),
                    dueAt: try row.time(3)
                )
            )
        }
        return due
    }

    /// When the next one is due, real time; `nil` where none is.
    package static func nextDue(in session: any SQLSession) throws(StorageError) -> WallTime? {
        let row = try session.first(
            "SELECT min(due_at) FROM provider_operations WHERE due_at IS NOT NULL"
        )
        return try row?.integer(ifPresent: 0).map(WallTime.init(microseconds:))
    }
}
