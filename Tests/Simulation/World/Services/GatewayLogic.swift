internal import Calls
internal import Configuration
internal import DeliverySQL
internal import GatewayServer
internal import HTTP
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import Synchronization
internal import Telemetry
internal import TestSupport
internal import Timekeeping

/// The gateway: its real API with tables, cache, feeds, provisioning and upkeep. Requests come as the bytes of HTTP,
/// through its parser and router; sockets and TLS are not here.
// Safe: everything of a run happens on one thread.
final class GatewayLogic: ServiceLogic, @unchecked Sendable {
    private unowned let process: ServiceProcess
    private let life: Life
    private let api: GatewayAPI
    private let parts: GatewayAPI.Parts
    private let router: Router<HTTPHandler>
    private let outboxes: [OutboxDriver]

    init(_ process: ServiceProcess, _ life: Life) throws {
        self.process = process
        self.life = life
        let parts = try Self.parts(process, life)
        self.parts = parts
        api = GatewayAPI(parts)
        router = api.router()
        let executor = CommandExecutor(ProvisioningCommands())
        let courier = GatewayCourier(parts.peers)
        outboxes = PeerClients.services.map {
            OutboxDriver(process, life, to: $0, executor: executor, courier: courier)
        }
    }

    private static func parts(
        _ process: ServiceProcess,
        _ life: Life
    ) throws -> GatewayAPI.Parts {
        let configuration = try ProgramSettings.gateway()
        let business = BusinessTimeKeeper(time: process.clock)
        var clients: [ServiceName: any ServiceCalling] = [:]
        for service in PeerClients.services { clients[service] = life.client(of: service) }
        let credentials = CredentialBook(
            hashKey: configuration.hashKey,
            adminKey: configuration.adminKey.reveal(),
            environment: configuration.keyEnvironment,
            defaultLimit: configuration.defaultLimit
        )
        let cache = BookingCache(capacity: configuration.cacheCount)
        let hub = TrackHub()
        let source = Mutex(life.generator())
        let random = GatewayRandom { source.withLock { $0.next() } }
        let signer = TokenSigner(Life.keys)
        return GatewayAPI.Parts(
            configuration: configuration,
            store: life.store,
            businessTime: business,
            time: process.clock,
            credentials: credentials,
            hashKey: configuration.hashKey,
            mint: CallerTokenMint(signer),
            tokenSigner: signer,
            peers: PeerClients(loop: life.loop, clients),
            cache: cache,
            hub: hub,
            feeds: TenantFeeds(
                client: life.client(of: .dispatch),
                cache: cache,
                hub: hub,
                metrics: FeedMetrics(MetricsRegistry()),
                logger: .none,
                random: random
            ),
            provisioner: TenantProvisioner(
                store: life.store,
                outbox: OutboxTable(),
                credentials: credentials,
                random: random
            ),
            control: ControlService(
                configuration: configuration.common,
                health: Health(),
                businessTime: business,
                store: life.store,
                time: process.clock,
                figures: { ControlService.Figures() }
            ),
            wakeOutbox: { [weak process] in (process?.logic as? GatewayLogic)?.wake() },
            logger: .none,
            random: random
        )
    }

    func start() async throws {
        try await parts.businessTime.take(process.world.businessClock, in: life.store)
        try await GatewayStart(api).start()
        let upkeep = GatewayUpkeep(parts: parts)
        every(GatewayUpkeep.reloadInterval) { await upkeep.reload() }
        every(GatewayUpkeep.noteInterval) { await upkeep.note() }
        every(GatewayUpkeep.purgeInterval) { await upkeep.purge() }
        poll()
        process.network.listen(process.endpoint) { [weak self] request, answer in
            guard case .http(let bytes, _) = request else { return }
            self?.receive(bytes) { answer(.http($0)) }
        }
        life.atEnd { [life, parts] in
            life.loop.spawn { await parts.feeds.stop() }
        }
    }

    private func wake() {
        for outbox in outboxes { outbox.wake() }
    }

    private func poll() {
        wake()
        process.after(.seconds(1)) { [weak self] in self?.poll() }
    }

    private func every(_ interval: Duration, _ work: @escaping @Sendable () async -> Void) {
        process.after(interval) { [weak self] in
            guard let self else { return }
            life.loop.spawn { [self] in
                await work()
                every(interval, work)
            }
        }
    }

    // MARK: Requests

    private func receive(_ bytes: [UInt8], _ answer: @escaping (HTTPAnswer) -> Void) {
        var parser = RequestParser()
        // Safe: every byte of an array of bytes is initialised.
        unsafe parser.receive(bytes.span.bytes)
        guard case .request(let request) = parser.next() else {
            return process.world.violate("the gateway does not read a request")
        }
        guard
            case .route(let route, let captures) = router.match(request.method, request.pathBytes),
            case .adaptive(let handler) = route.handler
        else { return process.world.violate("the gateway has no route \(request.pathText)") }
        let context = HTTPContext(loop: life.loop, captures: captures, peerAddress: nil)
        do throws(Problem) {
            switch try handler(request, context) {
            case .answer(let response): answer(HTTPAnswer(response))
            case .later(let work):
                let reply = Reply(answer)
                life.loop.spawn {
                    do throws(Problem) {
                        reply.send(HTTPAnswer(try await work()))
                    } catch {
                        reply.send(HTTPAnswer(error.response()))
                    }
                }
            }
        } catch {
            answer(HTTPAnswer(error.response()))
        }
    }

    /// The way back to the partner.
    // Safe: everything of a run happens on one thread.
    private struct Reply: @unchecked Sendable {
        let send: (HTTPAnswer) -> Void

        init(_ send: @escaping (HTTPAnswer) -> Void) {
            self.send = send
        }
    }
}

extension HTTPAnswer {
    fileprivate init(_ response: HTTPResponse) {
        var content: [UInt8] = []
        if case .bytes(let bytes) = response.body { content = bytes }
        self.init(
            status: response.status.code,
            body: content,
            entityTag: response.fields.first { $0.name == .entityTag }?.value ?? ""
        )
    }
}
