internal import IngestCore
package import Model
package import Storage
package import Timekeeping

/// The stored ways of trips: bulk, append-only, kept for a stated time.
package enum TrailTable {
    /// Appends fixes; those that are there already stay as they are, so a repeated write changes nothing.
    ///
    /// - Returns: How many were new.
    @discardableResult
    package static func append(
        _ fixes: [TrailFix],
        in session: any SQLSession
    ) throws(StorageError) -> Int {
        try session.executeBatch(insertion, fixes.map(row))
    }

    /// The fixes of a shift with numbers above `sequence`, in their order, at most `limit`.
    package static func fixes(
        of shift: ShiftID,
        of tenant: TenantID,
        after sequence: UInt32,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [TrailFix] {
        let rows = try session.query(
            """
            SELECT sequence, driver, vehicle, measured_at, received_at, latitude_e7, longitude_e7,
                speed, heading, accuracy, status
            FROM trail_fixes WHERE tenant = $1 AND shift = $2 AND sequence > $3
            ORDER BY sequence LIMIT $4
            """,
            [.tenant(tenant), .id(shift), .integer(Int64(sequence)), .integer(Int64(limit))]
        )
        var fixes: [TrailFix] = []
        for row in rows {
            let duty = Duty(
                tenant: tenant,
                driver: try row.id(1),
                vehicle: try row.id(2),
                shift: shift
            )
            let fix = Fix(
                measuredAt: try row.integer(3) / 1000,
                latitudeE7: try row.number(5),
                longitudeE7: try row.number(6),
                sequence: try row.number(0),
                speed: try row.number(7),
                heading: try row.number(8),
                accuracy: try row.number(9),
                status: try row.number(10)
            )
            fixes.append(TrailFix(duty: duty, fix: fix, receivedAt: try row.integer(4) / 1000))
        }
        return fixes
    }

    /// Forgets up to `limit` of the fixes that came before `moment`; called until it returns less.
    ///
    /// - Returns: How many it forgot.
    package static func purge(
        before moment: WallTime,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> Int {
        let rows = try session.query(
            """
            SELECT tenant, shift, sequence FROM trail_fixes WHERE received_at < $1
            ORDER BY received_at LIMIT $2
            """,
            [.time(moment), .integer(Int64(limit))]
        )
        return try session.executeBatch(
            SQLBatch(
                each: "DELETE FROM trail_fixes WHERE tenant = $1 AND shift = $2 AND sequence = $3",
                set: """
                    DELETE FROM trail_fixes
                    USING unnest($1::bigint[], $2::bytea[], $3::bigint[]) AS old (tenant, shift, sequence)
                    WHERE trail_fixes.tenant = old.tenant AND trail_fixes.shift = old.shift
                        AND trail_fixes.sequence = old.sequence
                    """
            ),
            rows.map(\.values)
        )
    }

    private static func row(_ entry: TrailFix) -> [SQLValue] {
        let (duty, fix) = (entry.duty, entry.fix)
        return [
            .tenant(duty.tenant), .id(duty.shift), .integer(Int64(fix.sequence)),
            .id(duty.driver), .id(duty.vehicle), .time(moment(fix.measuredAt)),
            .time(moment(entry.receivedAt)), .integer(Int64(fix.latitudeE7)),
            .integer(Int64(fix.longitudeE7)), .integer(Int64(fix.speed)),
            .integer(Int64(fix.heading)), .integer(Int64(fix.accuracy)),
            .integer(Int64(fix.status)),
        ]
    }

    /// Columns of time are in microseconds, in all stores.
    private static func moment(_ milliseconds: Int64) -> WallTime {
        WallTime(microseconds: milliseconds.multipliedReportingOverflow(by: 1000).partialValue)
    }

    private static let insertion = SQLBatch(
        each: """
            INSERT INTO trail_fixes (tenant, shift, sequence, driver, vehicle, measured_at,
                received_at, latitude_e7, longitude_e7, speed, heading, accuracy, status)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            ON CONFLICT (tenant, shift, sequence) DO NOTHING
            """,
        set: """
            INSERT INTO trail_fixes (tenant, shift, sequence, driver, vehicle, measured_at,
                received_at, latitude_e7, longitude_e7, speed, heading, accuracy, status)
            SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bytea[],
                $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
                $12::bigint[], $13::bigint[])
            ON CONFLICT (tenant, shift, sequence) DO NOTHING
            """
    )
}
