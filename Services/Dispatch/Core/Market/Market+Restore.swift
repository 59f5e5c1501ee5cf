package import Model
package import Timekeeping

extension Market {
    /// Takes over the stored bookings at the start of the process, before anything else happens.
    ///
    /// - Parameter bookings: All of the market that are not final, in any order.
    /// - Returns: What may not have left before the crash: every open offer is shown again under its old name, and
    ///   the outbox is woken. Deadlines that passed meanwhile are due at the first `tick`.
    /// - Throws: The first pair of bookings that engage the same driver: the store's uniqueness was broken, and an
    ///   operator has to look before anybody is sent anywhere.
    package mutating func restore(
        _ bookings: [Booking],
        at now: WallTime
    ) throws(RestoreConflict) -> [MarketOutput] {
        precondition(slots.isEmpty, "A market is restored once, empty.")
        var outputs: [MarketOutput] = []
        // By age, so that who waits longest is served first, as before.
        let ordered = bookings.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        for booking in ordered where !booking.isFinal {
            if let driver = booking.engagedDriver {
                if let other = offers.engagement(of: driver) {
                    throw RestoreConflict(driver: driver, first: other, second: booking.id)
                }
            }
            slots[booking.id] = Slot(booking: booking)
            takeOver(booking, releasing: nil, at: now)
            if let offer = booking.offer {
                outputs.append(.effect(.showOffer(offer, of: booking)))
            }
            outputs.append(.effect(.deliver(booking.id)))
        }
        return outputs
    }
}

/// Two stored bookings name one driver.
package struct RestoreConflict: Error, Hashable, Sendable {
    /// Whom both name.
    package let driver: DriverID
    /// The older booking.
    package let first: BookingID
    /// The younger one.
    package let second: BookingID
}
