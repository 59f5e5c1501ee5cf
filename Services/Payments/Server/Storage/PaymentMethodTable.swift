package import Model
package import PaymentsCore
package import Storage

/// A payer's vaulted method: a provider's token, never card data.
package struct StoredPaymentMethod: Hashable, Sendable {
    /// Its name here.
    package let id: PaymentMethodID
    /// Whose method.
    package let partner: PartnerID
    /// Grows with each change.
    package let revision: UInt64
    /// Who keeps it.
    package let provider: PaymentProvider
    /// Whether it may be charged.
    package let isActive: Bool
    /// The provider's name for it.
    package let vaultToken: String
    /// What people call it.
    package let label: String
    /// The fleet's account at the provider; empty is the operator's own.
    package let merchantReference: String

    /// A method from its row; of two revisions the higher one holds.
    package init(
        id: PaymentMethodID,
        partner: PartnerID,
        revision: UInt64,
        provider: PaymentProvider,
        isActive: Bool,
        vaultToken: String,
        label: String,
        merchantReference: String
    ) {
        self.id = id
        self.partner = partner
        self.revision = revision
        self.provider = provider
        self.isActive = isActive
        self.vaultToken = vaultToken
        self.label = label
        self.merchantReference = merchantReference
    }
}

/// Vaulted methods, by tenant and id.
package enum PaymentMethodTable {
    /// The method; `nil` where this tenant has none of this id.
    package static func find(
        _ id: PaymentMethodID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> StoredPaymentMethod? {
        let row = try session.first(
            """
            SELECT partner, revision, provider, is_active, vault_token, label, merchant_reference
            FROM payment_methods WHERE tenant = $1 AND payment_method = $2
            """,
            [.tenant(tenant), .id(id)]
        )
        guard let row else { return nil }
        return StoredPaymentMethod(
            id: id,
            partner: try row.id(0),
            revision: UInt64(bitPattern: try row.integer(1)),
            provider: try row.code(2),
            isActive: try row.bool(3),
            vaultToken: try row.text(4),
            label: try row.text(5),
            merchantReference: try row.text(6)
        )
    }

    /// Stores a method, new or changed.
    package static func put(
        _ method: StoredPaymentMethod,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO payment_methods (tenant, payment_method, partner, revision, provider, is_active,
                vault_token, label, merchant_reference)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (tenant, payment_method) DO UPDATE SET partner = excluded.partner,
                revision = excluded.revision, provider = excluded.provider,
                is_active = excluded.is_active, vault_token = excluded.vault_token,
                label = excluded.label, merchant_reference = excluded.merchant_reference
            """,
            [
                .tenant(tenant), .id(method.id), .id(method.partner),
                .integer(Int64(bitPattern: method.revision)), .code(method.provider),
                .bool(method.isActive), .text(method.vaultToken), .text(method.label),
                .text(method.merchantReference),
            ]
        )
    }
}
