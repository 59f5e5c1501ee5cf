package import DispatchCore
internal import Model
package import Storage
internal import Timekeeping

/// What a start reads from the store.
package struct RestoredState: Sendable {
    /// Shifts that one query of a start reads.
    private static let shiftPageCount = 10_000

    let bookings: [StoredBooking]
    let shifts: [StoredShift]
    let tariffs: [(tenant: TenantID, tariff: StoredTariff)]

    /// Reads all of it, on one snapshot.
    package init(in session: any SQLSession) throws(StorageError) {
        bookings = try BookingRows.open(in: session)
        tariffs = try TariffRows.all(in: session)
        var found: [StoredShift] = []
        while true {
            let page = try ShiftRows.changes(
                after: found.last?.position ?? 0,
                openOnly: true,
                limit: Self.shiftPageCount,
                in: session
            )
            found += page
            if page.count < Self.shiftPageCount { break }
        }
        shifts = found
    }
}

extension DispatchEngine {
    /// Takes over what is stored; before anything else, on an engine without tenants.
    ///
    /// - Returns: What may not have left before the crash: open offers under their old names, and a wake of the outbox.
    /// - Throws: `RestoreConflict` where two bookings engage one driver: an operator has to look first.
    package mutating func restore(
        _ stored: RestoredState,
        at moment: EngineMoment
    ) throws(RestoreConflict) -> [EngineOutput] {
        precondition(tenants.isEmpty, "An engine is restored once, empty.")
        for (tenant, tariff) in stored.tariffs { makeState(of: tenant)?.tariffs.put(tariff) }
        var bookings: [TenantID: [Booking]] = [:]
        for row in stored.bookings {
            let tenant = row.booking.request.tenant
            makeState(of: tenant)?.details[row.booking.id] = row.details
            bookings[tenant, default: []].append(row.booking)
        }
        var outputs: [EngineOutput] = []
        for tenant in tenantOrder {
            guard let state = tenants[tenant], let open = bookings[tenant] else { continue }
            let wanted = try state.market.restore(open, at: moment.business)
            outputs += process(wanted, of: state, nil, at: moment)
        }
        for shift in stored.shifts {
            guard let state = makeState(of: shift.tenant), state.note(shift) else { continue }
            seat(shift, in: state, at: moment)
        }
        return outputs
    }
}
