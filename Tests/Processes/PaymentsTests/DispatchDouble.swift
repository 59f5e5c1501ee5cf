import Calls
import Messages
import Model
import Money
import ProcessSupport
import Reactor
import ServiceRuntime
import Synchronization
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// Dispatch and the gateway as payments sees them: wishes for money, sent until they are answered, and an inbox for
/// the reports.
// Safe: what changes is touched on the loop alone; recorders are made for any thread.
final class DispatchDouble: @unchecked Sendable {
    static let tenant = TenantID(7)

    /// One trip's money.
    struct Trip: Sendable {
        let held: AuthoriseRequest
        let capture: CaptureRequest
        var kinds: [PaymentReportCode] = []
    }

    let loop: EventLoop
    /// Where it takes reports.
    let port: UInt16
    /// Payments whose capture was reported, each report once.
    let captured = Recorder<PaymentID>()
    /// Every other end: declined, captureFailed.
    let refused = Recorder<PaymentReport>()
    /// Wishes that were refused for good.
    let failures = Recorder<CallError>()
    private(set) var trips: [PaymentID: Trip] = [:]
    private var seenKeys: Set<IdempotencyKey> = []
    private let resolver: NameResolver
    private var listener: LinkListener?
    private var callers: [MethodCaller: PersistentCaller] = [:]
    private var generator: SeededGenerator
    private let time = SystemTimeSource()

    init(seed: UInt64) throws {
        loop = try EventLoop(name: "double", timeSource: SystemTimeSource())
        resolver = try NameResolver()
        port = try FreePort.find()
        generator = SeededGenerator(seed: seed)
        loop.start()
    }

    /// Listens, and connects to payments whenever it is there.
    func start(payments: UInt16) async throws {
        let outcome: Result<Void, SocketError> = await loop.submit { [self] in
            do throws(SocketError) {
                try listen()
            } catch {
                return .failure(error)
            }
            for caller in [MethodCaller.dispatch, .gateway] {
                callers[caller] = PersistentCaller(
                    of: .payments,
                    at: payments,
                    as: caller,
                    on: loop,
                    resolver: resolver
                )
            }
            return .success(())
        }
        try outcome.get()
    }

    private static var connection: ConnectionConfiguration {
        ConnectionConfiguration(
            profile: .betweenServices,
            agent: "double",
            environment: Deployment.test.environmentNumber
        )
    }

    private func listen() throws(SocketError) {
        var routes = CallRoutes()
        routes.unary(DispatchMethods.reportPayment) { [self] context, report in
            take(report, context.key)
            return Acknowledgement()
        }
        let server = CallServer(
            loop: loop,
            configuration: CallServerConfiguration(connection: Self.connection),
            routes: routes,
            authenticator: ServiceAuthenticator(.plain(own: .dispatch)),
            callers: NoCallers(),
            generator: generator
        )
        listener = try LinkListener(
            server: server,
            address: .loopback(port: port),
            security: .plain
        )
    }

    func stop() async {
        await loop.spawn { [self] in
            for caller in callers.values { await caller.close() }
            await listener?.drain()
        }.value
        resolver.stop()
        loop.stop()
        loop.join()
    }

    // MARK: - Trips

    /// Begins `count` trips: each is authorised, and captured in full as soon as that is reported.
    func begin(_ count: Int, paidBy method: ApplyPaymentAccountRequest) async {
        await loop.submit { [self] in
            for _ in 0..<count {
                let trip = makeTrip(method)
                trips[trip.held.payment] = trip
                wish(PaymentsMethods.authorise, trip.held)
            }
        }
    }

    private func makeTrip(_ method: ApplyPaymentAccountRequest) -> Trip {
        let now = time.wallTime
        let cents = Int64.random(in: 100...50_000, using: &generator)
        let held = AuthoriseRequest.with {
            $0.payment = PaymentID(at: now, using: &generator)
            $0.booking = BookingID(at: now, using: &generator)
            $0.partner = method.partner
            $0.paymentMethod = method.paymentMethod
            $0.requestedAt = now
            $0.amountMinorUnits = cents
            $0.currency = .usDollar
            $0.commissionBasisPoints = 1500
            $0.taxBasisPoints = 800
        }
        let capture = CaptureRequest.with {
            $0.payment = held.payment
            $0.booking = held.booking
            $0.requestedAt = now
            $0.amountMinorUnits = cents
            $0.currency = .usDollar
            $0.isFinal = true
        }
        return Trip(held: held, capture: capture)
    }

    private func take(_ report: PaymentReport, _ key: IdempotencyKey) {
        guard seenKeys.insert(key).inserted, let kind = report.kind.known else { return }
        trips[report.payment]?.kinds.append(kind)
        switch kind {
        case .authorised:
            if let trip = trips[report.payment] { wish(PaymentsMethods.capture, trip.capture) }
        case .captured: captured.append(report.payment)
        default: refused.append(report)
        }
    }

    // MARK: - Calls

    /// Sends a wish under a key of its own until it is answered.
    private func wish<Request: WireMessage & Sendable, Response>(
        _ method: Method<Request, Response>,
        _ request: Request
    ) {
        let key = IdempotencyKey(at: time.wallTime, using: &generator)
        loop.spawn { [self] in
            do throws(CallError) {
                _ = try await send(method, request, key: key, as: .dispatch)
            } catch {
                failures.append(error)
            }
        }
    }

    /// Calls payments until it answers for good. On the loop.
    private func send<Request: WireMessage, Response>(
        _ method: Method<Request, Response>,
        _ request: Request,
        key: IdempotencyKey,
        as caller: MethodCaller
    ) async throws(CallError) -> [UInt8] {
        guard let caller = callers[caller] else {
            throw CallError(.internal, "the double has not started")
        }
        return try await caller.send(method, request, key: key, tenant: Self.tenant)
    }

    /// Makes one call as `caller` and returns its answer.
    func call<Request: WireMessage & Sendable, Response: WireMessage & Sendable>(
        _ method: Method<Request, Response>,
        _ request: Request,
        as caller: MethodCaller = .gateway
    ) async throws -> Response {
        let outcome: Result<[UInt8], CallError> = await loop.spawn { [self] in
            let key = IdempotencyKey(at: time.wallTime, using: &generator)
            do throws(CallError) {
                return .success(try await send(method, request, key: key, as: caller))
            } catch {
                return .failure(error)
            }
        }.value
        return try Response(decoding: try outcome.get())
    }

    /// Sets up a vaulted payment method.
    func addMethod() async throws -> ApplyPaymentAccountRequest {
        let request = await loop.submit { [self] in
            let now = time.wallTime
            return ApplyPaymentAccountRequest.with {
                $0.paymentMethod = PaymentMethodID(at: now, using: &generator)
                $0.partner = PartnerID(at: now, using: &generator)
                $0.revision = 1
                $0.provider = WireEnum(.payPal)
                $0.isActive = true
                $0.vaultToken = "vault-1"
            }
        }
        _ = try await call(PaymentsMethods.applyPaymentAccount, request)
        return request
    }

    /// All trips, as they stand.
    func allTrips() async -> [Trip] {
        await loop.submit { [self] in Array(trips.values) }
    }
}
