package import Storage

/// The tables of billing, the tenant first in every key.
package enum BillingSchema {
    /// Their migrations.
    package static let migrations = MigrationSet(
        component: "billing",
        [
            Migration(
                1,
                "plans, usage and statements",
                [
                    """
                    CREATE TABLE plans (
                        tenant {bigint} NOT NULL PRIMARY KEY,
                        version {bigint} NOT NULL,
                        name {text} NOT NULL,
                        commission_basis_points {bigint} NOT NULL,
                        tax_basis_points {bigint} NOT NULL,
                        valid_from {bigint} NOT NULL,
                        offset_seconds {bigint} NOT NULL
                    ) {table}
                    """,
                    """
                    CREATE TABLE plan_trip_fees (
                        tenant {bigint} NOT NULL,
                        currency {bigint} NOT NULL,
                        amount {bigint} NOT NULL,
                        PRIMARY KEY (tenant, currency)
                    ) {clustered}
                    """,
                    // month_index and month_offset are the month on whose statement the line stands.
                    """
                    CREATE TABLE usage_lines (
                        tenant {bigint} NOT NULL,
                        trip {blob} NOT NULL,
                        booking {blob} NOT NULL,
                        completed_at {bigint} NOT NULL,
                        currency {bigint} NOT NULL,
                        fare {bigint} NOT NULL,
                        tax {bigint} NOT NULL,
                        commission {bigint} NOT NULL,
                        trip_fee {bigint} NOT NULL,
                        month_index {bigint} NOT NULL,
                        month_offset {bigint} NOT NULL,
                        is_late {bigint} NOT NULL,
                        partner {blob} NOT NULL,
                        driver {blob} NOT NULL,
                        distance_meters {bigint} NOT NULL,
                        duration_milliseconds {bigint} NOT NULL,
                        vehicle_class {bigint} NOT NULL,
                        plan_version {bigint} NOT NULL,
                        PRIMARY KEY (tenant, trip)
                    ) {clustered}
                    """,
                    "CREATE INDEX usage_lines_month ON usage_lines (tenant, month_index, currency)",
                    """
                    CREATE TABLE closed_statements (
                        tenant {bigint} NOT NULL,
                        month_index {bigint} NOT NULL,
                        closed_at {bigint} NOT NULL,
                        PRIMARY KEY (tenant, month_index)
                    ) {clustered}
                    """,
                    """
                    CREATE TABLE billing_counters (
                        tenant {bigint} NOT NULL,
                        kind {bigint} NOT NULL,
                        total {bigint} NOT NULL,
                        PRIMARY KEY (tenant, kind)
                    ) {clustered}
                    """,
                ]
            )
        ]
    )
}
