package import Model
package import Money
package import Storage
package import Timekeeping

/// A tenant as the gateway keeps it.
package struct TenantRow: Hashable, Sendable {
    /// Its number.
    package var tenant: TenantID
    /// Its name.
    package var name: String
    /// Its white-label settings, the JSON object as it was given; "{}" for none.
    package var brand: String
    /// What it charges in.
    package var currency: Currency
    /// Its offset from UTC: where its months begin.
    package var offsetSeconds: Int32
    /// Grows with each change of its document.
    package var revision: UInt32
    /// SHA-256 of the document.
    package var fingerprint: [UInt8]
    /// When the document was applied, real time.
    package var appliedAt: WallTime
    /// The last place in its feed that was followed.
    package var feedPosition: UInt64
}

/// The tenants.
package enum TenantTable {
    /// The tenant; `nil` where there is none.
    package static func find(
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> TenantRow? {
        try all(in: session).first { $0.tenant == tenant }
    }

    /// All tenants, by number.
    package static func all(in session: any SQLSession) throws(StorageError) -> [TenantRow] {
        let rows = try session.query(
            """
            SELECT tenant, name, brand, currency, offset_seconds, revision, fingerprint, applied_at,
                feed_position
            FROM tenants ORDER BY tenant
            """
        )
        var tenants: [TenantRow] = []
        for row in rows {
            guard let currency = Currency(numericCode: try row.number(3)) else {
                throw StorageError(.corrupt, "a tenant's currency is none")
            }
            tenants.append(
                TenantRow(
                    tenant: try row.tenant(0),
                    name: try row.text(1),
                    brand: try row.text(2),
                    currency: currency,
                    offsetSeconds: try row.number(4),
                    revision: try row.number(5),
                    fingerprint: try row.blob(6),
                    appliedAt: try row.time(7),
                    feedPosition: UInt64(bitPattern: try row.integer(8))
                )
            )
        }
        return tenants
    }

    /// Adds or replaces a tenant; its place in the feed stays.
    package static func put(
        _ row: TenantRow,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO tenants (tenant, name, brand, currency, offset_seconds, revision,
                fingerprint, applied_at, feed_position)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
            ON CONFLICT (tenant) DO UPDATE SET
                name = excluded.name, brand = excluded.brand, currency = excluded.currency,
                offset_seconds = excluded.offset_seconds, revision = excluded.revision,
                fingerprint = excluded.fingerprint, applied_at = excluded.applied_at
            """,
            [
                .tenant(row.tenant), .text(row.name), .text(row.brand),
                .integer(Int64(row.currency.numericCode)), .integer(Int64(row.offsetSeconds)),
                .integer(Int64(row.revision)), .blob(row.fingerprint), .time(row.appliedAt),
            ]
        )
    }

    /// Remembers how far the tenant's feed was followed.
    package static func setFeedPosition(
        _ position: UInt64,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "UPDATE tenants SET feed_position = $1 WHERE tenant = $2",
            [.integer(Int64(bitPattern: position)), .tenant(tenant)]
        )
    }
}
