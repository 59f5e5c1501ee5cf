package import Crypto
package import GatewayCore
package import Messages
package import Model
package import Storage
package import Timekeeping

/// An API key as it is stored: never its secret.
package struct KeyRow: Sendable {
    /// The key.
    package var key: Model.KeyID
    /// Whose.
    package var tenant: TenantID
    /// What the fleet calls it.
    package var reference: String
    /// HMAC-SHA256 of the secret with the server's key.
    package var secretHash: Digest256
    /// Where it belongs.
    package var environment: APIKeyText.Environment
    /// What it may do.
    package var scopes: TokenScopes
    /// For whom it books; "none" for the fleet itself.
    package var partner: PartnerID
    /// Requests a second; 0 is the configured default.
    package var requestsPerSecond: UInt32
    /// When it was last used, real time, to the minute; `nil` where it never was.
    package var lastUsedAt: WallTime?
}

/// The API keys that are not revoked.
package enum KeyTable {
    /// The most keys a gateway keeps in memory, and so the most there may be.
    package static let keyCountMax = 50_000

    /// All keys that may be used.
    package static func all(in session: any SQLSession) throws(StorageError) -> [KeyRow] {
        try rows(
            session.query(
                """
                SELECT key_id, tenant, reference, secret_hash, environment, scopes, partner,
                    requests_per_second, last_used_at
                FROM api_keys WHERE revoked_at IS NULL ORDER BY key_id LIMIT $1
                """,
                [.integer(Int64(keyCountMax))]
            )
        )
    }

    /// A tenant's keys that may be used, by reference.
    package static func keys(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> [KeyRow] {
        try rows(
            session.query(
                """
                SELECT key_id, tenant, reference, secret_hash, environment, scopes, partner,
                    requests_per_second, last_used_at
                FROM api_keys WHERE tenant = $1 AND revoked_at IS NULL ORDER BY reference
                """,
                [.tenant(tenant)]
            )
        )
    }

    private static func rows(_ rows: [SQLRow]) throws(StorageError) -> [KeyRow] {
        var keys: [KeyRow] = []
        for row in rows {
            guard let hash = Digest256(try row.blob(3)),
                let environment = APIKeyText.Environment(rawValue: try row.text(4))
            else { throw StorageError(.corrupt, "a stored key is damaged") }
            keys.append(
                KeyRow(
                    key: try row.id(0),
                    tenant: try row.tenant(1),
                    reference: try row.text(2),
                    secretHash: hash,
                    environment: environment,
                    scopes: TokenScopes(rawValue: UInt64(bitPattern: try row.integer(5))),
                    partner: try row.id(6),
                    requestsPerSecond: try row.number(7),
                    lastUsedAt: try row.optional(8) { (row, column) throws(StorageError) in
                        try row.time(column)
                    }
                )
            )
        }
        return keys
    }

    /// Adds a key.
    package static func insert(
        _ key: KeyRow,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO api_keys (key_id, tenant, reference, secret_hash, environment, scopes,
                partner, requests_per_second, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            [
                .id(key.key), .tenant(key.tenant), .text(key.reference),
                .blob(key.secretHash.bytes), .text(key.environment.rawValue),
                .integer(Int64(bitPattern: key.scopes.rawValue)), .id(key.partner),
                .integer(Int64(key.requestsPerSecond)), .time(now),
            ]
        )
    }

    /// Sets what may change of a key: what it may do, for whom and how often.
    package static func update(
        _ key: KeyRow,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            UPDATE api_keys SET scopes = $1, partner = $2, requests_per_second = $3
            WHERE key_id = $4
            """,
            [
                .integer(Int64(bitPattern: key.scopes.rawValue)), .id(key.partner),
                .integer(Int64(key.requestsPerSecond)), .id(key.key),
            ]
        )
    }

    /// Makes a key worthless, for good.
    package static func revoke(
        _ key: Model.KeyID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "UPDATE api_keys SET revoked_at = $1 WHERE key_id = $2",
            [.time(now), .id(key)]
        )
    }

    /// Remembers when keys were last used.
    package static func setLastUse(
        _ uses: [(key: Model.KeyID, at: WallTime)],
        in session: any SQLSession
    ) throws(StorageError) {
        try session.executeBatch(
            SQLBatch(each: "UPDATE api_keys SET last_used_at = $1 WHERE key_id = $2"),
            uses.map { [.time($0.at), .id($0.key)] }
        )
    }
}
