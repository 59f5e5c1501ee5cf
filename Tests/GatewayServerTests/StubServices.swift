import Calls
import Crypto
import Geo
import Messages
import Model
import Money
import Reactor
import ServiceRuntime
import Synchronization
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// The four other services as the gateway meets them: real call servers on loopback with as much behind them as a
/// test needs.
// Safe: what changes is behind the lock, or is touched on the loop alone.
final class StubServices: @unchecked Sendable {
    struct State {
        var bookings: [BookingID: BookingSnapshot] = [:]
        /// What each idempotency key was answered with.
        var created: [IdempotencyKey: BookingSnapshot] = [:]
        /// Calls of createBooking, repeats included.
        var createCount = 0
        var cancelKeys: [IdempotencyKey] = []
        /// Thrown by the next calls of createBooking, first in, first out.
        var createFailures: [CallError] = []
        /// Whether createBooking keeps its caller waiting.
        var hangs = false
        /// Events by tenant, with their places from 1.
        var events: [TenantID: [BookingUpdate]] = [:]
        var getCount = 0
        var commands: [String] = []
        var zones: [ZoneID: [ZoneChunk]] = [:]
        var drivers: [DriverID: DriverEntry] = [:]
        var businessTimes: [SetBusinessTimeRequest] = []
        /// The subjects and scopes of caller tokens that came.
        var callers: [CallerToken] = []
        /// Whether coversPoint fails.
        var ingestFails = false
    }

    static let covered = (
        latitude: Int32(377_000_000)...378_500_000,
        longitude: Int32(-1_225_500_000)...(-1_223_500_000)
    )

    let loop: EventLoop
    let time: any TimeSource
    private let keysPath: String
    private let state = Mutex(State())
    private var listeners: [LinkListener] = []
    private var servers: [CallServer] = []
    private var signals: [LoopSignal] = []
    private var isStopped = false
    /// Raised by events.
    private(set) var addresses: [ServiceName: SocketAddress] = [:]

    init(keysPath: String, time: any TimeSource) async throws {
        self.keysPath = keysPath
        self.time = time
        loop = try EventLoop(name: "stubs", timeSource: time)
        loop.start()
        let outcome: Result<Void, any Error> = await loop.submit { [self] in
            Result { try listen() }
        }
        try outcome.get()
    }

    func with<Output: Sendable>(_ body: (inout State) -> Output) -> Output {
        state.withLock { state in body(&state) }
    }

    func stop() async {
        await loop.submit { [self] in
            isStopped = true
            for signal in signals { signal.raise() }
            for server in servers { server.closeAll() }
        }
        for bound in listeners.map({ LoopBound($0, to: loop) }) {
            await loop.spawn { await bound.value.drain() }.value
        }
        loop.stop()
        loop.join()
    }

    private func listen() throws {
        for service in [ServiceName.ingest, .dispatch, .payments, .billing] {
            var routes = CallRoutes()
            addControl(&routes)
            switch service {
            case .dispatch: addDispatch(&routes)
            case .ingest: addIngest(&routes)
            case .payments: addPayments(&routes)
            case .billing: addBilling(&routes)
            case .gateway: break
            }
            let server = CallServer(
                loop: loop,
                configuration: CallServerConfiguration(
                    connection: ConnectionConfiguration(
                        profile: .betweenServices,
                        agent: service.text,
                        environment: Deployment.test.environmentNumber
                    )
                ),
                routes: routes,
                authenticator: ServiceAuthenticator(.plain(own: MethodCaller(service))),
                callers: CallerTokenVerifier(try SigningKeySet(path: keysPath)),
                generator: SystemRandomNumberGenerator()
            )
            let listener = try LinkListener(
                server: server,
                address: .loopback(port: 0),
                security: .plain
            )
            servers.append(server)
            listeners.append(listener)
            addresses[service] = listener.address
        }
    }

    // MARK: - What tests do

    /// Adds an event to a booking and its tenant's feed; `change` sets what it does to the booking.
    func step(
        _ booking: BookingID,
        _ code: BookingStepCode,
        _ bookingState: BookingState,
        _ change: (inout BookingSnapshot) -> Void = { _ in }
    ) {
        with { state in
            guard var snapshot = state.bookings[booking] else { return }
            snapshot.sequence += 1
            snapshot.state = WireEnum(bookingState)
            snapshot.updatedAt = time.wallTime
            change(&snapshot)
            state.bookings[booking] = snapshot
            Self.append(snapshot, code, to: &state)
        }
        wake()
    }

    /// Tells where a booking's driver is.
    func position(_ booking: BookingID, _ point: GeoPoint) {
        with { state in
            guard let snapshot = state.bookings[booking] else { return }
            var update = Self.update(snapshot, .driverEnRoute)
            update.kind = WireEnum(.position)
            update.driverPosition = point
            update.driverPositionAt = time.wallTime
            update.pickupMilliseconds = 90_000
            state.events[snapshot.tenant, default: []].append(update)
        }
        wake()
    }

    private func wake() {
        loop.execute { [self] in for signal in signals { signal.raise() } }
    }

    private static func append(
        _ snapshot: BookingSnapshot,
        _ code: BookingStepCode,
        to state: inout State
    ) {
        var update = update(snapshot, code)
        let count = state.events[snapshot.tenant, default: []].filter { $0.kind == .step }.count
        update.feedPosition = UInt64(count + 1)
        state.events[snapshot.tenant, default: []].append(update)
    }

    private static func update(
        _ snapshot: BookingSnapshot,
        _ code: BookingStepCode
    ) -> BookingUpdate {
        .with { update in
            update.kind = WireEnum(.step)
            update.booking = snapshot.booking
            update.tenant = snapshot.tenant
            update.sequence = snapshot.sequence
            update.at = snapshot.updatedAt
            update.trip = snapshot.trip
            update.driver = snapshot.driver
            update.vehicle = snapshot.vehicle
            update.priceMinorUnits = snapshot.priceMinorUnits
            update.capturedMinorUnits = snapshot.capturedMinorUnits
            update.currency = snapshot.currency
            update.state = snapshot.state
            update.step = WireEnum(code)
        }
    }

    // MARK: - Dispatch

    private func addDispatch(_ routes: inout CallRoutes) {
        let time = time
        routes.unary(DispatchMethods.quote) { [self] (context, request) async throws(CallError) in
            try note(context, requires: .book)
            guard request.vehicleClass == .standard || request.vehicleClass == .business else {
                throw CallError(
                    .failedPrecondition,
                    "no tariff",
                    subCode: DispatchSubCode.tariffUnknown.rawValue
                )
            }
            return .with { reply in
                reply.totalMinorUnits = 2350
                reply.baseMinorUnits = 350
                reply.distanceMinorUnits = 2000
                reply.currency = .usDollar
                reply.distanceMeters = 5100
                reply.durationMilliseconds = 840_000
                reply.tariffVersion = 1
                reply.expiresAt = time.wallTime.advanced(by: .seconds(300))
            }
        }
        routes.unary(DispatchMethods.createBooking) {
            [self] (context, request) async throws(CallError) in
            try note(context, requires: .book)
            while with({ $0.hangs }) {
                guard await loop.sleep(for: .milliseconds(5)) else {
                    throw CallError(.cancelled, "gone")
                }
            }
            return try create(context, request)
        }
        routes.unary(DispatchMethods.cancelBooking) {
            [self] (context, request) async throws(CallError) in
            try note(context, requires: .book)
            return try cancel(context, request)
        }
        routes.unary(DispatchMethods.getBooking) {
            [self] (context, request) async throws(CallError) in
            try note(context, requires: .readBookings)
            let found = with { state -> BookingSnapshot? in
                state.getCount += 1
                return state.bookings[request.booking]
            }
            guard let found, found.tenant == context.tenant else {
                throw CallError(.notFound, "no such booking")
            }
            return found
        }
        addFeeds(&routes)
    }

    private func addFeeds(_ routes: inout CallRoutes) {
        routes.serverStream(DispatchMethods.watchTenantBookings) {
            [self] (stream, request) async throws(CallError) in
            try await follow(stream, after: request.afterPosition)
        }
        routes.serverStream(DispatchMethods.watchBooking) {
            [self] (stream, request) async throws(CallError) in
            let tenant = stream.context.tenant
            let events = with { $0.events[tenant] ?? [] }
            for update in events
            where update.booking == request.booking && update.kind == .step
                && update.sequence > request.afterSequence
            {
                try await stream.send(bytes(update))
            }
            try await stream.send(bytes(BookingUpdate.with { $0.kind = WireEnum(.caughtUp) }))
        }
        routes.unary(DispatchMethods.applyRoster) {
            [self] (context, request) async throws(CallError) in
            with { state in
                state.commands.append("roster")
                for driver in request.drivers { state.drivers[driver.driver] = driver }
            }
            return ApplyRosterReply()
        }
        routes.unary(DispatchMethods.applyTariff) { [self] (_, _) async throws(CallError) in
            with { $0.commands.append("tariff") }
            return Acknowledgement()
        }
        routes.unary(DispatchMethods.status) { (_, _) async throws(CallError) in
            DispatchStatusReply.with { $0.closedTotal = 7 }
        }
    }

    private func note(
        _ context: CallContext,
        requires scope: TokenScopes
    ) throws(CallError) {
        guard let caller = context.caller else { throw CallError(.unauthenticated, "no caller") }
        try context.require(scope)
        guard caller.tenant == context.tenant else { throw CallError(.unauthenticated, "tenant") }
        with { $0.callers.append(caller) }
    }

    private func create(
        _ context: CallContext,
        _ request: CreateBookingRequest
    ) throws(CallError) -> BookingSnapshot {
        let outcome = with { state -> Result<BookingSnapshot, CallError> in
            state.createCount += 1
            if !state.createFailures.isEmpty {
                return .failure(state.createFailures.removeFirst())
            }
            if let known = state.created[context.key] { return .success(known) }
            let snapshot = BookingSnapshot.with { snapshot in
                snapshot.booking = request.booking
                snapshot.tenant = context.tenant
                snapshot.quote = request.quote
                snapshot.partner = request.partner
                snapshot.sequence = 1
                snapshot.createdAt = time.wallTime
                snapshot.updatedAt = time.wallTime
                snapshot.pickup = request.pickup
                snapshot.dropOff = request.dropOff
                snapshot.priceMinorUnits = request.priceMinorUnits
                snapshot.currency = request.currency
                snapshot.state = WireEnum(.requested)
                snapshot.vehicleClass = request.vehicleClass
                snapshot.passengerCount = request.passengerCount
                snapshot.partnerReference = request.partnerReference
            }
            state.created[context.key] = snapshot
            state.bookings[request.booking] = snapshot
            Self.append(snapshot, .requested, to: &state)
            return .success(snapshot)
        }
        wake()
        return try outcome.get()
    }

    private func cancel(
        _ context: CallContext,
        _ request: CancelBookingRequest
    ) throws(CallError) -> BookingSnapshot {
        let isKnown = with { state -> Bool in
            state.cancelKeys.append(context.key)
            return state.bookings[request.booking]?.tenant == context.tenant
        }
        guard isKnown else { throw CallError(.notFound, "no such booking") }
        let ended = with { $0.bookings[request.booking]?.state.known == .onTrip }
        if ended {
            throw CallError(
                .failedPrecondition,
                "too late",
                subCode: DispatchSubCode.stepNotAllowed.rawValue
            )
        }
        if with({ $0.bookings[request.booking]?.state.known != .cancelled }) {
            step(request.booking, .cancelled, .cancelled) { $0.note = request.note }
        }
        return with { $0.bookings[request.booking] } ?? BookingSnapshot()
    }

    private func follow(_ stream: ServerStream, after position: UInt64) async throws(CallError) {
        let tenant = stream.context.tenant
        let signal = LoopSignal(loop: loop)
        signals.append(signal)
        var index = 0
        var isCaughtUp = false
        while !isStopped, stream.isOpen {
            let events = with { $0.events[tenant] ?? [] }
            while index < events.count {
                let update = events[index]
                index += 1
                if update.kind == .step ? update.feedPosition > position : isCaughtUp {
                    try await stream.send(bytes(update))
                }
            }
            if !isCaughtUp {
                isCaughtUp = true
                try await stream.send(bytes(BookingUpdate.with { $0.kind = WireEnum(.caughtUp) }))
            }
            await signal.wait()
        }
    }

    private func bytes(_ message: some WireMessage) -> [UInt8] {
        (try? message.encoded()) ?? []
    }

    // MARK: - The others

    private func addIngest(_ routes: inout CallRoutes) {
        routes.unary(IngestMethods.coversPoint) {
            [self] (context, request) async throws(CallError) in
            if with({ $0.ingestFails }) { throw CallError(.unavailable, "down") }
            let point = request.position
            return .with { reply in
                reply.isCovered =
                    Self.covered.latitude.contains(point.latitudeE7)
                    && Self.covered.longitude.contains(point.longitudeE7)
            }
        }
        routes.clientStream(IngestMethods.putZones) { [self] (stream) async throws(CallError) in
            var chunks: [ZoneChunk] = []
            while let message = try await stream.next() {
                if let chunk = try? ZoneChunk(decoding: message) { chunks.append(chunk) }
            }
            let received = chunks
            with { state in
                state.commands.append("zone")
                if let zone = received.first?.zone { state.zones[zone] = received }
            }
            return PutZonesReply.with { $0.zoneCount = 1 }
        }
        routes.unary(IngestMethods.status) { (_, _) async throws(CallError) in
            IngestStatusReply.with { $0.zoneCount = 1 }
        }
    }

    private func addPayments(_ routes: inout CallRoutes) {
        routes.unary(PaymentsMethods.applyPaymentAccount) {
            [self] (_, request) async throws(CallError) in
            with { $0.commands.append("account \(request.isActive) \(request.vaultToken)") }
            return Acknowledgement()
        }
        routes.unary(PaymentsMethods.ledgerSummary) { (_, request) async throws(CallError) in
            .with { reply in
                reply.isBalanced = true
                reply.postingCount = 2
            }
        }
        routes.unary(PaymentsMethods.status) { (_, _) async throws(CallError) in
            PaymentsStatusReply()
        }
    }

    private func addBilling(_ routes: inout CallRoutes) {
        routes.unary(BillingMethods.applyPlan) { [self] (_, request) async throws(CallError) in
            with { $0.commands.append("plan \(request.version)") }
            return Acknowledgement()
        }
        routes.unary(BillingMethods.getStatement) { (_, request) async throws(CallError) in
            .with { reply in
                reply.year = request.year
                reply.month = request.month
            }
        }
        routes.unary(BillingMethods.status) { (_, _) async throws(CallError) in
            BillingStatusReply()
        }
    }

    private func addControl(_ routes: inout CallRoutes) {
        routes.unary(ControlMethods.status) { (_, _) async throws(CallError) in
            ServiceStatusReply.with { $0.isReady = true }
        }
        routes.unary(ControlMethods.setBusinessTime) {
            [self] (_, request) async throws(CallError) in
            with { $0.businessTimes.append(request) }
            return SetBusinessTimeReply()
        }
    }
}
