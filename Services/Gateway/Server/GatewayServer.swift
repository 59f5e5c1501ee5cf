internal import Calls
internal import Configuration
internal import Crypto
internal import DeliverySQL
internal import Model
internal import Reactor
package import ServiceRuntime
package import Storage
internal import Telemetry
internal import Timekeeping
internal import Transport

/// The gateway as a program: the partners' API over its store and the other four services.
package final class GatewayServer: Sendable {
    /// All schemas that live in its store.
    package static let migrations = ServiceFrame.migrations + [GatewaySchema.migrations]

    /// Where the other services arrive, once it has started.
    package let port: CallPort
    /// Where partners arrive, once it has started.
    package let partnerPort: PartnerPort
    /// Its parts in the order of starting, the store before them.
    package let parts: [any ServiceComponent]
    /// What the tests look into.
    let api: GatewayAPI

    /// Wires it; nothing starts.
    ///
    /// - Throws: Unusable certificates, keys or settings.
    package init(_ program: ServiceProgram, store: any TransactionalStore) throws {
        let configuration = try GatewayConfiguration(program.configuration, program.values)
        let registry = program.registry
        let frame = try ServiceFrame(program, store: store, peers: PeerClients.services)
        let keys = try frame.credentials.signingKeys(for: "the gateway signs tokens")
        let clients = PeerClients(loop: program.loops.loops[0], frame.peers.clients)
        let credentials = CredentialBook(
            hashKey: configuration.hashKey,
            adminKey: configuration.adminKey.reveal(),
            environment: configuration.keyEnvironment,
            defaultLimit: configuration.defaultLimit
        )
        let outbox = frame.outbox(
            to: PeerClients.services,
            executor: CommandExecutor(ProvisioningCommands()),
            courier: GatewayCourier(clients, traces: DeliveryTraces(program.logger))
        )
        let control = frame.control(outbox: outbox)
        let cache = BookingCache(capacity: configuration.cacheCount)
        let hub = TrackHub()
        let feeds = TenantFeeds(
            client: frame.client(of: .dispatch),
            cache: cache,
            hub: hub,
            metrics: FeedMetrics(registry),
            logger: program.logger
        )
        let api = GatewayAPI(
            GatewayAPI.Parts(
                configuration: configuration,
                store: store,
                businessTime: frame.businessTime,
                time: program.time,
                credentials: credentials,
                hashKey: configuration.hashKey,
                mint: CallerTokenMint(TokenSigner(keys)),
                tokenSigner: TokenSigner(keys),
                peers: clients,
                cache: cache,
                hub: hub,
                feeds: feeds,
                provisioner: TenantProvisioner(
                    store: store,
                    outbox: OutboxTable(),
                    credentials: credentials
                ),
                control: control,
                wakeOutbox: { [pump = outbox.pump] in pump.wake() },
                logger: program.logger
            )
        )
        self.api = api
        Self.addGauges(to: registry, cache, hub)
        let edge = try Self.edge(configuration)
        partnerPort = PartnerPort(
            program,
            at: configuration.httpListen,
            security: edge.map { .server($0) } ?? .plain,
            limits: configuration.partnerLimits,
            api: api,
            hub: hub
        )
        port = frame.port(CallRoutes(), control: control)
        parts =
            frame.parts + [LinkRefresh.part(edge: edge, logger: program.logger), GatewayStart(api)]
            + outbox.parts + GatewayUpkeep(parts: api.parts).components + [port, partnerPort]
    }

    private static func edge(
        _ configuration: GatewayConfiguration
    ) throws(ConfigurationError) -> TLSContext? {
        try configuration.httpTLS.map { files throws(ConfigurationError) in
            try files.serverContext(
                applicationProtocols: ["http/1.1"],
                assumedProtocol: "http/1.1"
            )
        }
    }

    private static func addGauges(
        to registry: MetricsRegistry,
        _ cache: BookingCache,
        _ hub: TrackHub
    ) {
        registry.gauge("nexors_gateway_cached_bookings", "Bookings in memory.") {
            Int64(cache.count)
        }
        registry.gauge("nexors_gateway_feed_streams", "Feeds of tenants that are live.") {
            Int64(cache.liveFeedCount)
        }
        registry.gauge("nexors_gateway_track_streams", "Streams of those who watch a booking.") {
            Int64(hub.streamCount)
        }
    }
}

/// Reads what requests need before the first one comes, and ends the feeds behind the last one.
package struct GatewayStart: ServiceComponent {
    package let name = "tenants"
    private let api: GatewayAPI

    /// The start and end of `api`.
    package init(_ api: GatewayAPI) {
        self.api = api
    }

    package func start() async throws {
        let parts = api.parts
        let instance = parts.configuration.common.instance
        let count = try await parts.store.write { session throws(StorageError) in
            try IdempotencyTable.releaseAll(of: instance, in: session)
        }
        if count > 0 {
            parts.logger.info(
                "open requests of the last run are released",
                [GatewayLog.count(count)]
            )
        }
        for row in try await parts.provisioner.load() {
            parts.feeds.follow(row.tenant, after: row.feedPosition)
        }
    }

    package func stop(within limit: Duration) async {
        await api.parts.feeds.stop()
        await GatewayUpkeep(parts: api.parts).note()
    }
}
