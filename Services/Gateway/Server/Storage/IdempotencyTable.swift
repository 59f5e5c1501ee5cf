package import GatewayCore
package import Model
package import Storage
package import Timekeeping

/// Whose key it is: two partners may use the same text without meeting.
package struct IdempotencyScope: Hashable, Sendable {
    /// The fleet.
    package let tenant: TenantID
    /// The credential.
    package let credential: KeyID
    /// The text of the header.
    package let key: IdempotencyKeyText

    /// The key as one credential of a tenant uses it.
    package init(tenant: TenantID, credential: KeyID, key: IdempotencyKeyText) {
        self.tenant = tenant
        self.credential = credential
        self.key = key
    }

    fileprivate var arguments: [SQLValue] { [.tenant(tenant), .id(credential), .text(key.text)] }
}

/// The keys that partners sent with their requests, and what was answered.
package enum IdempotencyTable {
    /// What is stored under `scope`; `nil` where it is new.
    package static func find(
        _ scope: IdempotencyScope,
        in session: any SQLSession
    ) throws(StorageError) -> (record: IdempotencyRecord, command: [UInt8])? {
        let row = try session.first(
            """
            SELECT fingerprint, booking, effect, claimed_at, is_released, status, content_type,
                entity_tag, body, command
            FROM idempotency WHERE tenant = $1 AND key_id = $2 AND idempotency_key = $3
            """,
            scope.arguments
        )
        guard let row else { return nil }
        var answer: StoredAnswer?
        if try !row.isNull(5) {
            answer = StoredAnswer(
                status: try row.number(5),
                body: try row.blob(8),
                contentType: try row.text(6),
                entityTag: try row.text(7)
            )
        }
        let record = IdempotencyRecord(
            fingerprint: try row.blob(0),
            booking: try row.id(1),
            effect: try row.id(2),
            claimedAt: try row.time(3),
            isReleased: try row.bool(4),
            answer: answer
        )
        return (record, try row.blob(9))
    }

    /// Claims `scope`, or takes it over.
    ///
    /// The command is kept with it: a retry has to send dispatch the very same bytes under the same key.
    ///
    /// - Parameter claimant: This instance; its open claims are released when it starts again.
    package static func claim(
        _ scope: IdempotencyScope,
        _ record: IdempotencyRecord,
        command: [UInt8],
        by claimant: String,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO idempotency (tenant, key_id, idempotency_key, fingerprint, booking, effect,
                claimed_at, claimant, command, is_released)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)
            ON CONFLICT (tenant, key_id, idempotency_key) DO UPDATE SET
                fingerprint = excluded.fingerprint, booking = excluded.booking,
                effect = excluded.effect, claimed_at = excluded.claimed_at,
                claimant = excluded.claimant, command = excluded.command, is_released = 0,
                status = NULL, content_type = NULL, entity_tag = NULL, body = NULL
            """,
            scope.arguments + [
                .blob(record.fingerprint), .id(record.booking), .id(record.effect),
                .time(record.claimedAt), .text(claimant), .blob(command),
            ]
        )
    }

    /// Stores the final answer of the claim that is for `booking`.
    package static func answer(
        _ scope: IdempotencyScope,
        booking: BookingID,
        _ answer: StoredAnswer,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            UPDATE idempotency SET status = $1, content_type = $2, entity_tag = $3, body = $4
            WHERE tenant = $5 AND key_id = $6 AND idempotency_key = $7 AND booking = $8
            """,
            [
                .integer(Int64(answer.status)), .text(answer.contentType),
                .text(answer.entityTag), .blob(answer.body),
            ] + scope.arguments + [.id(booking)]
        )
    }

    /// Gives a claim back: the outcome is unknown or may change, and the next retry goes on under its ids.
    package static func release(
        _ scope: IdempotencyScope,
        booking: BookingID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            UPDATE idempotency SET is_released = 1
            WHERE tenant = $1 AND key_id = $2 AND idempotency_key = $3 AND booking = $4
                AND status IS NULL
            """,
            scope.arguments + [.id(booking)]
        )
    }

    /// Gives back what a former run of this instance left open.
    ///
    /// - Returns: How many there were.
    package static func releaseAll(
        of claimant: String,
        in session: any SQLSession
    ) throws(StorageError) -> Int {
        try session.execute(
            "UPDATE idempotency SET is_released = 1 WHERE claimant = $1 AND status IS NULL",
            [.text(claimant)]
        )
    }

    /// Forgets up to `limit` keys from before `moment`.
    package static func purge(
        before moment: WallTime,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> Int {
        let rows = try session.query(
            """
            SELECT tenant, key_id, idempotency_key FROM idempotency WHERE claimed_at < $1
            ORDER BY claimed_at LIMIT $2
            """,
            [.time(moment), .integer(Int64(limit))]
        )
        return try session.executeBatch(
            SQLBatch(
                each: """
                    DELETE FROM idempotency
                    WHERE tenant = $1 AND key_id = $2 AND idempotency_key = $3
                    """
            ),
            rows.map(\.values)
        )
    }
}
