package import Geo
package import Model
package import Timekeeping

extension Market {
    /// A shift has been opened, and that is stored.
    ///
    /// - Returns: The driver's slot, by which his fixes are applied.
    /// - Throws: `.tooManyDrivers`.
    package mutating func openShift(
        _ record: DriverRecord,
        at now: WallTime
    ) throws(Refusal) -> Int32 {
        let slot = try board.openShift(record, at: now)
        // After a restart the bookings may be known before the shifts.
        if let id = offers.engagement(of: record.driver), let booking = slots[id]?.booking {
            board.setActivity(of: record.driver, to: activity(for: booking), at: now)
        }
        return slot
    }

    /// A shift has been closed, and that is stored. An offer on the driver's screen ends; a trip goes on.
    package mutating func closeShift(of driver: DriverID, at now: WallTime) -> [MarketOutput] {
        board.closeShift(of: driver)
        return endOffer(to: driver, at: now)
    }

    /// A driver's connection has been gone for longer than the fleet allows.
    ///
    /// Where he is is not known any more, so that no trip is offered to him before his next fix.
    ///
    /// - Returns: His offer ends, or his trip looks for another driver where the passenger is not with him yet; with
    ///   the passenger on board the trip is at risk from now on, and with him beside the car nothing happens.
    package mutating func driverLost(_ driver: DriverID, at now: WallTime) -> [MarketOutput] {
        guard let id = offers.engagement(of: driver), let booking = slots[id]?.booking else {
            return []
        }
        let hasPassenger = booking.state == .arrived || booking.state == .onTrip
        if !hasPassenger { board.lose(driver) }
        let outputs = endOffer(to: driver, at: now)
        guard outputs.isEmpty, booking.driver == driver else { return outputs }
        if booking.state == .onTrip {
            return apply(
                BookingInput(.contactLost, by: .dispatch, driver: driver, reason: .outOfReach),
                to: id,
                at: now
            )
        }
        return apply(
            BookingInput(.driverLost, by: .dispatch, driver: driver, reason: .driverLost),
            to: id,
            at: now
        )
    }

    /// A driver who was lost is heard of again: his trip is not at risk any more.
    package mutating func driverHeard(_ driver: DriverID, at now: WallTime) -> [MarketOutput] {
        guard let id = offers.engagement(of: driver), slots[id]?.booking.isAtRisk == true else {
            return []
        }
        return apply(
            BookingInput(.contactRegained, by: .dispatch, driver: driver),
            to: id,
            at: now
        )
    }

    /// Whether the driver's trip is at risk.
    package func isAtRisk(_ driver: DriverID) -> Bool {
        offers.engagement(of: driver).flatMap { slots[$0] }?.booking.isAtRisk ?? false
    }

    /// A fix of the driver in `slot`; the hot path of the market.
    package mutating func move(_ slot: Int32, to position: GeoPoint, at moment: WallTime) {
        board.move(slot, to: position, at: moment)
    }

    private mutating func endOffer(to driver: DriverID, at now: WallTime) -> [MarketOutput] {
        guard let id = offers.engagement(of: driver), let slot = slots[id] else { return [] }
        // An offer that is only being stored ends too: its end waits behind it.
        let offer = slot.pending?.change.shownOffer ?? slot.booking.offer
        guard let offer, offer.driver == driver else { return [] }
        return apply(
            BookingInput(
                .offerExpired,
                by: .dispatch,
                driver: driver,
                offer: offer.id,
                reason: .driverLost
            ),
            to: id,
            at: now
        )
    }
}
