import Delivery
import DeliverySQL
import DispatchCore
import DispatchServer
import Geo
import Messages
import Model
import Money
import Storage
import StorageSQLite
import TestSupport
import Timekeeping
import WireFormat

/// A fleet with its drivers and bookings.
extension EngineRig {
    /// A tariff, and as many drivers on duty at the pickup as asked for.
    ///
    /// - Returns: Drivers with their references.
    @discardableResult
    func provision(
        drivers count: Int = 1,
        tenant: TenantID = tenant
    ) throws -> [(driver: DriverID, reference: DriverReference)] {
        try send(DispatchMethods.applyTariff, Self.tariff(), tenant: tenant)
        let drivers = (0..<count).map { _ in id(DriverID.self) }
        let vehicles = (0..<count).map { _ in id(VehicleID.self) }
        var roster = ApplyRosterRequest()
        roster.revision = 1
        roster.drivers = drivers.map { driver in
            DriverEntry.with {
                $0.driver = driver
                $0.isActive = true
                $0.ratingHundredths = 480
                $0.displayName = "Ana"
            }
        }
        roster.vehicles = vehicles.map { vehicle in
            VehicleEntry.with {
                $0.vehicle = vehicle
                $0.vehicleClass = WireEnum(.standard)
                $0.isActive = true
                $0.plate = "B-NX 1"
            }
        }
        try send(DispatchMethods.applyRoster, roster, tenant: tenant)
        var found: [(DriverID, DriverReference)] = []
        for (driver, vehicle) in zip(drivers, vehicles) {
            let reply = try send(
                DispatchMethods.setShift,
                SetShiftRequest.with {
                    $0.shift = id()
                    $0.driver = driver
                    $0.vehicle = vehicle
                    $0.isOnDuty = true
                },
                tenant: tenant,
                subject: "driver:\(driver)"
            )
            let shift = try SetShiftReply(decoding: reply.body)
            move(shift.driverReference, to: Self.place)
            found.append((driver, shift.driverReference))
        }
        return found
    }

    static func tariff(version: UInt32 = 1, currency: Currency = .euro) -> ApplyTariffRequest {
        ApplyTariffRequest.with {
            $0.version = version
            $0.currency = currency
            $0.baseMinorUnits = 400
            $0.perKilometerMinorUnits = 180
            $0.perMinuteMinorUnits = 40
            $0.minimumMinorUnits = 900
            $0.commissionBasisPoints = 1500
            $0.taxBasisPoints = 1900
        }
    }

    func booking(
        _ id: BookingID? = nil,
        labels: String = "North gate"
    ) -> CreateBookingRequest {
        CreateBookingRequest.with {
            $0.booking = id ?? self.id()
            $0.partner = self.id()
            $0.paymentMethod = self.id()
            $0.pickup = Self.place
            $0.dropOff = Self.destination
            $0.requestedAt = time.wallTime
            $0.priceMinorUnits = 2500
            $0.currency = .euro
            $0.tariffVersion = 1
            $0.distanceMeters = 4200
            $0.durationMilliseconds = 700_000
            $0.pickupLabel = labels
        }
    }

    /// What payments reports of a booking's money.
    func report(
        _ kind: PaymentReportCode,
        of booking: BookingID,
        key: IdempotencyKey? = nil,
        tenant: TenantID = tenant
    ) throws -> Command {
        try command(
            DispatchMethods.reportPayment,
            PaymentReport.with {
                $0.booking = booking
                $0.tenant = tenant
                $0.kind = WireEnum(kind)
                $0.amountMinorUnits = 2500
                $0.currency = .euro
            },
            key: key,
            tenant: tenant,
            subject: "service:payments"
        )
    }

    func answer(_ offer: OfferEvent, accepts: Bool = true) throws -> Command {
        try command(
            DispatchMethods.answerOffer,
            Messages.OfferAnswer.with {
                $0.offer = offer.offer
                $0.driver = offer.driver
                $0.decision = WireEnum(accepts ? .accepted : .declined)
            },
            subject: "driver:\(offer.driver)"
        )
    }

    func progress(
        _ progress: TripProgressCode,
        _ booking: BookingID,
        trip: TripID,
        by driver: DriverID
    ) throws -> Command {
        try command(
            DispatchMethods.reportTripProgress,
            TripProgressReport.with {
                $0.booking = booking
                $0.trip = trip
                $0.driver = driver
                $0.progress = WireEnum(progress)
            },
            subject: "driver:\(driver)"
        )
    }

    /// Books, pays and offers, and returns the booking with its offer on a driver's screen.
    func offered(
        to drivers: [DriverID]
    ) throws -> (booking: BookingID, offer: OfferEvent) {
        let request = booking()
        try send(DispatchMethods.createBooking, request)
        _ = try send(try report(.authorised, of: request.booking))
        try tick()
        guard let offer = drivers.lazy.compactMap({ self.screen(of: $0) }).first else {
            throw StorageError(.invalid, "nobody was asked")
        }
        return (request.booking, offer)
    }

    func snapshot(_ booking: BookingID, tenant: TenantID = tenant) throws -> BookingSnapshot? {
        try read { session throws(StorageError) in
            try DispatchQueries.booking(booking, of: tenant, in: session)
        }
    }
}
