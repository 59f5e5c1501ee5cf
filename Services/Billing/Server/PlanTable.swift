package import BillingCore
package import Model
internal import Money
package import Storage
package import Timekeeping

/// A tenant's plan with what surrounds it.
package struct StoredPlan: Hashable, Sendable {
    /// Rates and fees.
    package let plan: BillingPlan
    /// Grows with each change.
    package let version: UInt32
    /// What people call it.
    package let name: String
    /// From when on, business time; usage before it is counted with it too, since there is no earlier plan.
    package let validFrom: WallTime
    /// Where the tenant's months begin.
    package let offsetSeconds: Int32

    /// A plan from its row; the tenant's months begin `offsetSeconds` east of UTC.
    package init(
        plan: BillingPlan,
        version: UInt32,
        name: String,
        validFrom: WallTime,
        offsetSeconds: Int32
    ) {
        self.plan = plan
        self.version = version
        self.name = name
        self.validFrom = validFrom
        self.offsetSeconds = offsetSeconds
    }
}

/// Each tenant's plan: the current one; lines keep what they were counted with.
package enum PlanTable {
    /// The tenant's plan; `nil` where it has none.
    package static func find(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> StoredPlan? {
        let row = try session.first(
            """
            SELECT version, name, commission_basis_points, tax_basis_points, valid_from, offset_seconds
            FROM plans WHERE tenant = $1
            """,
            [.tenant(tenant)]
        )
        guard let row else { return nil }
        let feeRows = try session.query(
            "SELECT currency, amount FROM plan_trip_fees WHERE tenant = $1 ORDER BY currency",
            [.tenant(tenant)]
        )
        var fees: [Amount] = []
        for row in feeRows {
            fees.append(Amount(minorUnits: try row.integer(1), currency: try row.currency(0)))
        }
        guard
            let plan = BillingPlan(
                commissionBasisPoints: try row.number(2),
                taxBasisPoints: try row.number(3),
                tripFees: fees
            )
        else { throw StorageError(.corrupt, "a plan whose rates or fees are out of range") }
        return StoredPlan(
            plan: plan,
            version: try row.number(0),
            name: try row.text(1),
            validFrom: try row.time(4),
            offsetSeconds: try row.number(5)
        )
    }

    /// Sets the tenant's plan.
    package static func put(
        _ stored: StoredPlan,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO plans (tenant, version, name, commission_basis_points, tax_basis_points, valid_from,
                offset_seconds)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (tenant) DO UPDATE SET version = excluded.version, name = excluded.name,
                commission_basis_points = excluded.commission_basis_points,
                tax_basis_points = excluded.tax_basis_points, valid_from = excluded.valid_from,
                offset_seconds = excluded.offset_seconds
            """,
            [
                .tenant(tenant), .integer(Int64(stored.version)), .text(stored.name),
                .integer(Int64(stored.plan.commissionBasisPoints)),
                .integer(Int64(stored.plan.taxBasisPoints)), .time(stored.validFrom),
                .integer(Int64(stored.offsetSeconds)),
            ]
        )
        try session.execute("DELETE FROM plan_trip_fees WHERE tenant = $1", [.tenant(tenant)])
        for fee in stored.plan.tripFees {
            try session.execute(
                "INSERT INTO plan_trip_fees (tenant, currency, amount) VALUES ($1, $2, $3)",
                [
                    .tenant(tenant), .integer(Int64(fee.currency.numericCode)),
                    .integer(fee.minorUnits),
                ]
            )
        }
    }
}

extension SQLRow {
    /// The currency in `column`; throws `.corrupt` for a number that no currency has.
    func currency(_ column: Int) throws(StorageError) -> Currency {
        guard let currency = Currency(numericCode: try number(column)) else {
            throw StorageError(.corrupt, "column \(column) is no currency")
        }
        return currency
    }
}
