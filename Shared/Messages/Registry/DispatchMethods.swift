internal import WireFormat

/// The methods of dispatch (service 3). Numbers are fixed and never reused.
package enum DispatchMethods {
    /// A price.
    package static let quote = Method<QuoteRequest, QuoteReply>(
        .dispatch,
        1,
        "quote",
        .unary,
        mutating: false,
        .critical,
        timeout: 1500,
        floor: 20,
        callers: [.gateway]
    )

    /// Books a ride.
    package static let createBooking = Method<CreateBookingRequest, BookingSnapshot>(
        .dispatch,
        2,
        "createBooking",
        .unary,
        mutating: true,
        .critical,
        timeout: 5000,
        floor: 50,
        callers: [.gateway]
    )

    /// Calls a booking off.
    package static let cancelBooking = Method<CancelBookingRequest, BookingSnapshot>(
        .dispatch,
        3,
        "cancelBooking",
        .unary,
        mutating: true,
        .critical,
        timeout: 5000,
        floor: 50,
        callers: [.gateway]
    )

    /// A booking as it stands.
    package static let getBooking = Method<GetBookingRequest, BookingSnapshot>(
        .dispatch,
        4,
        "getBooking",
        .unary,
        mutating: false,
        .critical,
        timeout: 1500,
        floor: 10,
        callers: [.gateway]
    )

    /// One booking's events and positions.
    package static let watchBooking = Method<WatchBookingRequest, BookingUpdate>(
        .dispatch,
        5,
        "watchBooking",
        .serverStream,
        mutating: false,
        .sheddablePlus,
        timeout: nil,
        floor: 10,
        callers: [.gateway]
    )

    /// A driver's offers.
    package static let watchOffers = Method<WatchOffersRequest, OfferEvent>(
        .dispatch,
        6,
        "watchOffers",
        .serverStream,
        mutating: false,
        .criticalPlus,
        timeout: nil,
        floor: 10,
        callers: [.ingest]
    )

    /// A driver's answer to an offer.
    package static let answerOffer = Method<OfferAnswer, OfferAnswerReply>(
        .dispatch,
        7,
        "answerOffer",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 3000,
        floor: 30,
        callers: [.ingest]
    )

    /// How far a trip has come.
    package static let reportTripProgress = Method<TripProgressReport, BookingProgressReply>(
        .dispatch,
        8,
        "reportTripProgress",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 5000,
        floor: 30,
        callers: [.ingest]
    )

    /// A driver goes on or off duty.
    package static let setShift = Method<SetShiftRequest, SetShiftReply>(
        .dispatch,
        9,
        "setShift",
        .unary,
        mutating: true,
        .critical,
        timeout: 5000,
        floor: 30,
        callers: [.ingest]
    )

    /// Who is on duty.
    package static let watchShifts = Method<WatchShiftsRequest, ShiftEvent>(
        .dispatch,
        10,
        "watchShifts",
        .serverStream,
        mutating: false,
        .criticalPlus,
        timeout: nil,
        floor: 10,
        callers: [.ingest]
    )

    /// Drivers and vehicles.
    package static let applyRoster = Method<ApplyRosterRequest, ApplyRosterReply>(
        .dispatch,
        11,
        "applyRoster",
        .unary,
        mutating: true,
        .sheddablePlus,
        timeout: 10_000,
        floor: 50,
        callers: [.gateway]
    )

    /// What became of a booking's money.
    package static let reportPayment = Method<PaymentReport, Acknowledgement>(
        .dispatch,
        12,
        "reportPayment",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 5000,
        floor: 30,
        callers: [.payments]
    )

    /// What a fleet charges.
    package static let applyTariff = Method<ApplyTariffRequest, Acknowledgement>(
        .dispatch,
        13,
        "applyTariff",
        .unary,
        mutating: true,
        .sheddablePlus,
        timeout: 10_000,
        floor: 50,
        callers: [.gateway]
    )

    /// Dispatch in figures.
    package static let status = Method<StatusRequest, DispatchStatusReply>(
        .dispatch,
        14,
        "status",
        .unary,
        mutating: false,
        .sheddable,
        timeout: 1500,
        floor: 10,
        callers: [.gateway]
    )

    /// A tenant's booking events, resumable.
    package static let watchTenantBookings = Method<WatchTenantBookingsRequest, BookingUpdate>(
        .dispatch,
        15,
        "watchTenantBookings",
        .serverStream,
        mutating: false,
        .critical,
        timeout: nil,
        floor: 10,
        callers: [.gateway]
    )

    /// All, by number.
    package static let all: [MethodDescriptor] = [
        quote.descriptor,
        createBooking.descriptor,
        cancelBooking.descriptor,
        getBooking.descriptor,
        watchBooking.descriptor,
        watchOffers.descriptor,
        answerOffer.descriptor,
        reportTripProgress.descriptor,
        setShift.descriptor,
        watchShifts.descriptor,
        applyRoster.descriptor,
        reportPayment.descriptor,
        applyTariff.descriptor,
        status.descriptor,
        watchTenantBookings.descriptor,
    ]

    /// Numbers of removed methods, never to be used again.
    package static let reservedIDs: [UInt16] = []
}
