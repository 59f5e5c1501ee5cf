internal import Delivery
internal import Messages
internal import Model
internal import ServiceRuntime
internal import Storage
internal import Timekeeping
internal import WireFormat

/// Opening and closing shifts: rules that live with the rows, since no matching depends on a shift that is not stored.
enum ShiftOperations {
    /// Opens or closes a shift as `request` says; the same said again is answered with what stands.
    static func set(
        _ request: SetShiftRequest,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> JobOutcome {
        if let known = try ShiftRows.find(request.shift, of: tenant, in: session) {
            guard known.driver == request.driver else {
                return refused(.notFound, .driverUnknown)
            }
            if request.isOnDuty {
                guard known.closedAt == nil, known.vehicle == request.vehicle else {
                    return refused(.failedPrecondition, .shiftNotOpen)
                }
                return JobOutcome(.shifts([known]), reply: CommandReply(encoding: known.reply))
            }
            if known.closedAt == nil {
                try ShiftRows.close(request.shift, of: tenant, at: now, in: session)
            }
            return try outcome([request.shift], of: tenant, in: session)
        }
        guard request.isOnDuty else { return refused(.failedPrecondition, .shiftNotOpen) }
        return try open(request, of: tenant, at: now, in: session)
    }

    private static func open(
        _ request: SetShiftRequest,
        of tenant: TenantID,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> JobOutcome {
        let driver = try RosterRows.driver(request.driver, of: tenant, in: session)
        guard let driver, driver.isActive else { return refused(.notFound, .driverUnknown) }
        let vehicle = try RosterRows.vehicle(request.vehicle, of: tenant, in: session)
        guard let vehicle, vehicle.isActive else { return refused(.notFound, .vehicleUnknown) }
        let left = try ShiftRows.open(of: request.driver, tenant, in: session)
        let taken = try ShiftRows.open(with: request.vehicle, tenant, in: session)
        guard taken == nil || taken == left else {
            return refused(.failedPrecondition, .shiftElsewhere)
        }
        var changed: [ShiftID] = []
        // A phone that lost its memory opens a new shift: the driver's old one ends, or he could never work again.
        if let left {
            try ShiftRows.close(left, of: tenant, at: now, in: session)
            changed.append(left)
        }
        try ShiftRows.insert(request, of: tenant, at: now, in: session)
        return try outcome(changed + [request.shift], of: tenant, in: session)
    }

    private static func outcome(
        _ changed: [ShiftID],
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> JobOutcome {
        var shifts: [StoredShift] = []
        for shift in changed {
            if let stored = try ShiftRows.find(shift, of: tenant, in: session) {
                shifts.append(stored)
            }
        }
        guard let last = shifts.last else {
            throw StorageError(.corrupt, "a shift that was just written is gone")
        }
        return JobOutcome(.shifts(shifts), reply: CommandReply(encoding: last.reply))
    }

    private static func refused(
        _ code: StatusCode,
        _ subCode: DispatchSubCode
    ) -> JobOutcome {
        JobOutcome(.none, reply: CommandReply(code, subCode))
    }
}
