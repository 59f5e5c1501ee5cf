package import Storage

/// The tables of payments. The tenant comes first in every key, and no query is without it but the worker's.
package enum PaymentsSchema {
    /// Their migrations.
    package static let migrations = MigrationSet(
        component: "payments",
        [
            Migration(1, "payments", payments),
            Migration(2, "ledger", ledger),
            Migration(3, "entries in the order of postings", entriesByPosting),
        ]
    )

    private static let payments: [StaticString] = [
        """
        CREATE TABLE payment_methods (
            tenant {bigint} NOT NULL,
            payment_method {blob} NOT NULL,
            partner {blob} NOT NULL,
            revision {bigint} NOT NULL,
            provider {bigint} NOT NULL,
            is_active {bigint} NOT NULL,
            vault_token {text} NOT NULL,
            label {text} NOT NULL,
            merchant_reference {text} NOT NULL,
            PRIMARY KEY (tenant, payment_method)
        ) {clustered}
        """,
        """
        CREATE TABLE payments (
            tenant {bigint} NOT NULL,
            payment {blob} NOT NULL,
            booking {blob} NOT NULL,
            partner {blob} NOT NULL,
            payment_method {blob} NOT NULL,
            method_token {text} NOT NULL,
            provider {bigint} NOT NULL,
            amount {bigint} NOT NULL,
            currency {bigint} NOT NULL,
            commission_basis_points {bigint} NOT NULL,
            tax_basis_points {bigint} NOT NULL,
            note {text} NOT NULL,
            created_at {bigint} NOT NULL,
            updated_at {bigint} NOT NULL,
            state {bigint} NOT NULL,
            authorised {bigint} NOT NULL,
            expires_at {bigint},
            order_reference {text},
            authorisation_reference {text},
            wishes {blob} NOT NULL,
            problem {bigint},
            report_count {bigint} NOT NULL,
            PRIMARY KEY (tenant, payment)
        ) {clustered}
        """,
        "CREATE INDEX payments_booking ON payments (tenant, booking)",
        "CREATE INDEX payments_expiry ON payments (expires_at) WHERE expires_at IS NOT NULL",
        """
        CREATE TABLE payment_captures (
            tenant {bigint} NOT NULL,
            payment {blob} NOT NULL,
            position {bigint} NOT NULL,
            reference {text} NOT NULL,
            fleet {bigint} NOT NULL,
            commission {bigint} NOT NULL,
            tax {bigint} NOT NULL,
            fee {bigint} NOT NULL,
            fleet_rest {bigint} NOT NULL,
            commission_rest {bigint} NOT NULL,
            tax_rest {bigint} NOT NULL,
            PRIMARY KEY (tenant, payment, position)
        ) {clustered}
        """,
        // due_at is real time, everything else business time; NULL once nothing is left to ask.
        """
        CREATE TABLE provider_operations (
            tenant {bigint} NOT NULL,
            payment {blob} NOT NULL,
            ordinal {bigint} NOT NULL,
            kind {bigint} NOT NULL,
            key {text} NOT NULL,
            amount {bigint},
            is_final {bigint} NOT NULL,
            target {text},
            created_at {bigint} NOT NULL,
            status {bigint} NOT NULL,
            next_call {bigint} NOT NULL,
            attempt_count {bigint} NOT NULL,
            unknown_cause {bigint},
            due_at {bigint},
            PRIMARY KEY (tenant, payment, ordinal)
        ) {clustered}
        """,
        "CREATE INDEX provider_operations_due ON provider_operations (due_at) WHERE due_at IS NOT NULL",
    ]

    private static let ledger: [StaticString] = [
        """
        CREATE TABLE ledger_postings (
            tenant {bigint} NOT NULL,
            posting {blob} NOT NULL,
            kind {bigint} NOT NULL,
            payment {blob} NOT NULL,
            operation {bigint} NOT NULL,
            posted_at {bigint} NOT NULL,
            entry_count {bigint} NOT NULL,
            PRIMARY KEY (tenant, posting)
        ) {clustered}
        """,
        """
        CREATE TABLE ledger_entries (
            tenant {bigint} NOT NULL,
            posting {blob} NOT NULL,
            position {bigint} NOT NULL,
            account {bigint} NOT NULL,
            provider {bigint} NOT NULL,
            currency {bigint} NOT NULL,
            side {bigint} NOT NULL,
            amount {bigint} NOT NULL CHECK (amount > 0),
            PRIMARY KEY (tenant, posting, position)
        ) {clustered}
        """,
        """
        CREATE TABLE ledger_balances (
            tenant {bigint} NOT NULL,
            account {bigint} NOT NULL,
            provider {bigint} NOT NULL,
            currency {bigint} NOT NULL,
            debits {bigint} NOT NULL,
            credits {bigint} NOT NULL,
            PRIMARY KEY (tenant, account, provider, currency)
        ) {clustered}
        """,
    ]

    // A posting's id begins with a time. Ordered by tenant, each fleet that has a posting in a commit costs the commit
    // a page of entries; ordered by posting they share two or three. With 20 fleets and 64 postings a commit that is a
    // quarter of the store's time. A tenant's entries are found through its postings.
    private static let entriesByPosting: [StaticString] = [
        """
        CREATE TABLE ledger_entries_by_posting (
            posting {blob} NOT NULL,
            tenant {bigint} NOT NULL,
            position {bigint} NOT NULL,
            account {bigint} NOT NULL,
            provider {bigint} NOT NULL,
            currency {bigint} NOT NULL,
            side {bigint} NOT NULL,
            amount {bigint} NOT NULL CHECK (amount > 0),
            PRIMARY KEY (posting, tenant, position)
        ) {clustered}
        """,
        """
        INSERT INTO ledger_entries_by_posting
            (posting, tenant, position, account, provider, currency, side, amount)
        SELECT posting, tenant, position, account, provider, currency, side, amount FROM ledger_entries
        """,
        "DROP TABLE ledger_entries",
        "ALTER TABLE ledger_entries_by_posting RENAME TO ledger_entries",
    ]
}
