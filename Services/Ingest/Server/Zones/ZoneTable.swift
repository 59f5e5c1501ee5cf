internal import Geo
internal import Messages
package import Model
package import Storage
package import Timekeeping

/// The stored zones of all tenants.
package enum ZoneTable {
    /// A tenant with one of its zones.
    package struct Row: Hashable, Sendable {
        /// Whose zone.
        package let tenant: TenantID
        /// The zone.
        package let zone: Zone
    }

    /// Zones that one read of `page` returns: a large one is 4 MB.
    package static let pageCount = 64

    /// The zone as it is stored, a removed one too; `nil` where there never was one.
    package static func find(
        _ id: ZoneID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Zone? {
        let row = try session.first(
            """
            SELECT tenant, zone, revision, purpose, is_removed, name, area FROM zones
            WHERE tenant = $1 AND zone = $2
            """,
            [.tenant(tenant), .id(id)]
        )
        guard let row else { return nil }
        return try read(row).zone
    }

    /// Stores the zone in place of what was there.
    package static func put(
        _ zone: Zone,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO zones (tenant, zone, revision, purpose, is_removed, name, area, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (tenant, zone) DO UPDATE SET revision = excluded.revision,
                purpose = excluded.purpose, is_removed = excluded.is_removed, name = excluded.name,
                area = excluded.area, updated_at = excluded.updated_at
            """,
            [
                .tenant(tenant), .id(zone.id), .integer(Int64(clamping: zone.revision)),
                .integer(Int64(zone.purpose.rawValue)), .bool(zone.area == nil), .text(zone.name),
                .blob(ZoneShape.bytes(of: zone.area)), .time(now),
            ]
        )
    }

    /// The zones behind `last` in the order of the key, at most `pageCount`; all tenants, for the start.
    package static func page(
        after last: Row?,
        in session: any SQLSession
    ) throws(StorageError) -> [Row] {
        let rows = try session.query(
            """
            SELECT tenant, zone, revision, purpose, is_removed, name, area FROM zones
            WHERE tenant > $1 OR (tenant = $1 AND zone > $2)
            ORDER BY tenant, zone LIMIT $3
            """,
            [
                last.map { .tenant($0.tenant) } ?? .integer(.min),
                last.map { .id($0.zone.id) } ?? .blob([]),
                .integer(Int64(pageCount)),
            ]
        )
        var zones: [Row] = []
        for row in rows { zones.append(try read(row)) }
        return zones
    }

    private static func read(_ row: SQLRow) throws(StorageError) -> Row {
        guard let purpose = ZonePurposeCode(rawValue: try row.number(3)) else {
            throw StorageError(.corrupt, "a zone of no known purpose")
        }
        let area = try ZoneShape.area(in: try row.blob(6))
        guard try row.bool(4) == (area == nil) else {
            throw StorageError(.corrupt, "a zone is both removed and there")
        }
        let zone = Zone(
            id: try row.id(1),
            revision: try row.number(2),
            purpose: purpose,
            name: try row.text(5),
            area: area
        )
        return Row(tenant: try row.tenant(0), zone: zone)
    }
}
