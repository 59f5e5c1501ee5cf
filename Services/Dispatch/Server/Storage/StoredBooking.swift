package import DispatchCore
package import Timekeeping

/// What a partner says of a booking beside what the rules need; never changes.
package struct BookingDetails: Hashable, Sendable {
    /// The partner's name for the passenger; not a person's name.
    package var passengerReference = ""
    /// The pickup in words, for the driver.
    package var pickupLabel = ""
    /// The drop-off in words, for the driver.
    package var dropOffLabel = ""
    /// The partner's own number for the booking.
    package var partnerReference = ""
    /// A note to the driver.
    package var driverNote = ""
    /// The operator's commission under the tariff of the booking, hundredths of a per cent.
    package var commissionBasisPoints: UInt16 = 0
    /// The tax inside the fare, hundredths of a per cent of the fare without it.
    package var taxBasisPoints: UInt16 = 0

    /// Nothing said.
    package init() {}
}

/// What a command says beside the step that it causes; stored with the step.
package struct StepNotes: Hashable, Sendable {
    /// Why, in words.
    package var note: String?
    /// What was taken of the held money, minor units; with the report of a capture.
    package var capturedMinorUnits: Int64?

    /// Nothing said.
    package init() {}
}

/// A booking as its row holds it.
package struct StoredBooking: Hashable, Sendable {
    /// What the rules know.
    package var booking: Booking
    /// What the partner said beside it.
    package var details: BookingDetails
    /// When its last event happened, business time.
    package var updatedAt: WallTime
    /// On whose word.
    package var actor: BookingActor
    /// The last note; empty where there was none.
    package var note: String
    /// What was taken so far, minor units.
    package var capturedMinorUnits: Int64

    /// A booking from its row; `actor` and `note` are of its last step, the amount is what was captured so far.
    package init(
        booking: Booking,
        details: BookingDetails,
        updatedAt: WallTime,
        actor: BookingActor,
        note: String,
        capturedMinorUnits: Int64
    ) {
        self.booking = booking
        self.details = details
        self.updatedAt = updatedAt
        self.actor = actor
        self.note = note
        self.capturedMinorUnits = capturedMinorUnits
    }
}
