package import Calls
internal import Crypto
package import Geo
package import Messages
package import Model
package import Reactor
internal import ServiceRuntime
package import Timekeeping
package import Transport
internal import WireConnection
internal import WireFormat

/// Who drives, with what, and what proves it.
package struct DriverSeat: Sendable {
    /// Who.
    package let driver: DriverID
    /// With what.
    package let vehicle: VehicleID
    /// The token that the gateway issued.
    package let token: [UInt8]

    /// A seat.
    package init(driver: DriverID, vehicle: VehicleID, token: [UInt8]) {
        self.driver = driver
        self.vehicle = vehicle
        self.token = token
    }
}

/// Where drivers' phones connect, and how they know that it is ingest.
package struct DriverEdge: Sendable {
    /// Host and port.
    package let address: String
    /// Trusts the installation's authority.
    package let security: TLSContext
    /// Tells environments apart; see `Deployment.environmentNumber`.
    package let environment: UInt64
    /// What the rules of business take for now.
    package let clock: LiveClock
    /// Looks up names, on a thread of its own.
    package let resolver: NameResolver

    /// The edge at `address`.
    ///
    /// - Parameter authority: The certificate of the private authority, PEM.
    package init(
        address: String,
        authority: String,
        environment: UInt64,
        clock: BusinessClock
    ) throws(OperatorError) {
        self.address = address
        self.environment = environment
        self.clock = LiveClock(clock)
        do {
            security = try TLSContext(
                .client(
                    authorityPath: authority,
                    applicationProtocols: [LinkSecurity.applicationProtocol]
                )
            )
        } catch {
            throw OperatorError(error.message, advice: "`nexors up` makes it; see --data.")
        }
        do {
            resolver = try NameResolver()
        } catch {
            throw OperatorError(error.message)
        }
    }

    /// What the name in ingest's outward certificate is.
    package static let certificateName = "localhost"
}

/// What a driver's phone hears; called on the loop.
package protocol DriverLinkDelegate: AnyObject {
    /// The driver is on duty and his streams are open.
    func driverLinkOpened(_ link: DriverLink)
    /// An offer, its end, or news of the driver's trip.
    func driverLink(_ link: DriverLink, received event: OfferEvent)
    /// Where the driver is at this moment, for the shift's opening.
    func driverLinkFix(_ link: DriverLink) -> DriverFix
}

/// A driver's phone: one TLS connection to ingest, with its stream of fixes and its stream of offers.
///
/// Opens the shift and both streams again after every loss; the shift keeps its id, so ingest and dispatch see one.
// Safe: touched on its loop alone; every entry is a task or a callback of it.
package final class DriverLink: @unchecked Sendable {
    /// What a phone counts.
    package struct Counters: Hashable, Sendable {
        /// Fixes handed to the connection.
        package var sentCount = 0
        /// Fixes that the connection had no room for.
        package var droppedCount = 0
        /// Fixes that ingest refused, as its last acknowledgement says.
        package var refusedCount = 0
        /// Connections after the first.
        package var reconnectCount = 0
    }

    /// Who this is.
    package let seat: DriverSeat
    /// What happened so far.
    package private(set) var counters = Counters()
    /// Whether fixes and offers flow now.
    package private(set) var isOpen = false

    private let loop: EventLoop
    private let edge: DriverEdge
    private let client: CallClient
    /// The shift that he opens, and after every loss opens again.
    package let shift: ShiftID
    private var reference = DriverReference.none
    /// The number of the last fix that was sent.
    package private(set) var sequence: UInt32 = 0
    /// Hears what ingest has settled; a phone may forget fixes up to there.
    package var onAcknowledged: ((LocationAck) -> Void)?
    private let waits: Waits
    private var locations: ClientStream?
    private var offers: ClientStream?
    private var random = SecureRandom()

    /// The wait before the streams are opened again, and its bound; drawn anew each time from half to all of it.
    package struct Waits: Hashable, Sendable {
        /// After the first loss.
        package var first = Duration.milliseconds(500)
        /// After many: each loss doubles the wait up to here, and a link that held for longer starts anew.
        package var longest = Duration.seconds(10)

        /// What a fleet's phones do: ten thousand of them must not come back at once.
        package init() {}
    }

    /// How long a call may wait for the connection: TLS of a whole fleet starting at once takes a while.
    private static let connectionWait = Duration.seconds(15)

    /// A phone that is not connected yet.
    package init(
        loop: EventLoop,
        edge: DriverEdge,
        seat: DriverSeat,
        waits: Waits = Waits()
    ) {
        self.loop = loop
        self.waits = waits
        self.edge = edge
        self.seat = seat
        let now = edge.clock.current.businessTime(at: loop.timeSource.wallTime)
        shift = ShiftID(at: now, using: &random)
        var configuration = ConnectionConfiguration(
            profile: .edge,
            agent: "nexors-driver/\(BuildInfo.version)",
            environment: edge.environment
        )
        // 20 to 30 s with jitter, as the specification asks of phones.
        configuration.limits.keepAliveMilliseconds = UInt32.random(in: 20_000...30_000)
        client = CallClient(
            loop: loop,
            name: "ingest",
            addresses: [edge.address],
            configuration: configuration,
            opener: LinkOpener(
                resolver: edge.resolver,
                security: .client(edge.security, expectedName: DriverEdge.certificateName)
            ),
            token: seat.token,
            generator: SecureRandom()
        )
    }

    /// What the rules of business take for now.
    package var businessNow: WallTime {
        edge.clock.current.businessTime(at: loop.timeSource.wallTime)
    }

    /// Stays on duty until the task is cancelled; then goes off duty and closes the connection.
    package func run(_ delegate: any DriverLinkDelegate) async {
        client.start()
        var wait = waits.first
        var isFirst = true
        while !Task.isCancelled {
            if !isFirst { counters.reconnectCount += 1 }
            isFirst = false
            let startedAt = loop.now
            do throws(CallError) {
                try await serve(delegate)
            } catch {
                // Resumed below, whatever it was: a phone in a tunnel does the same.
            }
            close()
            guard !Task.isCancelled else { break }
            if startedAt.duration(to: loop.now) > waits.longest { wait = waits.first }
            let half = wait / 2
            let jitter = Duration.milliseconds(Int64.random(in: 0...half.wholeMilliseconds))
            guard await loop.sleep(for: half + jitter) else { break }
            wait = min(wait * 2, waits.longest)
        }
        // The phone says goodbye in a task of its own: this one is cancelled, and so would be its calls.
        let fix = delegate.driverLinkFix(self)
        await loop.spawn { [self] in
            _ = try? await setShift(fix, isOnDuty: false)
            await client.close()
        }.value
    }

    /// Opens shift and streams and reads them until one ends.
    private func serve(_ delegate: any DriverLinkDelegate) async throws(CallError) {
        let reply = try await setShift(delegate.driverLinkFix(self), isOnDuty: true)
        reference = reply.driverReference
        let locations = try await client.open(
            IngestMethods.streamLocations.descriptor,
            [],
            isEnd: false,
            CallOptions(connectionWait: Self.connectionWait)
        )
        self.locations = locations
        let watch = WatchOffersRequest.with {
            $0.driver = seat.driver
            $0.shift = shift
        }
        let offers = try await client.open(
            IngestMethods.driverOffers.descriptor,
            Self.bytes(watch),
            isEnd: true,
            CallOptions(connectionWait: Self.connectionWait)
        )
        self.offers = offers
        isOpen = true
        delegate.driverLinkOpened(self)
        let acknowledgements = loop.spawn { [self] in
            await readAcknowledgements(locations)
            // Without fixes the offers are worth nothing: open both anew.
            offers.cancel()
        }
        defer { acknowledgements.cancel() }
        while let message = try await offers.next() {
            guard let event = try? OfferEvent(decoding: message) else { continue }
            delegate.driverLink(self, received: event)
        }
    }

    private func readAcknowledgements(_ stream: ClientStream) async {
        while let message = try? await stream.next() {
            guard let ack = try? LocationAck(decoding: message) else { continue }
            counters.refusedCount = Int(ack.refusedCount)
            onAcknowledged?(ack)
        }
    }

    private func close() {
        isOpen = false
        locations?.cancel()
        offers?.cancel()
        locations = nil
        offers = nil
    }

    /// Opens the streams anew, and so hears what dispatch takes for his offer and his trip.
    package func lookAgain() {
        offers?.cancel()
    }

    // MARK: - What the driver does

    /// Sends where the driver is now.
    ///
    /// - Returns: Whether the connection took it; a fix that it has no room for is dropped, the next is newer.
    @discardableResult
    package func send(_ fix: DriverFix) -> Bool {
        guard isOpen else { return false }
        sequence &+= 1
        return send(fix, number: sequence, at: businessNow)
    }

    /// Sends a fix that was measured before once more, under its number.
    ///
    /// - Returns: Whether the connection took it.
    @discardableResult
    package func send(_ fix: DriverFix, number: UInt32, at measuredAt: WallTime) -> Bool {
        guard let locations, isOpen else { return false }
        var buffer = OutputBuffer()
        do throws(WireError) {
            var writer = try LocationBatchWriter(
                to: &buffer,
                baseTimeMilliseconds: measuredAt.microseconds / 1000
            )
            try writer.append(
                LocationRecord(
                    driverReference: reference.rawValue,
                    sequence: number,
                    offsetMilliseconds: 0,
                    latitudeE7: fix.position.latitudeE7,
                    longitudeE7: fix.position.longitudeE7,
                    speedCentimetersPerSecond: fix.speedCentimetersPerSecond,
                    headingHundredthsOfDegree: fix.headingHundredthsOfDegree,
                    accuracyDecimeters: 50,
                    status: fix.status.rawValue
                ),
                to: &buffer
            )
            writer.finish(&buffer)
        } catch {
            return false
        }
        let bytes = buffer.array()
        let isTaken = (try? locations.trySend(bytes.span.bytes)) ?? false
        if isTaken { counters.sentCount += 1 } else { counters.droppedCount += 1 }
        return isTaken
    }

    /// A new key for something that the driver does; every try of it carries the same.
    package func makeKey() -> IdempotencyKey {
        IdempotencyKey(at: loop.timeSource.wallTime, using: &random)
    }

    /// Answers an offer.
    ///
    /// - Parameter key: That of an earlier try of the same answer; `nil` for the first.
    /// - Throws: How the call failed after all tries.
    package func answer(
        _ offer: OfferID,
        _ decision: OfferDecisionCode,
        key: IdempotencyKey? = nil
    ) async throws(CallError) -> OfferAnswerReply {
        try await client.call(
            IngestMethods.driverAnswerOffer,
            .with {
                $0.offer = offer
                $0.driver = seat.driver
                $0.answeredAt = businessNow
                $0.decision = WireEnum(decision)
            },
            mutating(key)
        )
    }

    /// Says how far a trip has come.
    ///
    /// - Parameter key: That of an earlier try of the same report; `nil` for the first.
    /// - Throws: How the call failed after all tries.
    package func report(
        _ progress: TripProgressCode,
        of trip: DriverTrip,
        at position: GeoPoint,
        drivenMeters: UInt32,
        key: IdempotencyKey? = nil
    ) async throws(CallError) -> BookingProgressReply {
        try await client.call(
            IngestMethods.driverTripProgress,
            .with {
                $0.booking = trip.booking
                $0.trip = trip.trip
                $0.driver = seat.driver
                $0.at = businessNow
                $0.position = position
                $0.positionAt = businessNow
                $0.distanceMeters = drivenMeters
                $0.progress = WireEnum(progress)
            },
            mutating(key)
        )
    }

    private func setShift(
        _ fix: DriverFix,
        isOnDuty: Bool
    ) async throws(CallError) -> SetShiftReply {
        try await client.call(
            IngestMethods.driverSetShift,
            .with {
                $0.shift = shift
                $0.driver = seat.driver
                $0.vehicle = seat.vehicle
                $0.at = businessNow
                $0.position = fix.position
                $0.positionAt = businessNow
                $0.isOnDuty = isOnDuty
            },
            mutating()
        )
    }

    private func mutating(_ key: IdempotencyKey? = nil) -> CallOptions {
        CallOptions(
            key: key ?? makeKey(),
            connectionWait: Self.connectionWait
        )
    }

    private static func bytes(_ message: some WireMessage) -> [UInt8] {
        // Its fields are ours and within their limits.
        (try? message.encoded()) ?? []
    }
}
