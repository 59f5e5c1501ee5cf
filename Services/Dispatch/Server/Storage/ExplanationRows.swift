package import DispatchCore
package import Model
package import Storage

/// Why drivers were asked: one row for each offer.
package enum ExplanationRows {
    /// Stores why the offer of `version` was made.
    static func insert(
        _ explanation: Explanation,
        of booking: BookingID,
        version: UInt64,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "INSERT INTO explanations (tenant, booking, version, content) VALUES ($1, $2, $3, $4)",
            [.tenant(tenant), .id(booking), .number(version), .blob(explanation.encoded)]
        )
    }

    /// Why the last driver was asked; `nil` where nobody was.
    package static func last(
        of booking: BookingID,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> Explanation? {
        let row = try session.first(
            """
            SELECT content FROM explanations WHERE tenant = $1 AND booking = $2
            ORDER BY version DESC LIMIT 1
            """,
            [.tenant(tenant), .id(booking)]
        )
        guard let row else { return nil }
        guard let explanation = Explanation(encoded: try row.blob(0)) else {
            throw StorageError(.corrupt, "an explanation cannot be read")
        }
        return explanation
    }
}
