package import BillingCore
package import Model
internal import Money
package import Storage
package import Timekeeping

/// What a report says of a trip beside what is billed; kept for usage figures.
package struct TripDetails: Hashable, Sendable {
    /// Who booked; `.none` where the fleet did.
    package let partner: PartnerID
    /// Who drove.
    package let driver: DriverID
    /// How far, meters.
    package let distanceMeters: UInt32
    /// How long, milliseconds.
    package let durationMilliseconds: UInt32
    /// The code of the wire.
    package let vehicleClass: UInt8

    /// The details of one report, distance in meters and duration in milliseconds.
    package init(
        partner: PartnerID,
        driver: DriverID,
        distanceMeters: UInt32,
        durationMilliseconds: UInt32,
        vehicleClass: UInt8
    ) {
        self.partner = partner
        self.driver = driver
        self.distanceMeters = distanceMeters
        self.durationMilliseconds = durationMilliseconds
        self.vehicleClass = vehicleClass
    }
}

/// The figures of one currency of one month, as the store adds them up.
package struct UsageSums: Hashable, Sendable {
    /// The currency's numeric code of ISO 4217.
    package let currency: UInt16
    /// How many trips.
    package let tripCount: UInt32
    /// What passengers paid, minor units.
    package let fares: Int64
    /// The tax within, minor units.
    package let tax: Int64
    /// The operator's commission, minor units.
    package let commission: Int64
    /// The operator's fees for each trip, minor units.
    package let tripFees: Int64
}

/// Lines of statements, one for each trip, by tenant and trip.
package enum UsageTable {
    /// The trip's line; `nil` where it was not counted.
    package static func find(
        _ trip: TripID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> UsageLine? {
        let row = try session.first(
            """
            SELECT trip, booking, completed_at, currency, fare, tax, commission, trip_fee, month_index,
                month_offset, is_late
            FROM usage_lines WHERE tenant = $1 AND trip = $2
            """,
            [.tenant(tenant), .id(trip)]
        )
        return try row.map(line)
    }

    /// A month's lines by trip, from the one after `cursor` on.
    package static func lines(
        of month: BillingMonth,
        _ tenant: TenantID,
        after cursor: TripID,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [UsageLine] {
        let rows = try session.query(
            """
            SELECT trip, booking, completed_at, currency, fare, tax, commission, trip_fee, month_index,
                month_offset, is_late
            FROM usage_lines WHERE tenant = $1 AND month_index = $2 AND trip > $3
            ORDER BY trip LIMIT $4
            """,
            [.tenant(tenant), .integer(Int64(month.index)), .id(cursor), .integer(Int64(limit))]
        )
        var lines: [UsageLine] = []
        for row in rows { lines.append(try line(row)) }
        return lines
    }

    private static func line(_ row: SQLRow) throws(StorageError) -> UsageLine {
        let currency = try row.currency(3)
        func amount(_ column: Int) throws(StorageError) -> Amount {
            Amount(minorUnits: try row.integer(column), currency: currency)
        }
        let index: Int32 = try row.number(8)
        guard
            let month = BillingMonth(
                year: index / 12,
                month: index % 12 + 1,
                offsetSeconds: try row.number(9)
            )
        else { throw StorageError(.corrupt, "a line of a month that there is not") }
        return UsageLine(
            usage: TripUsage(
                trip: try row.id(0),
                booking: try row.id(1),
                completedAt: try row.time(2),
                fare: try amount(4)
            ),
            month: month,
            isLate: try row.bool(10),
            tax: try amount(5),
            commission: try amount(6),
            tripFee: try amount(7)
        )
    }

    /// Adds a trip's line.
    package static func insert(
        _ line: UsageLine,
        _ details: TripDetails,
        planVersion: UInt32,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO usage_lines (tenant, trip, booking, completed_at, currency, fare, tax, commission,
                trip_fee, month_index, month_offset, is_late, partner, driver, distance_meters,
                duration_milliseconds, vehicle_class, plan_version)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            """,
            [
                .tenant(tenant), .id(line.usage.trip), .id(line.usage.booking),
                .time(line.usage.completedAt),
                .integer(Int64(line.usage.fare.currency.numericCode)),
                .integer(line.usage.fare.minorUnits), .integer(line.tax.minorUnits),
                .integer(line.commission.minorUnits), .integer(line.tripFee.minorUnits),
                .integer(Int64(line.month.index)), .integer(Int64(line.month.offsetSeconds)),
                .bool(line.isLate), .id(details.partner), .id(details.driver),
                .integer(Int64(details.distanceMeters)),
                .integer(Int64(details.durationMilliseconds)),
                .integer(Int64(details.vehicleClass)), .integer(Int64(planVersion)),
            ]
        )
    }

    /// The sums of a month, by currency; the same as those of `Statement` over its lines.
    ///
    /// - Throws: `.invalid` where a sum does not fit 64 bits.
    package static func sums(
        of month: BillingMonth,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> [UsageSums] {
        let rows = try session.query(
            """
            SELECT currency, count(*), CAST(sum(fare) AS BIGINT), CAST(sum(tax) AS BIGINT),
                CAST(sum(commission) AS BIGINT), CAST(sum(trip_fee) AS BIGINT)
            FROM usage_lines WHERE tenant = $1 AND month_index = $2 GROUP BY currency ORDER BY currency
            """,
            [.tenant(tenant), .integer(Int64(month.index))]
        )
        var sums: [UsageSums] = []
        for row in rows {
            sums.append(
                UsageSums(
                    currency: try row.number(0),
                    tripCount: try row.number(1),
                    fares: try row.integer(2),
                    tax: try row.integer(3),
                    commission: try row.integer(4),
                    tripFees: try row.integer(5)
                )
            )
        }
        return sums
    }
}

/// Statements that nothing is added to any more.
package enum ClosedStatementTable {
    /// The index of the last closed month; `nil` where none is.
    package static func last(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Int32? {
        let row = try session.first(
            "SELECT max(month_index) FROM closed_statements WHERE tenant = $1",
            [.tenant(tenant)]
        )
        guard let row, try !row.isNull(0) else { return nil }
        return try row.number(0)
    }

    /// Closes a month that is over, and with it those before it.
    ///
    /// - Returns: Whether it was closed now; `false` where it is not over, or was closed before.
    package static func close(
        _ month: BillingMonth,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> Bool {
        guard Statement.mayClose(month, at: now) else { return false }
        return try session.execute(
            """
            INSERT INTO closed_statements (tenant, month_index, closed_at) VALUES ($1, $2, $3)
            ON CONFLICT (tenant, month_index) DO NOTHING
            """,
            [.tenant(tenant), .integer(Int64(month.index)), .time(now)]
        ) == 1
    }
}

/// Totals that no row shows. Kinds are stored and never reused.
package enum BillingCounter: Int64, Hashable, Sendable {
    /// Reports of a trip that was counted before.
    case repeated = 1
    /// Reports refused.
    case refused = 2

    /// Adds one.
    func increment(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO billing_counters (tenant, kind, total) VALUES ($1, $2, 1)
            ON CONFLICT (tenant, kind) DO UPDATE SET total = billing_counters.total + 1
            """,
            [.tenant(tenant), .integer(rawValue)]
        )
    }
}
