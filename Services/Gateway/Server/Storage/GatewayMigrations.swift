package import Storage

/// The gateway's own tables.
package enum GatewaySchema {
    /// Their migrations.
    package static let migrations = MigrationSet(
        component: "gateway",
        [
            Migration(1, "tenants, keys and fleets", fleet),
            Migration(2, "quotes, bookings and idempotency", bookings),
        ]
    )

    private static let fleet: [StaticString] = [
        """
        CREATE TABLE tenants (
            tenant {bigint} NOT NULL PRIMARY KEY,
            name {text} NOT NULL,
            brand {text} NOT NULL,
            currency {bigint} NOT NULL,
            offset_seconds {bigint} NOT NULL,
            revision {bigint} NOT NULL,
            fingerprint {blob} NOT NULL,
            applied_at {bigint} NOT NULL,
            feed_position {bigint} NOT NULL
        ) {table}
        """,
        // The key's own id comes first: a key is looked up before its tenant is known.
        """
        CREATE TABLE api_keys (
            key_id {blob} NOT NULL PRIMARY KEY,
            tenant {bigint} NOT NULL,
            reference {text} NOT NULL,
            secret_hash {blob} NOT NULL,
            environment {text} NOT NULL,
            scopes {bigint} NOT NULL,
            partner {blob} NOT NULL,
            requests_per_second {bigint} NOT NULL,
            created_at {bigint} NOT NULL,
            revoked_at {bigint},
            last_used_at {bigint}
        ) {table}
        """,
        "CREATE INDEX api_keys_tenant ON api_keys (tenant, reference)",
        // Drivers, vehicles, partners and zones: what the fleet calls them, and the id that they have here.
        """
        CREATE TABLE fleet_items (
            tenant {bigint} NOT NULL,
            kind {bigint} NOT NULL,
            reference {text} NOT NULL,
            id {blob} NOT NULL,
            name {text} NOT NULL,
            is_active {bigint} NOT NULL,
            detail {bigint} NOT NULL,
            PRIMARY KEY (tenant, kind, reference)
        ) {clustered}
        """,
        "CREATE UNIQUE INDEX fleet_items_id ON fleet_items (tenant, kind, id)",
        // What was sent to the owners for which revision, and what they said.
        """
        CREATE TABLE provisioning_steps (
            tenant {bigint} NOT NULL,
            revision {bigint} NOT NULL,
            idempotency_key {blob} NOT NULL,
            destination {bigint} NOT NULL,
            what {text} NOT NULL,
            state {bigint} NOT NULL,
            code {bigint} NOT NULL,
            sub_code {bigint} NOT NULL,
            changed_at {bigint} NOT NULL,
            PRIMARY KEY (tenant, revision, idempotency_key)
        ) {clustered}
        """,
    ]

    private static let bookings: [StaticString] = [
        """
        CREATE TABLE quotes (
            tenant {bigint} NOT NULL,
            quote {blob} NOT NULL,
            partner {blob} NOT NULL,
            request {blob} NOT NULL,
            reply {blob} NOT NULL,
            pickup_label {text} NOT NULL,
            drop_off_label {text} NOT NULL,
            made_at {bigint} NOT NULL,
            booking {blob} NOT NULL,
            PRIMARY KEY (tenant, quote)
        ) {clustered}
        """,
        "CREATE INDEX quotes_made ON quotes (made_at)",
        """
        CREATE TABLE bookings (
            tenant {bigint} NOT NULL,
            booking {blob} NOT NULL,
            partner {blob} NOT NULL,
            partner_reference {text} NOT NULL,
            cancel_key {blob} NOT NULL,
            cancel_command {blob} NOT NULL,
            PRIMARY KEY (tenant, booking)
        ) {clustered}
        """,
        """
        CREATE TABLE idempotency (
            tenant {bigint} NOT NULL,
            key_id {blob} NOT NULL,
            idempotency_key {text} NOT NULL,
            fingerprint {blob} NOT NULL,
            booking {blob} NOT NULL,
            effect {blob} NOT NULL,
            command {blob} NOT NULL,
            claimed_at {bigint} NOT NULL,
            claimant {text} NOT NULL,
            is_released {bigint} NOT NULL,
            status {bigint},
            content_type {text},
            entity_tag {text},
            body {blob},
            PRIMARY KEY (tenant, key_id, idempotency_key)
        ) {clustered}
        """,
        "CREATE INDEX idempotency_claimed ON idempotency (claimed_at)",
    ]
}
