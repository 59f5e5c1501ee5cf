import Calls
import Crypto
import Geo
import LinkSupport
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
        /// Whether the fleet's zones cover no place any more.
        var coversNothing = false
        /// How long a price holds.
        var quoteLife = Duration.seconds(300)
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
    /// Raised by events. Touched on the loop.
    var signals: [LoopSignal] = []
    private(set) var isStopped = false
    /// Where each listens.
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
            let (server, listener) = try LinkEnds.listen(
                on: loop,
                routes,
                .plain(own: MethodCaller(service)),
                callers: CallerTokenVerifier(try SigningKeySet(path: keysPath)),
                connection: LinkEnds.connection(agent: service.text)
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

    func wake() {
        loop.execute { [self] in for signal in signals { signal.raise() } }
    }

    static func append(
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
}
