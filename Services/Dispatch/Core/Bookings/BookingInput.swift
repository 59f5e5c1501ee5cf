package import Model

/// Something that happened to a booking, with who says so: what `Booking.applying(_:at:)` takes.
package struct BookingInput: Hashable, Sendable {
    /// What happened.
    package var step: BookingStep
    /// On whose word.
    package var actor: BookingActor
    /// Which driver speaks, or whom it is about; needed with the steps of a driver.
    package var driver: DriverID?
    /// Which offer is meant; needed with answers to offers.
    package var offer: OfferID?
    /// The offer to open; needed with `offerOpened` alone.
    package var opening: OpenOffer?
    /// Why, where it is not plain from the step.
    package var reason: BookingReason

    /// A step of `actor`; `driver`, `offer` and `opening` are for the steps that name one.
    package init(
        _ step: BookingStep,
        by actor: BookingActor,
        driver: DriverID? = nil,
        offer: OfferID? = nil,
        opening: OpenOffer? = nil,
        reason: BookingReason = .none
    ) {
        self.step = step
        self.actor = actor
        self.driver = driver
        self.offer = offer
        self.opening = opening
        self.reason = reason
    }

    /// A step that `driver` reports of himself.
    package static func driver(_ driver: DriverID, _ step: BookingStep) -> BookingInput {
        BookingInput(step, by: .driver, driver: driver)
    }

    /// The driver's answer to an offer.
    package static func answer(_ answer: OfferAnswer) -> BookingInput {
        BookingInput(
            answer.accepts ? .offerAccepted : .offerDeclined,
            by: .driver,
            driver: answer.driver,
            offer: answer.offer
        )
    }
}

/// What a driver says to an offer.
package struct OfferAnswer: Hashable, Sendable {
    /// The offer that he answers.
    package let offer: OfferID
    /// Who answers, as his connection was authenticated.
    package let driver: DriverID
    /// Whether he takes it.
    package let accepts: Bool

    /// What `driver` says to `offer`: yes or no.
    package init(offer: OfferID, driver: DriverID, accepts: Bool) {
        self.offer = offer
        self.driver = driver
        self.accepts = accepts
    }
}
