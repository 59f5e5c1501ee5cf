internal import DispatchCore
internal import Geo
internal import Messages
internal import Model
internal import Money
internal import Timekeeping
internal import WireFormat

/// A partner's call, checked and turned into what the rules and the row need.
struct BookingIntake {
    /// Why there is no booking.
    struct Problem: Error {
        let code: StatusCode
        let subCode: DispatchSubCode?

        init(_ code: StatusCode, _ subCode: DispatchSubCode? = nil) {
            self.code = code
            self.subCode = subCode
        }
    }

    let request: BookingRequest
    let details: BookingDetails

    /// Checks `message` against the tenant's tariffs.
    ///
    /// - Parameter known: The booking of this name, if it is open: its terms and its "as soon as possible" hold, or the
    ///   same call would mean something else a second later.
    init(
        _ message: CreateBookingRequest,
        of state: TenantState,
        known: Booking?,
        at now: WallTime
    ) throws(Problem) {
        guard !message.booking.isNone, !message.paymentMethod.isNone,
            Self.areStorable(message)
        else { throw Problem(.invalidArgument) }
        let vehicleClass = try Self.vehicleClass(message.vehicleClass)
        let found = state.tariffs.version(message.tariffVersion, for: vehicleClass)
        guard let tariff = found else {
            let hasOther = state.tariffs.current(for: vehicleClass, at: now) != nil
            throw Problem(.failedPrecondition, hasOther ? .priceStale : .tariffUnknown)
        }
        guard message.currency == tariff.tariff.currency, message.priceMinorUnits > 0 else {
            throw Problem(.invalidArgument, .amountInvalid)
        }
        guard message.distanceMeters <= UInt32(Quote.metersMax) else {
            throw Problem(.invalidArgument, .tooFar)
        }
        var terms = tariff.terms
        if message.patienceSeconds > 0 {
            terms.patienceSeconds = Int32(clamping: message.patienceSeconds)
        }
        let id = message.booking
        let soon = known?.request.pickupAt ?? now
        request = BookingRequest(
            booking: id,
            leg: DerivedID.make(for: .leg, of: id, version: 0),
            trip: DerivedID.make(for: .trip, of: id, version: 0),
            tenant: state.tenant,
            quote: message.quote,
            partner: message.partner,
            pickup: message.pickup,
            dropoff: message.dropOff,
            pickupAt: message.pickupAt == .none ? soon : message.pickupAt,
            passengerCount: message.passengerCount,
            vehicleClass: vehicleClass,
            price: Amount(
                minorUnits: message.priceMinorUnits,
                currency: tariff.tariff.currency
            ),
            travel: Travel(
                meters: Int32(clamping: message.distanceMeters),
                milliseconds: Int32(clamping: message.durationMilliseconds)
            ),
            tariffVersion: message.tariffVersion,
            payment: DerivedID.make(for: .payment, of: id, version: 0),
            paymentMethod: message.paymentMethod,
            terms: known?.request.terms ?? terms
        )
        details = Self.details(message, tariff)
    }

    private static func details(
        _ message: CreateBookingRequest,
        _ tariff: StoredTariff
    ) -> BookingDetails {
        var details = BookingDetails()
        details.passengerReference = message.passengerReference
        details.pickupLabel = message.pickupLabel
        details.dropOffLabel = message.dropOffLabel
        details.partnerReference = message.partnerReference
        details.driverNote = message.driverNote
        details.commissionBasisPoints = tariff.commissionBasisPoints
        details.taxBasisPoints = tariff.taxBasisPoints
        return details
    }

    /// The class; `standard` where none is named.
    static func vehicleClass(
        _ code: WireEnum<VehicleClassCode>
    ) throws(Problem) -> VehicleClass {
        if code == .unspecified { return .standard }
        guard let vehicleClass = VehicleClass(rawValue: code.rawValue) else {
            throw Problem(.invalidArgument)
        }
        return vehicleClass
    }

    /// A NUL in a text is refused here, where the caller hears why, not by the store.
    private static func areStorable(_ message: CreateBookingRequest) -> Bool {
        let texts = [
            message.passengerReference, message.pickupLabel, message.dropOffLabel,
            message.partnerReference, message.driverNote,
        ]
        return texts.allSatisfy { !$0.utf8.contains(0) }
    }
}
