package import DispatchCore
internal import Geo
package import Model
internal import Money
package import Storage
internal import Timekeeping

/// The table of bookings: one row each, moved on by compare and set of its version.
package enum BookingRows {
    /// Open bookings that one query of a start names.
    private static let openPageCount = 10_000

    /// The booking; `nil` where the tenant has none of this name.
    package static func find(
        _ booking: BookingID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> StoredBooking? {
        let row = try session.first(
            """
            SELECT leg, trip, quote, partner, pickup_latitude, pickup_longitude, drop_off_latitude,
                drop_off_longitude, pickup_at, passenger_count, vehicle_class, price, currency,
                travel_meters, travel_milliseconds, tariff_version, payment, payment_method,
                patience_seconds, absence_seconds, absence_fee_basis_points, commission_basis_points,
                tax_basis_points, passenger_reference, pickup_label, drop_off_label, partner_reference,
                driver_note, created_at, state, version, sequence, state_since, reason, driver, vehicle,
                accepted_offer, offer, offer_driver, offer_vehicle, offer_opened_at, offer_expires_at,
                offer_eta_milliseconds, offer_count, patience_ends_at, exclusions, updated_at, actor,
                note, captured
            FROM bookings WHERE tenant = $1 AND booking = $2
            """,
            [.tenant(tenant), .id(booking)]
        )
        guard let row else { return nil }
        return try StoredBooking(row, booking, of: tenant)
    }

    /// All bookings that are not final, by tenant and name; what a start takes over.
    package static func open(in session: any SQLSession) throws(StorageError) -> [StoredBooking] {
        var found: [StoredBooking] = []
        var cursor: (tenant: Int64, booking: [UInt8]) = (.min, [])
        while true {
            let rows = try session.query(
                """
                SELECT tenant, booking FROM bookings
                WHERE is_final = 0 AND (tenant > $1 OR (tenant = $1 AND booking > $2))
                ORDER BY tenant, booking LIMIT $3
                """,
                [
                    .integer(cursor.tenant), .blob(cursor.booking),
                    .integer(Int64(openPageCount)),
                ]
            )
            for row in rows {
                let stored = try find(try row.id(1), of: try row.tenant(0), in: session)
                if let stored { found.append(stored) }
            }
            guard rows.count == openPageCount, let last = rows.last else { return found }
            cursor = (try last.integer(0), try last.blob(1))
        }
    }

    /// Adds a booking.
    ///
    /// - Returns: `false` where there is one of this name, and nothing was written.
    package static func insert(
        _ stored: StoredBooking,
        in session: any SQLSession
    ) throws(StorageError) -> Bool {
        try session.execute(
            """
            INSERT INTO bookings (tenant, booking, leg, trip, quote, partner, pickup_latitude,
                pickup_longitude, drop_off_latitude, drop_off_longitude, pickup_at, passenger_count,
                vehicle_class, price, currency, travel_meters, travel_milliseconds, tariff_version,
                payment, payment_method, patience_seconds, absence_seconds, absence_fee_basis_points,
                commission_basis_points, tax_basis_points, passenger_reference, pickup_label,
                drop_off_label, partner_reference, driver_note, created_at, updated_at, actor, note,
                captured, state, version, sequence, state_since, reason, driver, vehicle,
                accepted_offer, offer, offer_driver, offer_vehicle, offer_opened_at, offer_expires_at,
                offer_eta_milliseconds, offer_count, patience_ends_at, exclusions, engaged_driver,
                is_final)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37,
                $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, $50, $51, $52, $53, $54)
            ON CONFLICT (tenant, booking) DO NOTHING
            """,
            stored.fixedValues + [
                .time(stored.updatedAt), .code(stored.actor), .text(stored.note),
                .integer(stored.capturedMinorUnits),
            ] + movingValues(stored.booking)
        ) == 1
    }

    /// Moves a booking on.
    ///
    /// - Parameters:
    ///   - change: Written where the stored version is the one that it was decided on.
    ///   - event: What it published, if anything: its time and actor become the row's.
    /// - Returns: `false` where another version is stored, and nothing was written.
    package static func update(
        _ change: BookingChange,
        _ notes: StepNotes,
        in session: any SQLSession
    ) throws(StorageError) -> Bool {
        let event = change.event
        let arrivedAt = event.flatMap { $0.step == .driverArrived ? $0.at : nil }
        return try session.execute(
            """
            UPDATE bookings SET updated_at = coalesce($1, updated_at), actor = coalesce($2, actor),
                note = coalesce($3, note), captured = coalesce($4, captured),
                arrived_at = coalesce($5, arrived_at), state = $6, version = $7, sequence = $8,
                state_since = $9, reason = $10, driver = $11, vehicle = $12, accepted_offer = $13,
                offer = $14, offer_driver = $15, offer_vehicle = $16, offer_opened_at = $17,
                offer_expires_at = $18, offer_eta_milliseconds = $19, offer_count = $20,
                patience_ends_at = $21, exclusions = $22, engaged_driver = $23, is_final = $24
            WHERE tenant = $25 AND booking = $26 AND version = $27
            """,
            [
                .optional(event.map { .time($0.at) }), .optional(event.map { .code($0.actor) }),
                .optional(notes.note.map { .text($0) }),
                .optional(notes.capturedMinorUnits.map { .integer($0) }),
                .optional(arrivedAt.map { .time($0) }),
            ] + movingValues(change.booking) + [
                .tenant(change.booking.request.tenant), .id(change.booking.id),
                .number(change.expectedVersion),
            ]
        ) == 1
    }

    /// What a step may change, in the order of the statements above.
    private static func movingValues(_ booking: Booking) -> [SQLValue] {
        let offer = booking.offer
        return [
            .code(booking.state), .number(booking.version), .number(booking.sequence),
            .time(booking.stateSince), .code(booking.reason),
            .optional(booking.driver.map { .id($0) }), .optional(booking.vehicle.map { .id($0) }),
            .optional(booking.acceptedOffer.map { .id($0) }),
            .optional(offer.map { .id($0.id) }), .optional(offer.map { .id($0.driver) }),
            .optional(offer.map { .id($0.vehicle) }), .optional(offer.map { .time($0.openedAt) }),
            .optional(offer.map { .time($0.expiresAt) }),
            .optional(offer.map { .number($0.etaMilliseconds) }), .number(booking.offerCount),
            .time(booking.patienceEndsAt), .blob(ExclusionCoding.bytes(booking.exclusions)),
            .optional(booking.engagedDriver.map { .id($0) }), .bool(booking.isFinal),
        ]
    }
}
