internal import Delivery
internal import Messages
internal import Model
internal import ServiceRuntime
internal import Storage
internal import Timekeeping
internal import WireFormat

/// Taking over what a fleet says of its drivers and vehicles, open shifts included.
enum RosterOperations {
    /// Whether every name is there and every text can be stored.
    static func isStorable(_ request: ApplyRosterRequest) -> Bool {
        let drivers = request.drivers.allSatisfy { entry in
            !entry.driver.isNone && !entry.displayName.utf8.contains(0)
                && !entry.fleetReference.utf8.contains(0)
        }
        let vehicles = request.vehicles.allSatisfy { entry in
            !entry.vehicle.isNone
                && (entry.vehicleClass == .unspecified || entry.vehicleClass.known != nil)
                && !entry.plate.utf8.contains(0) && !entry.model.utf8.contains(0)
                && !entry.fleetReference.utf8.contains(0)
        }
        return drivers && vehicles
    }

    /// Stores the roster's change; a driver or vehicle that may not drive any more ends its shift.
    static func apply(
        _ request: ApplyRosterRequest,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> JobOutcome {
        guard try RosterRows.revision(of: tenant, in: session) <= request.revision else {
            let reply = CommandReply(.failedPrecondition, .revisionStale)
            return JobOutcome(.none, reply: reply)
        }
        try RosterRows.put(request.drivers, of: tenant, in: session)
        try RosterRows.put(request.vehicles, of: tenant, in: session)
        try RosterRows.setRevision(request.revision, of: tenant, in: session)
        let idle =
            request.drivers.filter { !$0.isActive }.map(\.driver.bits)
            + request.vehicles.filter { !$0.isActive }.map(\.vehicle.bits)
        var changed: [StoredShift] = []
        for shift in try shifts(request, of: tenant, in: session) {
            if idle.contains(shift.driver.bits) || idle.contains(shift.vehicle.bits) {
                try ShiftRows.close(shift.shift, of: tenant, at: now, in: session)
            } else {
                try ShiftRows.touch(shift.shift, of: tenant, in: session)
            }
            let after = try ShiftRows.find(shift.shift, of: tenant, in: session)
            if let after { changed.append(after) }
        }
        let counts = try RosterRows.counts(of: tenant, in: session)
        var reply = ApplyRosterReply()
        reply.revision = request.revision
        reply.driverCount = counts.drivers
        reply.vehicleCount = counts.vehicles
        return JobOutcome(
            .shifts(changed),
            reply: CommandReply(encoding: reply)
        )
    }

    /// The open shifts of those whom the message names, by place.
    static func shifts(
        _ request: ApplyRosterRequest,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> [StoredShift] {
        var names: [ShiftID] = []
        for entry in request.drivers {
            let shift = try ShiftRows.open(of: entry.driver, tenant, in: session)
            if let shift { names.append(shift) }
        }
        for entry in request.vehicles {
            let shift = try ShiftRows.open(with: entry.vehicle, tenant, in: session)
            if let shift { names.append(shift) }
        }
        var found: [StoredShift] = []
        for name in names where !found.contains(where: { $0.shift == name }) {
            if let shift = try ShiftRows.find(name, of: tenant, in: session) { found.append(shift) }
        }
        return found.sorted { $0.position < $1.position }
    }
}
