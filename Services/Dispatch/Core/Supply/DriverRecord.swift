package import Model

/// A driver on a shift with one vehicle, as the store knows him.
package struct DriverRecord: Hashable, Sendable {
    /// Who drives.
    package let driver: DriverID
    /// What he drives on this shift.
    package let vehicle: VehicleID
    /// The vehicle's class.
    package let vehicleClass: VehicleClass
    /// His rating in hundredths of a star, 100 ... 500, or 0 where nobody has rated him yet.
    package let ratingHundredths: Int32
    /// The shift that is open.
    package let shift: ShiftID

    /// - Throws: `.outOfRange` for any other rating.
    package init(
        driver: DriverID,
        vehicle: VehicleID,
        vehicleClass: VehicleClass,
        ratingHundredths: Int32,
        shift: ShiftID
    ) throws(Refusal) {
        guard ratingHundredths == 0 || (100...500).contains(ratingHundredths) else {
            throw .outOfRange
        }
        self.driver = driver
        self.vehicle = vehicle
        self.vehicleClass = vehicleClass
        self.ratingHundredths = ratingHundredths
        self.shift = shift
    }
}

/// What a driver is doing. Follows from his shift and from the booking that engages him.
package enum DriverActivity: UInt8, Hashable, Sendable, CaseIterable {
    /// No shift is open: neither asked nor followed.
    case offline = 0
    /// On duty and free.
    case available = 1
    /// An offer is on his screen, or about to be.
    case offered = 2
    case assigned = 3
    case enRoute = 4
    case arrived = 5
    case onTrip = 6
}
