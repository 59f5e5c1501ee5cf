/// How the description tells each route.
extension APIOperation {
    private static let booking = Response(
        200,
        "The booking.",
        schema: "Booking",
        headers: ["ETag"]
    )

    static let createQuotes = APIOperation(
        id: "createQuotes",
        tag: "Bookings",
        summary: "Ask for prices",
        description: """
            Prices for a ride, one for each class of vehicle, or for the one that is named. A price holds \
            until `expires_at`. The pickup must lie in one of the fleet's licence zones.
            """,
        requestSchema: "QuoteRequest",
        responses: [.init(201, "The offers.", schema: "QuoteList")],
        problems: [
            .outsideLicenceArea, .pickupInPast, .unknownCurrency, .cardNumberRefused, .noTariff,
            .noRoute, .tooFar,
        ]
    )

    static let createBooking = APIOperation(
        id: "createBooking",
        tag: "Bookings",
        summary: "Book a ride",
        description: """
            Books the ride of a quote. It begins as `requested`; the payer's authorisation runs behind \
            it. Send the same `Idempotency-Key` with each retry: the first final answer is kept for 24 \
            hours and sent again, byte for byte.
            """,
        parameters: ["IdempotencyKey"],
        requestSchema: "BookingRequest",
        responses: [
            .init(
                201,
                "The booking.",
                schema: "Booking",
                headers: ["Location", "ETag", "Idempotency-Replayed"]
            )
        ],
        problems: [
            .missingIdempotencyKey, .invalidIdempotencyKey, .idempotencyKeyReused,
            .requestInProgress, .unknownQuote, .quoteExpired, .quoteUsed, .outsideLicenceArea,
            .noPaymentMethod, .priceStale, .pickupInPast, .cardNumberRefused,
        ]
    )

    static let listBookings = APIOperation(
        id: "listBookings",
        tag: "Bookings",
        summary: "List bookings",
        description: "Bookings, newest first, by pages.",
        parameters: ["Cursor", "Limit", "PartnerReference"],
        responses: [.init(200, "One page.", schema: "BookingList", headers: ["Link"])],
        problems: [.invalidCursor, .invalidRequest]
    )

    static let getBooking = APIOperation(
        id: "getBooking",
        tag: "Bookings",
        summary: "Read a booking",
        description: "The booking as it stands, with a strong entity tag.",
        parameters: ["IfNoneMatch"],
        responses: [booking, .init(304, "It has not changed.")],
        problems: [.notFound]
    )

    static let cancelBooking = APIOperation(
        id: "cancelBooking",
        tag: "Bookings",
        summary: "Cancel a booking",
        description:
            "Calls the booking off. Safe to repeat: the key of the effect is kept with it.",
        requestSchema: "CancelRequest",
        isRequestRequired: false,
        responses: [booking],
        problems: [.notFound, .bookingEnded, .notCancellable]
    )

    static let trackBooking = APIOperation(
        id: "trackBooking",
        tag: "Bookings",
        summary: "Follow a booking",
        description: """
            With `Accept: text/event-stream` a stream of `state` events, whose ids are the booking's \
            sequence numbers, and `position` events between them; it resumes behind `Last-Event-ID` and \
            ends with the booking. A comment comes after 15 s of silence; `going_away` tells by `retry` when \
            to come back. Otherwise one document.
            """,
        parameters: ["LastEventID"],
        responses: [
            .init(
                200,
                "Where the driver is, or a stream of it.",
                schema: "Track",
                contentTypes: ["application/json", "text/event-stream"]
            ),
            .init(204, "The booking is over and the client has its last event."),
        ],
        problems: [.notFound]
    )

    static let createDriverToken = APIOperation(
        id: "createDriverToken",
        tag: "Fleet",
        summary: "Make a driver's token",
        description: "A token for a driver's phone, good for one shift of 12 hours.",
        responses: [.init(201, "The token.", schema: "DriverToken")],
        problems: [.notFound]
    )

    static let putTenant = APIOperation(
        id: "putTenant",
        tag: "Operator",
        summary: "Set up a tenant",
        description: """
            Brings a tenant to what the document says: what it lacks is switched off, keys are revoked. \
            The same document again changes nothing. New keys show their secret in this answer only. \
            What other services keep is on its way when this answers; `provisioning` tells how far.
            """,
        requestSchema: "TenantDocument",
        responses: [.init(200, "The tenant.", schema: "Tenant")],
        problems: [.cardNumberRefused]
    )

    static let getTenant = APIOperation(
        id: "getTenant",
        tag: "Operator",
        summary: "Read a tenant",
        description: "The tenant, and how far its provisioning has come.",
        responses: [.init(200, "The tenant.", schema: "Tenant")],
        problems: [.notFound]
    )

    static let getLedger = APIOperation(
        id: "getLedger",
        tag: "Operator",
        summary: "Read a tenant's ledger",
        description: "The totals of the tenant's accounts, and whether debits equal credits.",
        parameters: ["Currency"],
        responses: [.init(200, "The totals.", schema: "Ledger")],
        problems: [.notFound, .unknownCurrency]
    )

    static let getStatement = APIOperation(
        id: "getStatement",
        tag: "Operator",
        summary: "Read a tenant's statement",
        description: "What the tenant owes for a month.",
        parameters: ["Month"],
        responses: [.init(200, "The statement.", schema: "Statement")],
        problems: [.notFound]
    )

    static let getFigures = APIOperation(
        id: "getFigures",
        tag: "Operator",
        summary: "Read a tenant's figures",
        description: "Counts of the tenant at the four services that do its work.",
        responses: [.init(200, "The counts.", schema: "Figures")],
        problems: [.notFound]
    )

    static let getStatus = APIOperation(
        id: "getStatus",
        tag: "Operator",
        summary: "Read the system's status",
        description: "All five programs as the gateway sees them.",
        responses: [.init(200, "The status.", schema: "SystemStatus")]
    )

    static let setBusinessTime = APIOperation(
        id: "setBusinessTime",
        tag: "Operator",
        summary: "Set business time",
        description:
            "Shifts and scales the time of business on all five programs; not in production.",
        requestSchema: "BusinessTimeRequest",
        responses: [.init(200, "The time, and who took it.", schema: "BusinessTime")],
        problems: [.production]
    )

    static let getDescription = APIOperation(
        id: "getDescription",
        tag: "Description",
        summary: "This description",
        description: "The API as an OpenAPI 3.1 document.",
        responses: [.init(200, "The document.", schema: "AnyObject")]
    )

    static let getCatalog = APIOperation(
        id: "getCatalog",
        tag: "Description",
        summary: "Find the description",
        description: "Where the API is described, at the path that RFC 9727 gives to every host.",
        responses: [
            .init(
                200,
                "The set of links.",
                schema: "AnyObject",
                contentTypes: [DescriptionPages.catalogType],
                headers: ["Link"]
            )
        ]
    )
}
