package import Delivery
package import Model
package import Storage
package import Timekeeping

/// The inbox of one store: which commands were carried out, and what was answered.
package enum InboxTable {
    /// What is remembered of `key`; nil where it is new.
    package static func record(
        of key: IdempotencyKey,
        for tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> InboxRecord? {
        let row = try session.first(
            """
            SELECT fingerprint, reply_code, reply_sub_code, reply_body, received_at
            FROM inbox WHERE tenant = $1 AND idempotency_key = $2
            """,
            [.tenant(tenant), .id(key)]
        )
        guard let row else { return nil }
        return InboxRecord(
            fingerprint: try row.blob(0),
            reply: CommandReply(
                code: try row.number(1),
                subCode: try row.number(2),
                body: try row.blob(3)
            ),
            receivedAt: try row.time(4)
        )
    }

    /// Remembers `command` and its answer, in the transaction of its effect.
    package static func insert(
        _ command: Command,
        _ reply: CommandReply,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO inbox (tenant, idempotency_key, fingerprint, reply_code, reply_sub_code,
                reply_body, received_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            [
                .tenant(command.tenant), .id(command.key), .blob(command.fingerprint),
                .integer(Int64(reply.code)), .integer(Int64(reply.subCode)), .blob(reply.body),
                .time(now),
            ]
        )
    }

    /// Forgets up to `limit` of the records from before `moment`; called now and then, until it returns less.
    ///
    /// - Returns: How many it forgot.
    package static func purge(
        before moment: WallTime,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> Int {
        let rows = try session.query(
            """
            SELECT tenant, idempotency_key FROM inbox WHERE received_at < $1
            ORDER BY received_at LIMIT $2
            """,
            [.time(moment), .integer(Int64(limit))]
        )
        return try session.executeBatch(
            SQLBatch(
                each: "DELETE FROM inbox WHERE tenant = $1 AND idempotency_key = $2",
                set: """
                    DELETE FROM inbox USING unnest($1::bigint[], $2::bytea[]) AS old (tenant, key)
                    WHERE inbox.tenant = old.tenant AND inbox.idempotency_key = old.key
                    """
            ),
            rows.map(\.values)
        )
    }
}
