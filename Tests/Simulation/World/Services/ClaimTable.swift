internal import GatewayCore
internal import Model
internal import Storage

/// Claims of idempotency keys, as the gateway keeps them.
enum ClaimTable {
    static let migrations = MigrationSet(
        component: "claims",
        [
            Migration(
                1,
                "claims",
                [
                    """
                    CREATE TABLE claims (
                        idempotency_key {text} NOT NULL PRIMARY KEY,
                        fingerprint {blob} NOT NULL,
                        booking {blob} NOT NULL,
                        effect {blob} NOT NULL,
                        claimed_at {bigint} NOT NULL,
                        status {bigint} NOT NULL,
                        body {blob} NOT NULL
                    ) {table}
                    """
                ]
            )
        ]
    )

    static func find(
        _ key: String,
        in session: any SQLSession
    ) throws(StorageError) -> IdempotencyRecord? {
        let row = try session.first(
            """
            SELECT fingerprint, booking, effect, claimed_at, status, body FROM claims
            WHERE idempotency_key = $1
            """,
            [.text(key)]
        )
        guard let row else { return nil }
        var record = IdempotencyRecord(
            fingerprint: try row.blob(0),
            booking: try row.id(1),
            effect: try row.id(2),
            claimedAt: try row.time(3)
        )
        let status: UInt16 = try row.number(4)
        if status > 0 {
            record.answer = StoredAnswer(
                status: status,
                body: try row.blob(5),
                contentType: "application/octet-stream"
            )
        }
        return record
    }

    static func put(
        _ key: String,
        _ record: IdempotencyRecord,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO claims (idempotency_key, fingerprint, booking, effect, claimed_at, status, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (idempotency_key) DO UPDATE SET fingerprint = excluded.fingerprint,
                booking = excluded.booking, effect = excluded.effect,
                claimed_at = excluded.claimed_at, status = excluded.status, body = excluded.body
            """,
            [
                .text(key), .blob(record.fingerprint), .id(record.booking), .id(record.effect),
                .time(record.claimedAt), .integer(Int64(record.answer?.status ?? 0)),
                .blob(record.answer?.body ?? []),
            ]
        )
    }
}
