import Calls
import Crypto
import Delivery
import DispatchServer
import Geo
import LinkSupport
import Messages
import Model
import Reactor
import ServiceRuntime
import Storage
import StorageSQLite
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// Dispatch as it ships, over loopback with mutual TLS, with stand-ins for the services around it.
// Safe: mutable state is touched on the one loop, or before the loop runs anything of the rig.
final class DispatchRig: @unchecked Sendable {
    static let tenant = TenantID(7)
    static let partner = PartnerID(bits: 77)

    let time = ManualTimeSource()
    let directory: TemporaryDirectory
    let loops: EventLoopGroup
    /// What payments and billing were asked, in order.
    let asked = Recorder<AskedCommand>()
    private let authority: TestAuthority
    private let signer: TokenSigner
    private let resolver: NameResolver
    private let fixes = FixFeeder()
    private var peerListeners: [LinkListener] = []
    private var clients: [MethodCaller: CallClient] = [:]
    private var store: SQLiteStore
    private var server: DispatchServer
    private var program: ServiceProgram
    private var generator = SeededGenerator(seed: 5)
    private let environment: [String: String]

    struct AskedCommand: Sendable {
        let method: String
        let tenant: TenantID
        let key: IdempotencyKey
        let body: [UInt8]
    }

    var loop: EventLoop { loops.loops[0] }

    /// - Parameter wanted: Settings beside those that the rig makes.
    init(settings wanted: [String: String] = [:]) async throws {
        directory = try TemporaryDirectory()
        authority = try TestAuthority(in: directory)
        loops = try EventLoopGroup(name: "dispatch", count: 1, timeSource: time)
        resolver = try NameResolver()
        let keys = directory.path(of: "tokens.pem")
        try SecretFile.write(SigningKey.generate().pem(), to: keys)
        signer = TokenSigner(try SigningKeySet(path: keys))
        var security: [String: LinkSecurity] = [:]
        for name in ["gateway", "ingest", "payments", "billing"] {
            security[name] = try authority.security(name)
        }
        links = security
        var settings = [
            "NEXORS_ENVIRONMENT": "test",
            "NEXORS_LISTEN": "127.0.0.1:0",
            "NEXORS_DATABASE_URL": "sqlite:\(directory.path(of: "dispatch.db"))",
            "NEXORS_TOKEN_KEYS": keys,
        ].merging(try authority.files("dispatch").settings) { $1 }
        let peers = try await Self.startPeers(loops.loops[0], security, asked, fixes)
        peerListeners = peers.listeners
        settings["NEXORS_PAYMENTS_ENDPOINTS"] = "\(peers.addresses[0])"
        settings["NEXORS_BILLING_ENDPOINTS"] = "\(peers.addresses[1])"
        settings["NEXORS_INGEST_ENDPOINTS"] = "\(peers.addresses[2])"
        settings.merge(wanted) { _, wanted in wanted }
        environment = settings
        (store, server, program) =
            try await Self.startServer(settings, directory, loops, time)
    }

    /// By the caller whose certificate it is.
    private let links: [String: LinkSecurity]

    // MARK: - Starting and stopping

    private static func startServer(
        _ environment: [String: String],
        _ directory: TemporaryDirectory,
        _ loops: EventLoopGroup,
        _ time: ManualTimeSource
    ) async throws -> (SQLiteStore, DispatchServer, ServiceProgram) {
        let program = try ServiceProgram.test(
            .dispatch,
            environment,
            keys: { DispatchKeys().add(to: &$0) },
            loops: loops,
            time: time
        )
        let store = try SQLiteStore(SQLiteOptions(path: directory.path(of: "dispatch.db")))
        _ = try await Migrator.run(DispatchMigrations.all, on: store, at: time.wallTime)
        let server = try DispatchServer(program, store: store)
        for part in server.parts { try await part.start() }
        return (store, server, program)
    }

    /// Stops the program in order and starts it again on its store.
    func restart() async throws {
        try await stopServer()
        (store, server, program) =
            try await Self.startServer(environment, directory, loops, time)
    }

    /// Why the program ends; `nil` while nobody has asked it to.
    var stopReason: StopReason? { program.stop.current }

    /// Lets another process take the markets over, as one does where this one stood still for too long.
    func loseMarkets() async throws {
        try await store.write { session throws(StorageError) in
            try session.execute("UPDATE shard_leases SET owner = 'another', epoch = epoch + 1")
        }
    }

    /// How many rows of `statement`'s answer are stored.
    func count(_ statement: SQLStatement) async throws -> Int64 {
        try await store.read { session throws(StorageError) in
            try session.first(statement)?.integer(0) ?? 0
        }
    }

    private func stopServer() async throws {
        // The program first: it ends the streams, which would keep the clients open.
        for part in server.parts.reversed() { await part.stop(within: .seconds(5)) }
        for client in clients.values { try await run { await client.close() } }
        clients = [:]
        await store.close()
    }

    func stop() async throws {
        try await stopServer()
        await loop.submit { self.fixes.end() }
        let listeners = await loop.submit { LoopBound(self.peerListeners, to: self.loop) }
        await loop.spawn { for listener in listeners.value { await listener.drain() } }.value
        resolver.stop()
        loops.stop()
    }

    private static func require<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw CallError(.internal, "the rig lacks something") }
        return value
    }

    // MARK: - The services around it

    private static func startPeers(
        _ loop: EventLoop,
        _ links: [String: LinkSecurity],
        _ asked: Recorder<AskedCommand>,
        _ fixes: FixFeeder
    ) async throws -> (listeners: [LinkListener], addresses: [SocketAddress]) {
        let bound = try await loop.run {
            var listeners: [LinkListener] = []
            for name in ["payments", "billing", "ingest"] {
                var routes = CallRoutes()
                switch name {
                case "payments": paymentsRoutes(&routes, asked)
                case "billing": billingRoutes(&routes, asked)
                default:
                    routes.serverStream(IngestMethods.subscribeFixes) {
                        (stream, _) async throws(CallError) in
                        try await fixes.serve(stream)
                    }
                }
                let (_, listener) = try LinkEnds.listen(
                    on: loop,
                    routes,
                    try require(links[name]),
                    connection: LinkEnds.connection(agent: name)
                )
                listeners.append(listener)
            }
            return LoopBound((listeners, listeners.compactMap(\.address)), to: loop)
        }
        return await loop.submit { UncheckedPeers(value: bound.value) }.value
    }

    // Safe: the listeners are used on their loop; only the reference travels.
    private struct UncheckedPeers: @unchecked Sendable {
        let value: ([LinkListener], [SocketAddress])
    }

    private static func paymentsRoutes(
        _ routes: inout CallRoutes,
        _ asked: Recorder<AskedCommand>
    ) {
        for method in [
            PaymentsMethods.authorise.descriptor, PaymentsMethods.capture.descriptor,
            PaymentsMethods.void.descriptor,
        ] {
            let answer: @Sendable (CallContext, [UInt8]) async throws(CallError) -> [UInt8] = {
                (context, body) async throws(CallError) in
                asked.append(AskedCommand(context, method.name, body))
                return (try? PaymentSnapshot().encoded()) ?? []
            }
            switch method.id {
            case PaymentsMethods.authorise.descriptor.id:
                routes.unaryBytes(PaymentsMethods.authorise, answer)
            case PaymentsMethods.capture.descriptor.id:
                routes.unaryBytes(PaymentsMethods.capture, answer)
            default: routes.unaryBytes(PaymentsMethods.void, answer)
            }
        }
    }

    private static func billingRoutes(
        _ routes: inout CallRoutes,
        _ asked: Recorder<AskedCommand>
    ) {
        routes.unaryBytes(BillingMethods.recordTripUsage) {
            (context, body) async throws(CallError) in
            asked.append(AskedCommand(context, context.method.name, body))
            return (try? Acknowledgement().encoded()) ?? []
        }
    }

    // MARK: - Calling

    /// Runs `body` in a task on the loop.
    func run<Output: Sendable>(
        _ body: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        try await loop.run(body)
    }

    /// Moves the clock and lets the loop see it.
    func advance(by duration: Duration) async {
        time.advance(by: duration)
        await loop.submit {}
    }

    /// Lets the loop turn until `condition` holds; the suite's time limit ends what never comes.
    func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() {
            try Task.checkCancellation()
            await loop.submit {}
        }
    }

    /// The client of dispatch with the certificate of `caller`.
    func client(_ caller: MethodCaller) async throws -> CallClient {
        let security = try Self.require(links[caller.rawValue])
        let address = try Self.require(server.port.address)
        return try await run { [self] in
            if let client = clients[caller] { return client }
            var connection = LinkEnds.connection(agent: caller.rawValue)
            // As ingest asks for; what holds is the lesser of both sides.
            connection.limits.streams = 65_536
            let client = LinkEnds.client(
                on: loop,
                of: "dispatch",
                at: address,
                security,
                resolver: resolver,
                connection: connection
            )
            clients[caller] = client
            return client
        }
    }

    func id<Kind>(_ kind: EntityID<Kind>.Type = EntityID<Kind>.self) -> EntityID<Kind> {
        EntityID<Kind>(at: time.wallTime, using: &generator)
    }

    func call<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        _ request: Request,
        as caller: MethodCaller,
        tenant: TenantID = tenant,
        token: [UInt8] = []
    ) async throws -> Response {
        let client = try await client(caller)
        let key = method.descriptor.isMutating ? id(IdempotencyKey.self) : .none
        let options = CallOptions(tenant: tenant, key: key, callerToken: token)
        return try await run { try await client.call(method, request, options) }
    }

    /// Opens a stream and writes down what comes of it, until it ends.
    func follow<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        _ request: Request,
        as caller: MethodCaller,
        tenant: TenantID = tenant,
        token: [UInt8] = []
    ) async throws -> Followed<Response> {
        let client = try await client(caller)
        let followed = Followed<Response>()
        let body = try request.encoded()
        let options = CallOptions(tenant: tenant, callerToken: token)
        let task = loop.spawn {
            do {
                let stream = try await client.open(
                    method.descriptor,
                    body,
                    isEnd: true,
                    options
                )
                while let message = try await stream.next() {
                    followed.messages.append(try Response(decoding: message))
                }
                followed.end.append(nil)
            } catch {
                followed.end.append(error as? CallError)
            }
        }
        followed.task.append(task)
        return followed
    }

    /// Ends ingest's stream of positions, and every one that is opened after it.
    func endFixes() async {
        await loop.submit { self.fixes.end() }
    }

    /// Tells dispatch where a driver is, as ingest does.
    func tell(_ reference: DriverReference, at place: GeoPoint) async {
        let moment = time.wallTime
        await loop.submit { self.fixes.send(reference, place, moment) }
    }

    // MARK: - Tokens

    func partnerToken(
        tenant: TenantID = tenant,
        partner: PartnerID = partner,
        scopes: TokenScopes = [.book, .readBookings]
    ) throws -> [UInt8] {
        try token(.partner, partner.bits, tenant, scopes)
    }

    func driverToken(_ driver: DriverID, tenant: TenantID = tenant) throws -> [UInt8] {
        try token(.driver, driver.bits, tenant, [.drive])
    }

    private func token(
        _ kind: SubjectCode,
        _ subject: UInt128,
        _ tenant: TenantID,
        _ scopes: TokenScopes
    ) throws -> [UInt8] {
        try signer.sign(
            CallerToken.with {
                $0.tenant = tenant
                $0.subjectKind = WireEnum(kind)
                $0.subject = SubjectID(bits: subject)
                $0.scopes = scopes.rawValue
                $0.audience = RegistryService.dispatch.rawValue
                $0.issuedAt = time.wallTime
                $0.expiresAt = time.wallTime.advanced(by: TokenContext.callerLife)
            }
        )
    }
}

/// A stream as its caller saw it.
final class Followed<Message: Sendable>: Sendable {
    let messages = Recorder<Message>()
    /// Once: how it ended; `nil` in order.
    let end = Recorder<CallError?>()
    let task = Recorder<Task<Void, Never>>()

    func cancel() {
        for task in task.elements { task.cancel() }
    }
}

extension DispatchRig.AskedCommand {
    fileprivate init(_ context: CallContext, _ method: String, _ body: [UInt8]) {
        self.init(method: method, tenant: context.tenant, key: context.key, body: body)
    }
}
