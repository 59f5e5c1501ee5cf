package import WireFormat

/// The methods of ingest (service 2). Numbers are fixed and never reused.
package enum IngestMethods {
    /// A driver's fixes.
    package static let streamLocations = Method<LocationBatch, LocationAck>(
        .ingest,
        1,
        "streamLocations",
        .bidirectional,
        mutating: false,
        .critical,
        timeout: nil,
        floor: 10,
        callers: [.driver]
    )

    /// The last fix of each driver, then each as it comes.
    package static let subscribeFixes = Method<SubscribeFixesRequest, LocationBatch>(
        .ingest,
        2,
        "subscribeFixes",
        .serverStream,
        mutating: false,
        .critical,
        timeout: nil,
        floor: 10,
        callers: [.dispatch]
    )

    /// A driver's offers, relayed from dispatch.
    package static let driverOffers = Method<WatchOffersRequest, OfferEvent>(
        .ingest,
        3,
        "driverOffers",
        .serverStream,
        mutating: false,
        .criticalPlus,
        timeout: nil,
        floor: 10,
        callers: [.driver]
    )

    /// A driver's answer, relayed to dispatch.
    package static let driverAnswerOffer = Method<OfferAnswer, OfferAnswerReply>(
        .ingest,
        4,
        "driverAnswerOffer",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 4000,
        floor: 50,
        callers: [.driver]
    )

    /// How far a trip has come, relayed to dispatch.
    package static let driverTripProgress = Method<TripProgressReport, BookingProgressReply>(
        .ingest,
        5,
        "driverTripProgress",
        .unary,
        mutating: true,
        .criticalPlus,
        timeout: 6000,
        floor: 50,
        callers: [.driver]
    )

    /// On or off duty, relayed to dispatch.
    package static let driverSetShift = Method<SetShiftRequest, SetShiftReply>(
        .ingest,
        6,
        "driverSetShift",
        .unary,
        mutating: true,
        .critical,
        timeout: 6000,
        floor: 50,
        callers: [.driver]
    )

    /// Whether a place lies in a zone of a kind.
    package static let coversPoint = Method<CoversPointRequest, CoversPointReply>(
        .ingest,
        7,
        "coversPoint",
        .unary,
        mutating: false,
        .critical,
        timeout: 1000,
        floor: 10,
        callers: [.dispatch, .gateway]
    )

    /// Stores zones.
    package static let putZones = Method<ZoneChunk, PutZonesReply>(
        .ingest,
        8,
        "putZones",
        .clientStream,
        mutating: true,
        .sheddablePlus,
        timeout: 30_000,
        floor: 50,
        callers: [.gateway]
    )

    /// A driver's last position.
    package static let getLastFix = Method<GetLastFixRequest, GetLastFixReply>(
        .ingest,
        9,
        "getLastFix",
        .unary,
        mutating: false,
        .sheddablePlus,
        timeout: 1000,
        floor: 10,
        callers: [.dispatch, .gateway]
    )

    /// Ingest in figures.
    package static let status = Method<StatusRequest, IngestStatusReply>(
        .ingest,
        10,
        "status",
        .unary,
        mutating: false,
        .sheddable,
        timeout: 1500,
        floor: 10,
        callers: [.gateway]
    )

    /// All, by number.
    package static let all: [MethodDescriptor] = [
        streamLocations.descriptor,
        subscribeFixes.descriptor,
        driverOffers.descriptor,
        driverAnswerOffer.descriptor,
        driverTripProgress.descriptor,
        driverSetShift.descriptor,
        coversPoint.descriptor,
        putZones.descriptor,
        getLastFix.descriptor,
        status.descriptor,
    ]

    /// Numbers of removed methods, never to be used again.
    package static let reservedIDs: [UInt16] = []
}
