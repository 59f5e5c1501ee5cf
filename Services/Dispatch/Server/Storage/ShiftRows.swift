package import DispatchCore
package import Messages
package import Model
package import Storage
package import Timekeeping

/// A shift as it stands after its last change.
package struct StoredShift: Hashable, Sendable {
    /// Whose fleet.
    package let tenant: TenantID
    /// The shift.
    package let shift: ShiftID
    /// Who is on it.
    package let driver: DriverID
    /// With what.
    package let vehicle: VehicleID
    /// What kind of vehicle that is.
    package let vehicleClass: VehicleClass
    /// The driver's rating, hundredths of a star; 0 where nobody rated him yet.
    package let ratingHundredths: Int32
    /// His number on the hot path.
    package let reference: DriverReference
    /// When it was opened, business time.
    package let openedAt: WallTime
    /// When it was closed; `nil` while it is open.
    package let closedAt: WallTime?
    /// The change's place in the feed of shifts.
    package let position: UInt64

    /// What ingest hears of it.
    package var event: ShiftEvent {
        var event = ShiftEvent()
        event.position = position
        event.driverReference = reference
        event.tenant = tenant
        event.driver = driver
        event.vehicle = vehicle
        event.shift = shift
        event.at = closedAt ?? openedAt
        event.kind = WireEnum(.shift)
        event.state = WireEnum(closedAt == nil ? .open : .closed)
        event.vehicleClass = WireEnum(rawValue: vehicleClass.rawValue)
        return event
    }

    /// What the driver's call is answered.
    var reply: SetShiftReply {
        var reply = SetShiftReply()
        reply.shift = shift
        reply.driverReference = closedAt == nil ? reference : .none
        reply.openedAt = openedAt
        reply.closedAt = closedAt ?? .none
        reply.state = WireEnum(closedAt == nil ? .open : .closed)
        return reply
    }
}

/// The table of shifts.
package enum ShiftRows {
    /// The shift; `nil` where the tenant has none of this name.
    package static func find(
        _ shift: ShiftID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> StoredShift? {
        let row = try session.first(
            """
            SELECT shift.tenant, shift.shift, shift.driver, shift.vehicle, shift.opened_at,
                shift.closed_at, shift.position, vehicle.vehicle_class, driver.rating, driver.reference
            FROM shifts AS shift
            JOIN drivers AS driver
                ON driver.tenant = shift.tenant AND driver.driver = shift.driver
            JOIN vehicles AS vehicle
                ON vehicle.tenant = shift.tenant AND vehicle.vehicle = shift.vehicle
            WHERE shift.tenant = $1 AND shift.shift = $2
            """,
            [.tenant(tenant), .id(shift)]
        )
        return try row.map(stored)
    }

    /// The name of the driver's open shift; `nil` where he is off duty.
    static func open(
        of driver: DriverID,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> ShiftID? {
        let row = try session.first(
            """
            SELECT shift FROM shifts WHERE tenant = $1 AND driver = $2 AND closed_at IS NULL
            """,
            [.tenant(tenant), .id(driver)]
        )
        return try row?.id(0)
    }

    /// The name of the open shift with the vehicle; `nil` where nobody drives it.
    static func open(
        with vehicle: VehicleID,
        _ tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> ShiftID? {
        let row = try session.first(
            """
            SELECT shift FROM shifts WHERE tenant = $1 AND vehicle = $2 AND closed_at IS NULL
            """,
            [.tenant(tenant), .id(vehicle)]
        )
        return try row?.id(0)
    }

    /// Open shifts and later changes, by place, at most `limit`.
    ///
    /// - Parameters:
    ///   - position: Changes after this place alone.
    ///   - openOnly: Leaves out what is closed: for whoever starts with nothing.
    package static func changes(
        after position: UInt64,
        openOnly: Bool,
        limit: Int,
        in session: any SQLSession
    ) throws(StorageError) -> [StoredShift] {
        let rows = try session.query(
            """
            SELECT shift.tenant, shift.shift, shift.driver, shift.vehicle, shift.opened_at,
                shift.closed_at, shift.position, vehicle.vehicle_class, driver.rating, driver.reference
            FROM shifts AS shift
            JOIN drivers AS driver
                ON driver.tenant = shift.tenant AND driver.driver = shift.driver
            JOIN vehicles AS vehicle
                ON vehicle.tenant = shift.tenant AND vehicle.vehicle = shift.vehicle
            WHERE shift.position > $1 AND (shift.closed_at IS NULL OR $2 = 0)
            ORDER BY shift.position LIMIT $3
            """,
            [
                .number(min(position, UInt64(Int64.max))), .bool(openOnly),
                .integer(Int64(limit)),
            ]
        )
        var found: [StoredShift] = []
        for row in rows { found.append(try stored(row)) }
        return found
    }

    /// Opens a shift.
    static func insert(
        _ request: SetShiftRequest,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            INSERT INTO shifts (tenant, shift, driver, vehicle, opened_at, position)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .tenant(tenant), .id(request.shift), .id(request.driver), .id(request.vehicle),
                .time(now), .number(try nextPosition(in: session)),
            ]
        )
    }

    /// Closes an open shift.
    static func close(
        _ shift: ShiftID,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            """
            UPDATE shifts SET closed_at = $1, position = $2 WHERE tenant = $3 AND shift = $4
            """,
            [
                .time(now), .number(try nextPosition(in: session)), .tenant(tenant), .id(shift),
            ]
        )
    }

    /// Tells followers again of an open shift: its driver or vehicle is described otherwise now.
    static func touch(
        _ shift: ShiftID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) {
        try session.execute(
            "UPDATE shifts SET position = $1 WHERE tenant = $2 AND shift = $3",
            [.number(try nextPosition(in: session)), .tenant(tenant), .id(shift)]
        )
    }

    private static func nextPosition(in session: any SQLSession) throws(StorageError) -> UInt64 {
        try FeedRows.next(.shifts, of: TenantID(0), in: session)
    }

    private static func stored(_ row: SQLRow) throws(StorageError) -> StoredShift {
        StoredShift(
            tenant: try row.tenant(0),
            shift: try row.id(1),
            driver: try row.id(2),
            vehicle: try row.id(3),
            vehicleClass: try row.code(7),
            ratingHundredths: try row.number(8),
            reference: DriverReference(try row.number(9)),
            openedAt: try row.time(4),
            closedAt: try row.optional(5) { (row, column) throws(StorageError) in
                try row.time(column)
            },
            position: try row.number(6)
        )
    }
}
