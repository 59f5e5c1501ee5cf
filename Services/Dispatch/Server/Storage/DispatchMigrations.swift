internal import ServiceRuntime
package import Storage

/// The tables of dispatch, the tenant first in every key.
package enum DispatchMigrations {
    /// All that a store of dispatch needs, in the order to run.
    package static var all: [MigrationSet] {
        ServiceFrame.migrations + [LeaseTable.migrations, own]
    }

    /// Bookings with their events and explanations, roster, shifts, tariffs, places in feeds.
    package static let own = MigrationSet(
        component: "dispatch",
        [
            Migration(1, "bookings and their feeds", bookingStatements),
            Migration(2, "roster, shifts and tariffs", supplyStatements),
        ]
    )

    private static let bookingStatements: [StaticString] = [
        // One row a booking: what was asked for, what the partner said beside it, and where it stands. Columns of the
        // open offer are NULL together; engaged_driver is the one whom the booking keeps from others.
        """
        CREATE TABLE bookings (
            tenant {bigint} NOT NULL,
            booking {blob} NOT NULL,
            leg {blob} NOT NULL,
            trip {blob} NOT NULL,
            quote {blob} NOT NULL,
            partner {blob} NOT NULL,
            pickup_latitude {bigint} NOT NULL,
            pickup_longitude {bigint} NOT NULL,
            drop_off_latitude {bigint} NOT NULL,
            drop_off_longitude {bigint} NOT NULL,
            pickup_at {bigint} NOT NULL,
            passenger_count {bigint} NOT NULL,
            vehicle_class {bigint} NOT NULL,
            price {bigint} NOT NULL,
            currency {bigint} NOT NULL,
            travel_meters {bigint} NOT NULL,
            travel_milliseconds {bigint} NOT NULL,
            tariff_version {bigint} NOT NULL,
            payment {blob} NOT NULL,
            payment_method {blob} NOT NULL,
            patience_seconds {bigint} NOT NULL,
            absence_seconds {bigint} NOT NULL,
            absence_fee_basis_points {bigint} NOT NULL,
            commission_basis_points {bigint} NOT NULL,
            tax_basis_points {bigint} NOT NULL,
            passenger_reference {text} NOT NULL,
            pickup_label {text} NOT NULL,
            drop_off_label {text} NOT NULL,
            partner_reference {text} NOT NULL,
            driver_note {text} NOT NULL,
            created_at {bigint} NOT NULL,
            state {bigint} NOT NULL,
            version {bigint} NOT NULL,
            sequence {bigint} NOT NULL,
            state_since {bigint} NOT NULL,
            reason {bigint} NOT NULL,
            driver {blob},
            vehicle {blob},
            accepted_offer {blob},
            offer {blob},
            offer_driver {blob},
            offer_vehicle {blob},
            offer_opened_at {bigint},
            offer_expires_at {bigint},
            offer_eta_milliseconds {bigint},
            offer_count {bigint} NOT NULL,
            patience_ends_at {bigint} NOT NULL,
            exclusions {blob} NOT NULL,
            engaged_driver {blob},
            is_final {bigint} NOT NULL,
            updated_at {bigint} NOT NULL,
            actor {bigint} NOT NULL,
            note {text} NOT NULL,
            captured {bigint} NOT NULL,
            arrived_at {bigint},
            PRIMARY KEY (tenant, booking)
        ) {clustered}
        """,
        // The last line of defence against a driver with two trips: two processes may both believe to own a market.
        """
        CREATE UNIQUE INDEX bookings_engaged_driver ON bookings (tenant, engaged_driver)
        WHERE engaged_driver IS NOT NULL
        """,
        // What a start reads: open bookings alone, however many have ended.
        "CREATE INDEX bookings_open ON bookings (tenant, booking) WHERE is_final = 0",
        """
        CREATE TABLE booking_events (
            tenant {bigint} NOT NULL,
            feed_position {bigint} NOT NULL,
            booking {blob} NOT NULL,
            sequence {bigint} NOT NULL,
            step {bigint} NOT NULL,
            actor {bigint} NOT NULL,
            state {bigint} NOT NULL,
            at {bigint} NOT NULL,
            driver {blob},
            vehicle {blob},
            reason {bigint} NOT NULL,
            note {text} NOT NULL,
            captured {bigint} NOT NULL,
            PRIMARY KEY (tenant, feed_position)
        ) {clustered}
        """,
        """
        CREATE UNIQUE INDEX booking_events_booking ON booking_events (tenant, booking, sequence)
        """,
        """
        CREATE TABLE explanations (
            tenant {bigint} NOT NULL,
            booking {blob} NOT NULL,
            version {bigint} NOT NULL,
            content {blob} NOT NULL,
            PRIMARY KEY (tenant, booking, version)
        ) {clustered}
        """,
        // The last place given in each feed: counted in the transaction of the entry, hence without gaps.
        """
        CREATE TABLE feeds (
            tenant {bigint} NOT NULL,
            kind {bigint} NOT NULL,
            position {bigint} NOT NULL,
            PRIMARY KEY (tenant, kind)
        ) {clustered}
        """,
    ]

    private static let supplyStatements: [StaticString] = [
        """
        CREATE TABLE rosters (
            tenant {bigint} NOT NULL PRIMARY KEY,
            revision {bigint} NOT NULL
        ) {table}
        """,
        """
        CREATE TABLE drivers (
            tenant {bigint} NOT NULL,
            driver {blob} NOT NULL,
            reference {bigint} NOT NULL,
            rating {bigint} NOT NULL,
            is_active {bigint} NOT NULL,
            display_name {text} NOT NULL,
            fleet_reference {text} NOT NULL,
            PRIMARY KEY (tenant, driver)
        ) {clustered}
        """,
        // Dense over all tenants: location records carry it, and tables are indexed by it.
        "CREATE UNIQUE INDEX drivers_reference ON drivers (reference)",
        """
        CREATE TABLE vehicles (
            tenant {bigint} NOT NULL,
            vehicle {blob} NOT NULL,
            vehicle_class {bigint} NOT NULL,
            seat_count {bigint} NOT NULL,
            is_active {bigint} NOT NULL,
            plate {text} NOT NULL,
            model {text} NOT NULL,
            fleet_reference {text} NOT NULL,
            PRIMARY KEY (tenant, vehicle)
        ) {clustered}
        """,
        """
        CREATE TABLE shifts (
            tenant {bigint} NOT NULL,
            shift {blob} NOT NULL,
            driver {blob} NOT NULL,
            vehicle {blob} NOT NULL,
            opened_at {bigint} NOT NULL,
            closed_at {bigint},
            position {bigint} NOT NULL,
            PRIMARY KEY (tenant, shift)
        ) {clustered}
        """,
        """
        CREATE UNIQUE INDEX shifts_open_driver ON shifts (tenant, driver) WHERE closed_at IS NULL
        """,
        """
        CREATE UNIQUE INDEX shifts_open_vehicle ON shifts (tenant, vehicle) WHERE closed_at IS NULL
        """,
        "CREATE UNIQUE INDEX shifts_position ON shifts (position)",
        """
        CREATE TABLE tariffs (
            tenant {bigint} NOT NULL,
            vehicle_class {bigint} NOT NULL,
            version {bigint} NOT NULL,
            currency {bigint} NOT NULL,
            valid_from {bigint} NOT NULL,
            base {bigint} NOT NULL,
            per_kilometer {bigint} NOT NULL,
            per_minute {bigint} NOT NULL,
            minimum {bigint} NOT NULL,
            patience_seconds {bigint} NOT NULL,
            absence_seconds {bigint} NOT NULL,
            absence_fee_basis_points {bigint} NOT NULL,
            commission_basis_points {bigint} NOT NULL,
            tax_basis_points {bigint} NOT NULL,
            PRIMARY KEY (tenant, vehicle_class, version)
        ) {clustered}
        """,
    ]
}
