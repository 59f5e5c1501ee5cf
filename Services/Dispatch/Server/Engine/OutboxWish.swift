internal import Delivery
internal import DispatchCore
internal import Messages
internal import Model
internal import Money
internal import Storage
internal import WireFormat

/// Turns what a booking wishes of payments and billing into commands for the outbox.
enum OutboxWish {
    /// The command; canonical, so that the same wish has the same bytes in every life of the process.
    ///
    /// - Throws: `.invalid` for a message that does not encode, a fault of ours.
    static func command(
        _ wish: BookingCommand,
        of booking: Booking,
        _ details: BookingDetails
    ) throws(StorageError) -> Command {
        let request = booking.request
        switch wish.wish {
        case .authorise(let amount):
            var message = AuthoriseRequest()
            message.payment = request.payment
            message.booking = request.booking
            message.partner = request.partner
            message.paymentMethod = request.paymentMethod
            message.requestedAt = booking.stateSince
            message.amountMinorUnits = amount.minorUnits
            message.currency = amount.currency
            message.commissionBasisPoints = details.commissionBasisPoints
            message.taxBasisPoints = details.taxBasisPoints
            message.description = "Trip \(request.booking)"
            return try command(wish, PaymentsMethods.authorise, message, of: request)
        case .void:
            var message = VoidRequest()
            message.payment = request.payment
            message.booking = request.booking
            message.requestedAt = booking.stateSince
            message.reason = WireEnum(rawValue: UInt8(truncatingIfNeeded: booking.reason.rawValue))
            return try command(wish, PaymentsMethods.void, message, of: request)
        case .capture(let amount):
            var message = CaptureRequest()
            message.payment = request.payment
            message.booking = request.booking
            message.requestedAt = booking.stateSince
            message.amountMinorUnits = amount.minorUnits
            message.currency = amount.currency
            message.isFinal = true
            return try command(wish, PaymentsMethods.capture, message, of: request)
        case .recordUsage(let fare):
            var message = TripUsageReport()
            message.trip = request.trip
            message.booking = request.booking
            message.partner = request.partner
            message.driver = booking.driver ?? .none
            message.completedAt = booking.stateSince
            message.fareMinorUnits = fare.minorUnits
            message.currency = fare.currency
            message.distanceMeters = UInt32(clamping: request.travel.meters)
            message.durationMilliseconds = UInt32(clamping: request.travel.milliseconds)
            message.vehicleClass = WireEnum(rawValue: request.vehicleClass.rawValue)
            return try command(wish, BillingMethods.recordTripUsage, message, of: request)
        }
    }

    private static func command<Request: WireMessage, Response>(
        _ wish: BookingCommand,
        _ method: Method<Request, Response>,
        _ message: Request,
        of request: BookingRequest
    ) throws(StorageError) -> Command {
        guard let destination = ServiceName(rawValue: method.descriptor.service.rawValue) else {
            throw StorageError(.invalid, "\(method.descriptor.name) is of no service")
        }
        do {
            return Command(
                destination: destination,
                method: method.descriptor.id,
                key: wish.key,
                tenant: request.tenant,
                subject: "service:dispatch",
                body: try message.encoded()
            )
        } catch {
            throw StorageError(.invalid, "\(method.descriptor.name) does not encode: \(error)")
        }
    }
}
