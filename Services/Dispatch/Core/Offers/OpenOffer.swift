package import Model
package import Timekeeping

/// A trip shown to one driver, with an expiry.
package struct OpenOffer: Hashable, Sendable {
    /// The shortest time a driver gets to answer.
    package static let answerSecondsMin: Int32 = 5
    /// The longest time a driver gets to answer (GoDispatch allows 180 s for pre-booked trips).
    package static let answerSecondsMax: Int32 = 180

    /// Its name; follows from the booking and its version, so that it is the same whoever computes it.
    package let id: OfferID
    /// Who is asked.
    package let driver: DriverID
    /// What he would come with.
    package let vehicle: VehicleID
    /// When it was decided on, business time.
    package let openedAt: WallTime
    /// From this instant on an answer is late.
    package let expiresAt: WallTime
    /// The estimated drive to the pickup, milliseconds.
    package let etaMilliseconds: Int32

    /// An offer that runs from `openedAt` to `expiresAt`, business time; at the latter it is over.
    package init(
        id: OfferID,
        driver: DriverID,
        vehicle: VehicleID,
        openedAt: WallTime,
        expiresAt: WallTime,
        etaMilliseconds: Int32
    ) {
        self.id = id
        self.driver = driver
        self.vehicle = vehicle
        self.openedAt = openedAt
        self.expiresAt = expiresAt
        self.etaMilliseconds = etaMilliseconds
    }
}
