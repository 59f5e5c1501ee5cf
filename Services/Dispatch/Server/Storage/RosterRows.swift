package import DispatchCore
internal import Messages
package import Model
package import Storage

/// A driver as the fleet describes him.
package struct StoredDriver: Hashable, Sendable {
    /// His number on the hot path, dense over all tenants, from 1.
    package let reference: DriverReference
    /// Hundredths of a star; 0 where nobody rated him yet.
    package let ratingHundredths: Int32
    /// Whether he may drive.
    package let isActive: Bool
    /// What the passenger calls him.
    package let displayName: String
}

/// A vehicle as the fleet describes it.
package struct StoredVehicle: Hashable, Sendable {
    /// What kind.
    package let vehicleClass: VehicleClass
    /// Whether it may be driven.
    package let isActive: Bool
    /// The number plate.
    package let plate: String
    /// Make, model and colour.
    package let model: String
}

/// The tables of drivers and vehicles.
package enum RosterRows {
    /// The roster's revision; 0 where nothing was applied yet.
    static func revision(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> UInt64 {
        let row = try session.first(
            "SELECT revision FROM rosters WHERE tenant = $1",
            [.tenant(tenant)]
        )
        return try row?.number(0) ?? 0
    }

    /// Sets the roster's revision.
    static func setRevision(
        _ revision: UInt64,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO rosters (tenant, revision) VALUES ($1, $2)
            ON CONFLICT (tenant) DO UPDATE SET revision = excluded.revision
            """,
            [.tenant(tenant), .number(revision)]
        )
    }

    /// Adds drivers, or changes them; a driver keeps the reference that he got first.
    static func put(
        _ entries: [DriverEntry],
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        guard !entries.isEmpty else { return }
        let row = try session.first("SELECT coalesce(max(reference), 0) FROM drivers")
        var last: UInt64 = try row?.number(0) ?? 0
        for entry in entries {
            var reference = last + 1
            if let known = try driver(entry.driver, of: tenant, in: session) {
                reference = known.reference.rawValue
            } else {
                last = reference
            }
            try session.execute(
                """
                INSERT INTO drivers (tenant, driver, reference, rating, is_active, display_name,
                    fleet_reference)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT (tenant, driver) DO UPDATE SET rating = excluded.rating,
                    is_active = excluded.is_active, display_name = excluded.display_name,
                    fleet_reference = excluded.fleet_reference
                """,
                [
                    .tenant(tenant), .id(entry.driver), .number(reference),
                    .number(entry.ratingHundredths), .bool(entry.isActive),
                    .text(entry.displayName), .text(entry.fleetReference),
                ]
            )
        }
    }

    /// Adds vehicles, or changes them.
    static func put(
        _ entries: [VehicleEntry],
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        for entry in entries {
            let vehicleClass = entry.vehicleClass.known ?? .standard
            try session.execute(
                """
                INSERT INTO vehicles (tenant, vehicle, vehicle_class, seat_count, is_active, plate, model,
                    fleet_reference)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (tenant, vehicle) DO UPDATE SET vehicle_class = excluded.vehicle_class,
                    seat_count = excluded.seat_count, is_active = excluded.is_active,
                    plate = excluded.plate, model = excluded.model,
                    fleet_reference = excluded.fleet_reference
                """,
                [
                    .tenant(tenant), .id(entry.vehicle), .code(vehicleClass),
                    .number(entry.seatCount), .bool(entry.isActive), .text(entry.plate),
                    .text(entry.model), .text(entry.fleetReference),
                ]
            )
        }
    }

    /// The driver; `nil` where the tenant has none of this name.
    package static func driver(
        _ driver: DriverID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> StoredDriver? {
        let row = try session.first(
            """
            SELECT reference, rating, is_active, display_name FROM drivers
            WHERE tenant = $1 AND driver = $2
            """,
            [.tenant(tenant), .id(driver)]
        )
        guard let row else { return nil }
        return StoredDriver(
            reference: DriverReference(try row.number(0)),
            ratingHundredths: try row.number(1),
            isActive: try row.bool(2),
            displayName: try row.text(3)
        )
    }

    /// The vehicle; `nil` where the tenant has none of this name.
    package static func vehicle(
        _ vehicle: VehicleID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> StoredVehicle? {
        let row = try session.first(
            """
            SELECT vehicle_class, is_active, plate, model FROM vehicles
            WHERE tenant = $1 AND vehicle = $2
            """,
            [.tenant(tenant), .id(vehicle)]
        )
        guard let row else { return nil }
        return StoredVehicle(
            vehicleClass: try row.code(0),
            isActive: try row.bool(1),
            plate: try row.text(2),
            model: try row.text(3)
        )
    }

    /// How many drivers and vehicles a tenant has.
    static func counts(
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> (drivers: UInt32, vehicles: UInt32) {
        let drivers = try session.first(
            "SELECT count(*) FROM drivers WHERE tenant = $1",
            [.tenant(tenant)]
        )
        let vehicles = try session.first(
            "SELECT count(*) FROM vehicles WHERE tenant = $1",
            [.tenant(tenant)]
        )
        return (try drivers?.number(0) ?? 0, try vehicles?.number(0) ?? 0)
    }
}
