internal import GatewayCore
internal import HTTP
internal import Messages
internal import Model
internal import Timekeeping

/// What a partner wants to be booked.
struct BookingWish: Sendable {
    let quote: QuoteID
    let passengerReference: String
    let partnerReference: String
    let driverNote: String
    let patienceSeconds: UInt32

    /// The wish in a request's body.
    ///
    /// - Throws: 400 and 422 with the place of the first fault.
    init(_ body: [UInt8]) throws(Problem) {
        let value = try RequestReading.object(body)
        self = try RequestReading.take { () throws(JSONFault) in try BookingWish(value) }
    }

    private init(_ value: JSONValue) throws(JSONFault) {
        var object = try JSONObjectReader(value, at: "")
        quote = try object.parsed("quote_id", expectation: "a quote id (qt_...)") { QuoteID($0) }
        passengerReference =
            try object.text(ifPresent: "passenger_reference", byteCountMax: 128) ?? ""
        partnerReference =
            try object.text(
                ifPresent: "partner_reference",
                byteCountMax: GatewayAPI.referenceByteCountMax
            ) ?? ""
        driverNote = try object.text(ifPresent: "driver_note", byteCountMax: 500) ?? ""
        let patience = try object.integer(ifPresent: "patience_seconds", in: 60...86_400)
        patienceSeconds = UInt32(clamping: patience ?? 0)
        try object.finish()
    }

    /// The request to dispatch.
    func command(
        booking: BookingID,
        quote: StoredQuote,
        credential: Credential,
        paymentMethod: PaymentMethodID,
        now: WallTime
    ) -> CreateBookingRequest {
        .with { request in
            request.booking = booking
            request.quote = quote.quote
            request.partner = credential.partner
            request.paymentMethod = paymentMethod
            request.pickup = quote.request.pickup
            request.dropOff = quote.request.dropOff
            request.pickupAt = quote.request.pickupAt
            request.requestedAt = now
            request.priceMinorUnits = quote.reply.totalMinorUnits
            request.currency = quote.reply.currency
            request.tariffVersion = quote.reply.tariffVersion
            request.distanceMeters = quote.reply.distanceMeters
            request.durationMilliseconds = quote.reply.durationMilliseconds
            request.patienceSeconds = patienceSeconds
            request.vehicleClass = quote.request.vehicleClass
            request.passengerCount = quote.request.passengerCount
            request.passengerReference = passengerReference
            request.pickupLabel = quote.pickupLabel
            request.dropOffLabel = quote.dropOffLabel
            request.partnerReference = partnerReference
            request.driverNote = driverNote
        }
    }
}
