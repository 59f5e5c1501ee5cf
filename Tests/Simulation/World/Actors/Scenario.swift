internal import Geo
internal import Messages
internal import Model
internal import Money
internal import Timekeeping

/// Who and what there is in every run.
enum Scenario {
    static let tenant = TenantID(7)
    static let partner = PartnerID(bits: 5)
    static let method = PaymentMethodID(bits: 9)
    /// A method that the provider declines.
    static let decliningMethod = PaymentMethodID(bits: 10)
    static let absenceFeeBasisPoints: UInt16 = 4000
    static let absenceSeconds: UInt32 = 5
    static let tariffVersion: UInt32 = 1

    static func driver(_ number: Int) -> DriverID { DriverID(bits: UInt128(1000 + number)) }
    static func vehicle(_ number: Int) -> VehicleID { VehicleID(bits: UInt128(2000 + number)) }
    static func shift(_ number: Int) -> ShiftID { ShiftID(bits: UInt128(3000 + number)) }

    /// A place so many units of 1e-7 degrees from the middle of San Francisco.
    static func place(_ north: Int32, _ east: Int32) -> GeoPoint {
        GeoPoint(
            latitudeE7: 377_700_000 + north % 1_000_000,
            longitudeE7: -1_224_200_000 + east % 1_000_000
        ) ?? GeoPoint.zero
    }

    // MARK: What the operator has set up

    static let tariff = ApplyTariffRequest.with {
        $0.version = tariffVersion
        $0.currency = .usDollar
        $0.baseMinorUnits = 300
        $0.perKilometerMinorUnits = 200
        $0.minimumMinorUnits = 500
        $0.patienceSeconds = 120
        $0.absenceSeconds = absenceSeconds
        $0.absenceFeeBasisPoints = absenceFeeBasisPoints
        $0.commissionBasisPoints = 1500
        $0.taxBasisPoints = 800
    }

    static func roster(driverCount: Int) -> ApplyRosterRequest {
        ApplyRosterRequest.with {
            $0.revision = 1
            for number in 0..<driverCount {
                $0.drivers.append(
                    DriverEntry.with {
                        $0.driver = driver(number)
                        $0.isActive = true
                    }
                )
                $0.vehicles.append(
                    VehicleEntry.with {
                        $0.vehicle = vehicle(number)
                        $0.vehicleClass = WireEnum(.standard)
                        $0.seatCount = 4
                        $0.isActive = true
                    }
                )
            }
        }
    }

    static func shift(opening number: Int) -> SetShiftRequest {
        SetShiftRequest.with {
            $0.shift = shift(number)
            $0.driver = driver(number)
            $0.vehicle = vehicle(number)
            $0.isOnDuty = true
        }
    }

    static func account(_ id: PaymentMethodID, token: String) -> ApplyPaymentAccountRequest {
        ApplyPaymentAccountRequest.with {
            $0.paymentMethod = id
            $0.partner = partner
            $0.revision = 1
            $0.provider = WireEnum(.payPal)
            $0.isActive = true
            $0.vaultToken = token
        }
    }

    static let plan = ApplyPlanRequest.with {
        $0.version = 1
        $0.commissionBasisPoints = 1500
        $0.taxBasisPoints = 800
        $0.planName = "standard"
    }
}
