package import Storage

/// The tables of ingest. The tenant comes first in every key.
package enum IngestMigrations {
    /// Their migrations.
    package static let all = MigrationSet(
        component: "ingest",
        [Migration(1, "zones and trails", zones + trails)]
    )

    // A removed zone keeps its row, without an area, for its revision: a late copy of an older state must not bring
    // it back.
    private static let zones: [StaticString] = [
        """
        CREATE TABLE zones (
            tenant {bigint} NOT NULL,
            zone {blob} NOT NULL,
            revision {bigint} NOT NULL,
            purpose {bigint} NOT NULL,
            is_removed {bigint} NOT NULL,
            name {text} NOT NULL,
            area {blob} NOT NULL,
            updated_at {bigint} NOT NULL,
            PRIMARY KEY (tenant, zone)
        ) {clustered}
        """
    ]

    // Sequence numbers run within a shift, so the key makes storing a fix twice harmless.
    private static let trails: [StaticString] = [
        """
        CREATE TABLE trail_fixes (
            tenant {bigint} NOT NULL,
            shift {blob} NOT NULL,
            sequence {bigint} NOT NULL,
            driver {blob} NOT NULL,
            vehicle {blob} NOT NULL,
            measured_at {bigint} NOT NULL,
            received_at {bigint} NOT NULL,
            latitude_e7 {bigint} NOT NULL,
            longitude_e7 {bigint} NOT NULL,
            speed {bigint} NOT NULL,
            heading {bigint} NOT NULL,
            accuracy {bigint} NOT NULL,
            status {bigint} NOT NULL,
            PRIMARY KEY (tenant, shift, sequence)
        ) {clustered}
        """,
        "CREATE INDEX trail_fixes_received ON trail_fixes (received_at)",
    ]
}
