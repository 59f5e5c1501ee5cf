package import DispatchCore
package import Messages
package import Model
internal import Money
package import Storage

/// The table of booking events: one feed a booking and one a tenant, both without gaps.
package enum EventRows {
    /// Appends `event` to the feeds of its booking and tenant.
    ///
    /// - Returns: Its place in the tenant's feed.
    package static func append(
        _ event: BookingEvent,
        _ notes: StepNotes,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> UInt64 {
        let position = try FeedRows.next(.bookings, of: tenant, in: session)
        try session.execute(
            """
            INSERT INTO booking_events (tenant, feed_position, booking, sequence, step, actor, state, at,
                driver, vehicle, reason, note, captured)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            [
                .tenant(tenant), .number(position), .id(event.booking), .number(event.sequence),
                .code(event.step), .code(event.actor), .code(event.state), .time(event.at),
                .optional(event.driver.map { .id($0) }), .optional(event.vehicle.map { .id($0) }),
                .code(event.reason), .text(notes.note ?? ""),
                .integer(notes.capturedMinorUnits ?? 0),
            ]
        )
        return position
    }

    /// The place of a booking's event in the tenant's feed; `nil` where there is no such event.
    package static func position(
        of sequence: UInt64,
        _ booking: BookingID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> UInt64? {
        let row = try session.first(
            """
            SELECT feed_position FROM booking_events
            WHERE tenant = $1 AND booking = $2 AND sequence = $3
            """,
            [.tenant(tenant), .id(booking), .number(sequence)]
        )
        return try row?.number(0)
    }

    /// A tenant's events after `position`, in their order, at most `limit`.
    package static func feed(
        of tenant: TenantID,
        after position: UInt64,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [BookingUpdate] {
        let rows = try session.query(
            """
            SELECT event.booking, event.sequence, event.feed_position, event.step, event.actor,
                event.state, event.at, event.driver, event.vehicle, event.reason, event.note,
                event.captured, booking.trip, booking.price, booking.currency
            FROM booking_events AS event JOIN bookings AS booking
                ON booking.tenant = event.tenant AND booking.booking = event.booking
            WHERE event.tenant = $1 AND event.feed_position > $2
            ORDER BY event.feed_position LIMIT $3
            """,
            [.tenant(tenant), .number(min(position, UInt64(Int64.max))), .integer(Int64(limit))]
        )
        return try updates(rows, of: tenant)
    }

    /// A booking's events after `sequence`, in their order, at most `limit`.
    package static func events(
        of booking: BookingID,
        _ tenant: TenantID,
        after sequence: UInt64,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [BookingUpdate] {
        let rows = try session.query(
            """
            SELECT event.booking, event.sequence, event.feed_position, event.step, event.actor,
                event.state, event.at, event.driver, event.vehicle, event.reason, event.note,
                event.captured, booking.trip, booking.price, booking.currency
            FROM booking_events AS event JOIN bookings AS booking
                ON booking.tenant = event.tenant AND booking.booking = event.booking
            WHERE event.tenant = $1 AND event.booking = $2 AND event.sequence > $3
            ORDER BY event.sequence LIMIT $4
            """,
            [
                .tenant(tenant), .id(booking), .number(min(sequence, UInt64(Int64.max))),
                .integer(Int64(limit)),
            ]
        )
        return try updates(rows, of: tenant)
    }

    private static func updates(
        _ rows: [SQLRow],
        of tenant: TenantID
    ) throws(StorageError) -> [BookingUpdate] {
        var updates: [BookingUpdate] = []
        updates.reserveCapacity(rows.count)
        for row in rows { updates.append(try update(row, of: tenant)) }
        return updates
    }

    private static func update(
        _ row: SQLRow,
        of tenant: TenantID
    ) throws(StorageError) -> BookingUpdate {
        let event = BookingEvent(
            booking: try row.id(0),
            sequence: try row.number(1),
            step: try row.code(3),
            actor: try row.code(4),
            state: try row.code(5),
            at: try row.time(6),
            driver: try row.optional(7) { (row, column) throws(StorageError) in
                try row.id(column)
            },
            vehicle: try row.optional(8) { (row, column) throws(StorageError) in
                try row.id(column)
            },
            reason: try row.code(9)
        )
        var notes = StepNotes()
        notes.note = try row.text(10)
        notes.capturedMinorUnits = try row.integer(11)
        return BookingUpdate(
            event,
            notes,
            of: tenant,
            feedPosition: try row.number(2),
            trip: try row.id(12),
            price: Amount(minorUnits: try row.integer(13), currency: try row.currency(14))
        )
    }
}

extension BookingUpdate {
    /// What the streams say of an event; the same whether it comes from memory or from the store.
    init(
        _ event: BookingEvent,
        _ notes: StepNotes,
        of tenant: TenantID,
        feedPosition: UInt64,
        trip: TripID,
        price: Amount
    ) {
        self.init()
        booking = event.booking
        self.tenant = tenant
        sequence = event.sequence
        self.feedPosition = feedPosition
        at = event.at
        self.trip = event.driver == nil ? .none : trip
        driver = event.driver ?? .none
        vehicle = event.vehicle ?? .none
        priceMinorUnits = price.minorUnits
        capturedMinorUnits = notes.capturedMinorUnits ?? 0
        currency = price.currency
        kind = WireEnum(.step)
        state = WireEnum(event.state)
        step = WireEnum(rawValue: event.step.rawValue)
        reason = WireEnum(rawValue: UInt8(truncatingIfNeeded: event.reason.rawValue))
        actor = WireEnum(rawValue: event.actor.rawValue)
        note = notes.note ?? ""
    }
}
