package import Storage

/// The tables of outbox and inbox, in every service's own store.
package enum DeliverySchema {
    /// Their migrations.
    package static let migrations = MigrationSet(
        component: "delivery",
        [
            Migration(
                1,
                "outbox and inbox",
                [
                    // The pump reads by destination and sequence; shard makes it unique among instances that
                    // share a store. Rows go once they are answered, so the table is as long as what is on its way.
                    """
                    CREATE TABLE outbox (
                        destination {bigint} NOT NULL,
                        sequence {bigint} NOT NULL,
                        shard {bigint} NOT NULL,
                        ordering_key {blob} NOT NULL,
                        tenant {bigint} NOT NULL,
                        method {bigint} NOT NULL,
                        idempotency_key {blob} NOT NULL,
                        subject {text} NOT NULL,
                        body {blob} NOT NULL,
                        created_at {bigint} NOT NULL,
                        parked_at {bigint},
                        parked_reason {text},
                        PRIMARY KEY (destination, sequence, shard)
                    ) {clustered}
                    """,
                    """
                    CREATE INDEX outbox_parked ON outbox (destination, ordering_key)
                    WHERE parked_at IS NOT NULL
                    """,
                    """
                    CREATE TABLE inbox (
                        tenant {bigint} NOT NULL,
                        idempotency_key {blob} NOT NULL,
                        fingerprint {blob} NOT NULL,
                        reply_code {bigint} NOT NULL,
                        reply_sub_code {bigint} NOT NULL,
                        reply_body {blob} NOT NULL,
                        received_at {bigint} NOT NULL,
                        PRIMARY KEY (tenant, idempotency_key)
                    ) {clustered}
                    """,
                    "CREATE INDEX inbox_received ON inbox (received_at)",
                ]
            ),
            Migration(
                2,
                "an operator's decisions about entries that were given up",
                [
                    "ALTER TABLE outbox ADD COLUMN freed_at {bigint}",
                    // The record of what was decided, for whoever asks later; no program reads it. Bodies stay out:
                    // they may hold what a passenger wrote.
                    """
                    CREATE TABLE outbox_dropped (
                        dropped_at {bigint} NOT NULL,
                        destination {bigint} NOT NULL,
                        sequence {bigint} NOT NULL,
                        shard {bigint} NOT NULL,
                        ordering_key {blob} NOT NULL,
                        tenant {bigint} NOT NULL,
                        method {bigint} NOT NULL,
                        idempotency_key {blob} NOT NULL,
                        created_at {bigint} NOT NULL,
                        parked_at {bigint} NOT NULL,
                        parked_reason {text} NOT NULL,
                        dropped_reason {text} NOT NULL,
                        PRIMARY KEY (dropped_at, destination, sequence, shard)
                    ) {clustered}
                    """,
                ]
            ),
        ]
    )
}
