internal import DispatchCore
package import Messages
package import Model
internal import Money
package import Storage

/// What dispatch answers from the store without changing anything; the tenant is part of every question.
package enum DispatchQueries {
    /// A booking as it stands, with its driver, his vehicle, and why he was asked; `nil` where the tenant has none.
    package static func booking(
        _ booking: BookingID,
        of tenant: TenantID,
        in session: any SQLSession
    ) throws(StorageError) -> BookingSnapshot? {
        guard let stored = try BookingRows.find(booking, of: tenant, in: session) else {
            return nil
        }
        var snapshot = BookingSnapshot(stored)
        if let id = stored.booking.driver {
            let driver = try RosterRows.driver(id, of: tenant, in: session)
            snapshot.driverName = driver?.displayName ?? ""
        }
        if let id = stored.booking.vehicle,
            let vehicle = try RosterRows.vehicle(id, of: tenant, in: session)
        {
            snapshot.vehiclePlate = vehicle.plate
            snapshot.vehicleModel = vehicle.model
        }
        if stored.booking.offerCount > 0,
            let explanation = try ExplanationRows.last(of: booking, tenant, in: session)
        {
            snapshot.explanation = explanation.text
            snapshot.candidates = [CandidateCost(explanation.winner)]
            if let other = explanation.runnerUp { snapshot.candidates.append(CandidateCost(other)) }
        }
        return snapshot
    }

    /// Adds what the store knows to the engine's figures.
    ///
    /// - Parameter tenant: `nil` is all.
    /// - Complexity: O(n) in bookings: for people, not for a loop.
    package static func status(
        _ figures: DispatchStatusReply,
        of tenant: TenantID?,
        in session: any SQLSession
    ) throws(StorageError) -> DispatchStatusReply {
        let range: [SQLValue] = [
            tenant.map { .tenant($0) } ?? .integer(.min),
            tenant.map { .tenant($0) } ?? .integer(.max),
        ]
        var reply = figures
        let states = try session.query(
            """
            SELECT state, count(*) FROM bookings WHERE tenant BETWEEN $1 AND $2 GROUP BY state
            """,
            range
        )
        for row in states {
            reply.note(try row.code(0, as: BookingState.self), count: try row.number(1))
        }
        let outbox = try session.first(
            "SELECT count(*) FROM outbox WHERE tenant BETWEEN $1 AND $2",
            range
        )
        reply.outboxCount = try outbox?.number(0) ?? 0
        let waits = try session.first(
            """
            SELECT CAST(coalesce(sum(arrived_at - created_at), 0) AS BIGINT), count(arrived_at)
            FROM bookings WHERE tenant BETWEEN $1 AND $2
            """,
            range
        )
        reply.waitMillisecondsTotal = UInt64(max(0, try waits?.integer(0) ?? 0)) / 1000
        reply.waitCount = try waits?.number(1) ?? 0
        return reply
    }
}

extension DispatchStatusReply {
    fileprivate mutating func note(_ state: BookingState, count: UInt64) {
        let now = UInt32(clamping: count)
        switch state {
        case .quoted: break
        case .requested: requestedCount = now
        case .confirmed: confirmedCount = now
        case .assigned: assignedCount = now
        case .enRoute: enRouteCount = now
        case .arrived: arrivedCount = now
        case .onTrip: onTripCount = now
        case .completed: completedCount = now
        case .closed: closedTotal = count
        case .noShow: noShowTotal = count
        case .cancelled: cancelledTotal = count
        case .rejected: rejectedTotal = count
        case .unfulfilled: unfulfilledTotal = count
        case .failed: failedTotal = count
        }
    }
}

extension CandidateCost {
    fileprivate init(_ candidate: Candidate) {
        self.init()
        driver = candidate.driver
        etaMilliseconds = candidate.cost.eta
        ratingMilliseconds = candidate.cost.rating
        upgradeMilliseconds = candidate.cost.upgrade
        idleMilliseconds = candidate.cost.idle
        ageMilliseconds = candidate.cost.age
    }
}

extension BookingSnapshot {
    /// What a booking's row says by itself.
    init(_ stored: StoredBooking) {
        self.init()
        let request = stored.booking.request
        booking = request.booking
        tenant = request.tenant
        quote = request.quote
        partner = request.partner
        trip = stored.booking.driver == nil ? .none : request.trip
        driver = stored.booking.driver ?? .none
        vehicle = stored.booking.vehicle ?? .none
        payment = request.payment
        sequence = stored.booking.sequence
        createdAt = stored.booking.createdAt
        updatedAt = stored.updatedAt
        pickupAt = request.pickupAt
        pickup = request.pickup
        dropOff = request.dropoff
        priceMinorUnits = request.price.minorUnits
        capturedMinorUnits = stored.capturedMinorUnits
        currency = request.price.currency
        tariffVersion = request.tariffVersion
        distanceMeters = UInt32(clamping: request.travel.meters)
        durationMilliseconds = UInt32(clamping: request.travel.milliseconds)
        state = WireEnum(stored.booking.state)
        reason = WireEnum(rawValue: UInt8(truncatingIfNeeded: stored.booking.reason.rawValue))
        actor = WireEnum(rawValue: stored.actor.rawValue)
        vehicleClass = WireEnum(rawValue: request.vehicleClass.rawValue)
        passengerCount = request.passengerCount
        passengerReference = stored.details.passengerReference
        pickupLabel = stored.details.pickupLabel
        dropOffLabel = stored.details.dropOffLabel
        partnerReference = stored.details.partnerReference
        note = stored.note
    }
}
