package import Model
package import Money
package import Timekeeping

/// What one step does to a booking: the next value, and everything that follows from it.
package struct BookingChange: Hashable, Sendable {
    /// The version that the step was decided on; 0 where the booking is new.
    package let expectedVersion: UInt64
    /// The booking after the step, `expectedVersion + 1`.
    package internal(set) var booking: Booking
    /// What the booking's feed gains.
    package internal(set) var event: BookingEvent?
    /// Wishes for the outbox, in this order.
    package internal(set) var commands: [BookingCommand] = []
    /// The offer to show.
    package internal(set) var shownOffer: OpenOffer?
    /// Whose screen loses the offer or the trip.
    package internal(set) var withdrawal: Withdrawal?
    /// Who becomes free.
    package internal(set) var releasedDriver: DriverID?

    init(of booking: Booking) {
        expectedVersion = booking.version
        self.booking = booking
        self.booking.version += 1
    }
}

/// A numbered entry of a booking's event feed.
package struct BookingEvent: Hashable, Sendable {
    /// Whose feed.
    package let booking: BookingID
    /// 1, 2, 3, ... without gaps.
    package let sequence: UInt64
    /// What happened.
    package let step: BookingStep
    /// On whose word.
    package let actor: BookingActor
    /// The state that the step led to.
    package let state: BookingState
    /// Business time.
    package let at: WallTime
    /// The driver it is about, where there is one.
    package let driver: DriverID?
    /// What he drives.
    package let vehicle: VehicleID?
    /// Why, where it is not plain.
    package let reason: BookingReason

    /// An entry of a feed; `sequence` counts from 1 within the booking, without gaps.
    package init(
        booking: BookingID,
        sequence: UInt64,
        step: BookingStep,
        actor: BookingActor,
        state: BookingState,
        at: WallTime,
        driver: DriverID?,
        vehicle: VehicleID?,
        reason: BookingReason
    ) {
        self.booking = booking
        self.sequence = sequence
        self.step = step
        self.actor = actor
        self.state = state
        self.at = at
        self.driver = driver
        self.vehicle = vehicle
        self.reason = reason
    }
}

/// An effect that a booking wishes of payments or billing.
package struct BookingCommand: Hashable, Sendable {
    /// Which effect.
    package enum Wish: Hashable, Sendable {
        /// Hold the price.
        case authorise(Amount)
        /// Release the hold, or see to it that none comes about.
        case void
        /// Take this much of the hold.
        case capture(Amount)
        /// Record the completed trip, of this price, for commission and usage.
        case recordUsage(Amount)
    }

    /// The same in every retry: it follows from the booking, its version and the kind of the wish.
    package let key: IdempotencyKey
    /// Which effect, with its values.
    package let wish: Wish

    /// A wish under `key`, made once, so that each of its repeats is the same effect.
    package init(key: IdempotencyKey, wish: Wish) {
        self.key = key
        self.wish = wish
    }
}

/// An offer or a trip that leaves a driver's screen.
package struct Withdrawal: Hashable, Sendable {
    /// Whose screen.
    package let driver: DriverID
    /// The open offer; `nil` where the driver was already bound to the trip.
    package let offer: OfferID?
    /// The trip that leaves with it.
    package let trip: TripID
    /// Why, where it is not plain.
    package let reason: BookingReason
}
