package import Model
package import Storage

/// A cancellation as dispatch is asked for it.
package struct CancelWish: Hashable, Sendable {
    /// The key of the effect.
    package let key: IdempotencyKey
    /// The encoded request.
    package let command: [UInt8]

    /// No wish.
    package static let none = CancelWish(key: .none, command: [])

    /// A cancellation under `key`; `command` is the encoded request, sent again as it is.
    package init(key: IdempotencyKey, command: [UInt8]) {
        self.key = key
        self.command = command
    }
}

/// Which bookings a tenant's partners asked for: for lists, and for the key of a cancellation.
///
/// The booking itself is dispatch's. A row is written with the claim of its idempotency key, before dispatch is
/// asked, so no booking is ever without one.
package enum BookingIndex {
    /// Adds a booking; once more does nothing.
    package static func insert(
        _ booking: BookingID,
        of tenant: TenantID,
        partner: PartnerID,
        reference: String,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO bookings (tenant, booking, partner, partner_reference, cancel_key,
                cancel_command)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, booking) DO NOTHING
            """,
            [
                .tenant(tenant), .id(booking), .id(partner), .text(reference),
                .id(IdempotencyKey.none), .blob([]),
            ]
        )
    }

    /// Takes out a booking that dispatch refused for good.
    package static func remove(
        _ booking: BookingID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "DELETE FROM bookings WHERE tenant = $1 AND booking = $2",
            [.tenant(tenant), .id(booking)]
        )
    }

    /// The wish to call the booking off: the stored one, or `fresh`, which is stored then.
    ///
    /// A retry has to send dispatch the very same bytes under the same key.
    ///
    /// - Parameter partner: Only this partner's booking; "none" for any of the fleet.
    /// - Returns: `nil` where the tenant, or the partner, has no such booking.
    package static func cancelWish(
        of booking: BookingID,
        tenant: TenantID,
        partner: PartnerID,
        fresh: CancelWish,
        in session: any SQLSession
    ) throws(StorageError) -> CancelWish? {
        let row = try session.first(
            """
            SELECT partner, cancel_key, cancel_command FROM bookings
            WHERE tenant = $1 AND booking = $2
            """,
            [.tenant(tenant), .id(booking)]
        )
        guard let row else { return nil }
        let owner: PartnerID = try row.id(0)
        guard partner.isNone || owner == partner else { return nil }
        let stored = CancelWish(key: try row.id(1), command: try row.blob(2))
        guard stored.key.isNone else { return stored }
        try setCancelWish(fresh, of: booking, tenant: tenant, in: session)
        return fresh
    }

    /// Sets the wish to call off; none after one that was refused, since a later one is another wish.
    package static func setCancelWish(
        _ wish: CancelWish,
        of booking: BookingID,
        tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            UPDATE bookings SET cancel_key = $1, cancel_command = $2
            WHERE tenant = $3 AND booking = $4
            """,
            [.id(wish.key), .blob(wish.command), .tenant(tenant), .id(booking)]
        )
    }

    /// A page of bookings, newest first: ids sort by the time they were made.
    ///
    /// - Parameters:
    ///   - partner: Only this partner's; "none" for all of the fleet.
    ///   - reference: Only those with this reference; `nil` for all.
    ///   - before: The last id of the page before; `nil` for the first page.
    package static func page(
        of tenant: TenantID,
        partner: PartnerID,
        reference: String?,
        before: BookingID?,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [BookingID] {
        let last = BookingID(bits: .max)
        let rows = try session.query(
            """
            SELECT booking FROM bookings
            WHERE tenant = $1 AND booking < $2 AND ($3 = 1 OR partner = $4)
                AND ($5 = 1 OR partner_reference = $6)
            ORDER BY booking DESC LIMIT $7
            """,
            [
                .tenant(tenant), .id(before ?? last), .bool(partner.isNone), .id(partner),
                .bool(reference == nil), .text(reference ?? ""), .integer(Int64(limit)),
            ]
        )
        var bookings: [BookingID] = []
        for row in rows { bookings.append(try row.id(0)) }
        return bookings
    }
}
