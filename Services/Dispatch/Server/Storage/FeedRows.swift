package import Model
package import Storage

/// Places in feeds: 1, 2, 3, ... without gaps, counted in the transaction of the entry.
package enum FeedRows {
    /// Which feed; raw values are stored and never reused.
    package enum Kind: Int64, Sendable {
        /// A tenant's booking events.
        case bookings = 1
        /// Changes of shifts, of all tenants; kept under tenant 0.
        case shifts = 2
    }

    /// Takes the next place.
    static func next(
        _ kind: Kind,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> UInt64 {
        let row = try session.first(
            """
            INSERT INTO feeds (tenant, kind, position) VALUES ($1, $2, 1)
            ON CONFLICT (tenant, kind) DO UPDATE SET position = feeds.position + 1
            RETURNING position
            """,
            [.tenant(tenant), .code(kind)]
        )
        guard let row else { throw StorageError(.corrupt, "a feed gave no place") }
        return try row.number(0)
    }

    /// The last place taken; 0 where there is none.
    package static func last(
        _ kind: Kind,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> UInt64 {
        let row = try session.first(
            "SELECT position FROM feeds WHERE tenant = $1 AND kind = $2",
            [.tenant(tenant), .code(kind)]
        )
        return try row?.number(0) ?? 0
    }
}
