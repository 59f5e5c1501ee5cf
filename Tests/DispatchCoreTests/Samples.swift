import Geo
import Model
import Money
import TestSupport
import Timekeeping

@testable import DispatchCore

/// Values that the tests of this module share; names are numbers, so that a failure is read at once.
enum Samples {
    static let now = WallTime(secondsSinceEpoch: 1_780_000_000)
    static let tenant = TenantID(7)
    static let partner = PartnerID(bits: 5)

    static func driver(_ number: Int) -> DriverID { DriverID(bits: UInt128(1000 + number)) }

    static func booking(_ number: Int) -> BookingID {
        BookingID(bits: UInt128(1_780_000_000_000) << 80 | UInt128(number))
    }

    /// A place so many metres north and east of the middle of San Francisco.
    static func place(north: Double = 0, east: Double = 0) -> GeoPoint {
        GeoPoint(
            latitudeDegrees: 37.77 + north / 111_195,
            longitudeDegrees: -122.42 + east / (111_195 * 0.7905)
        )!
    }

    static func euros(_ cents: Int64) -> Amount { Amount(minorUnits: cents, currency: .euro) }

    static func request(
        _ number: Int = 1,
        pickup: GeoPoint = place(),
        dropoff: GeoPoint = place(north: 5000),
        pickupAt: WallTime = now,
        vehicleClass: VehicleClass = .standard,
        price: Amount = euros(2500),
        terms: BookingTerms = .standard
    ) -> BookingRequest {
        BookingRequest(
            booking: booking(number),
            leg: LegID(bits: UInt128(number)),
            trip: TripID(bits: UInt128(number)),
            tenant: tenant,
            quote: QuoteID(bits: UInt128(number)),
            partner: partner,
            pickup: pickup,
            dropoff: dropoff,
            pickupAt: pickupAt,
            passengerCount: 2,
            vehicleClass: vehicleClass,
            price: price,
            travel: Travel(meters: 6500, milliseconds: 1_063_636),
            tariffVersion: 3,
            payment: PaymentID(bits: UInt128(number)),
            paymentMethod: PaymentMethodID(bits: 9),
            terms: terms
        )
    }

    static func offer(
        _ number: Int = 1,
        to driver: DriverID = driver(1),
        at moment: WallTime = now,
        seconds: Int64 = 20
    ) -> OpenOffer {
        OpenOffer(
            id: OfferID(bits: UInt128(number)),
            driver: driver,
            vehicle: VehicleID(bits: driver.bits),
            openedAt: moment,
            expiresAt: moment.advanced(by: .seconds(seconds)),
            etaMilliseconds: 60_000
        )
    }

    static func record(
        _ number: Int,
        vehicleClass: VehicleClass = .standard,
        rating: Int32 = 0
    ) -> DriverRecord {
        try! DriverRecord(
            driver: driver(number),
            vehicle: VehicleID(bits: driver(number).bits),
            vehicleClass: vehicleClass,
            ratingHundredths: rating,
            shift: ShiftID(bits: UInt128(number))
        )
    }

    /// A booking that stands in `state`, brought there as far as its fields matter to the table.
    static func booking(in state: BookingState, driver: DriverID = driver(1)) throws -> Booking {
        var booking = try Booking(request(), at: now)
        booking.state = state
        booking.version = 4
        booking.sequence = 2
        if BookingTable.boundStates.contains(state) || state == .completed {
            booking.driver = driver
            booking.vehicle = VehicleID(bits: driver.bits)
            booking.acceptedOffer = offer().id
        }
        return booking
    }
}

extension WallTime {
    /// So many seconds later.
    func plus(_ seconds: Double) -> WallTime {
        advanced(by: .microseconds(Int64(seconds * 1_000_000)))
    }
}
