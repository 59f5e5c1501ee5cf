package import Model

/// Who a reference stands for, as dispatch said when the shift opened.
package struct Duty: Hashable, Sendable {
    /// The fleet.
    package let tenant: TenantID
    /// Who.
    package let driver: DriverID
    /// With which vehicle.
    package let vehicle: VehicleID
    /// In which shift.
    package let shift: ShiftID

    /// A driver with his vehicle on one shift.
    package init(tenant: TenantID, driver: DriverID, vehicle: VehicleID, shift: ShiftID) {
        self.tenant = tenant
        self.driver = driver
        self.vehicle = vehicle
        self.shift = shift
    }
}
