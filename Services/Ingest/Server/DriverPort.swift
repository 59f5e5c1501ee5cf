internal import Calls
internal import Configuration
internal import Crypto
internal import Messages
package import Reactor
internal import ServiceRuntime
internal import Telemetry
internal import Timekeeping
internal import Transport
internal import WireConnection

/// Where drivers' phones connect: TLS without a client certificate, the token in HELLO says who it is.
///
/// Started last and stopped first. A stop stores and acknowledges what came, ends the streams, then says GOAWAY.
// Safe: what belongs to the loop is made, used and let go there, through `LoopBound`.
package final class DriverPort: ServiceComponent, @unchecked Sendable {
    /// Handlers in tasks at once: a stream of offers for each phone, and their calls.
    static let handlerCountMax = 80_000
    /// What of the drain time phones get to finish their calls; the rest is for what comes after.
    static let drainShare = 2

    package let name = "driver port"
    private let program: ServiceProgram
    private let configuration: IngestConfiguration
    /// What phones are shown; `nil` where they come without TLS.
    let edge: TLSContext?
    private let routes: CallRoutes
    private let keys: SigningKeySet
    private let engine: LocationEngine
    private let relay: DispatchRelay
    private let metrics: CallMetrics
    private let connections: Gauge
    private let listeners = LoopListeners<CallServer, LinkListener>()

    /// A port that does not listen yet, at `NEXORS_DRIVER_LISTEN`.
    ///
    /// - Throws: What is wrong with the certificate or its key, by its setting.
    init(
        _ program: ServiceProgram,
        _ configuration: IngestConfiguration,
        routes: CallRoutes,
        keys: SigningKeySet,
        engine: LocationEngine,
        relay: DispatchRelay
    ) throws(ConfigurationError) {
        self.program = program
        self.configuration = configuration
        self.routes = routes
        self.keys = keys
        self.engine = engine
        self.relay = relay
        edge = try configuration.driverTLS.map { files throws(ConfigurationError) in
            try files.serverContext(applicationProtocols: [LinkSecurity.applicationProtocol])
        }
        metrics = CallMetrics(program.registry, routes.methods, port: "drivers")
        connections = program.registry.gauge(
            "nexors_ingest_driver_connections",
            "Phones that are connected."
        )
    }

    /// Where it listens, with the port that the system chose; `nil` before it starts.
    package var address: SocketAddress? { listeners.address }

    package func start() async throws {
        // Positions belong to one loop, so phones do too.
        let address = try await listeners.start(
            on: [engine.loop],
            at: configuration.driverListen
        ) { [self] (loop, address, _) throws(SocketError) in
            try listen(on: loop, at: address)
        }
        program.logger.info("listening", [RuntimeLog.address("\(address)")])
    }

    package func stop(within limit: Duration) async {
        guard let open = listeners.shares.first else { return }
        let loop = engine.loop
        // What is left when most of the time is over is cut, so that everybody's end is told within it.
        let cutting = loop.spawn { [engine] in
            guard await loop.sleep(for: limit * 3 / 4) else { return }
            engine.trail.abandon()
            open.server.value.closeAll()
        }
        await loop.spawn { [engine, relay] in
            await engine.close()
            relay.close()
            await open.listener.value.drain()
        }.value
        cutting.cancel()
        await cutting.value
    }

    private func listen(
        on loop: EventLoop,
        at address: SocketAddress
    ) throws(SocketError) -> LoopListeners<CallServer, LinkListener>.Share {
        var connection = ConnectionConfiguration(
            profile: .edge,
            agent: "ingest/\(BuildInfo.version)",
            environment: program.configuration.deployment.environmentNumber
        )
        connection.drainTime = min(
            connection.drainTime,
            program.configuration.drainTime / Self.drainShare
        )
        var settings = CallServerConfiguration(connection: connection)
        settings.handlerCountMax = Self.handlerCountMax
        let server = CallServer(
            loop: loop,
            configuration: settings,
            routes: routes,
            authenticator: DriverAuthenticator(keys, time: program.time),
            callers: NoCallers(),
            generator: SystemRandomNumberGenerator()
        )
        let (metrics, logger) = (metrics, program.logger)
        server.onCallEnd = { metrics.record($0) }
        let failures = FailedCallLog(logger)
        server.onFailedCall = { failures.note($0, at: loop.now) }
        server.onRefusedPeer = { error in
            metrics.refusedPeers.increment()
            logger.debug("a phone was refused", [RuntimeLog.reason(error.message)])
        }
        server.onFailure = { error in
            metrics.failedConnections.increment()
            logger.debug("a phone's connection failed", [RuntimeLog.reason("\(error)")])
        }
        engine.onConnections = { [connections, unowned server] in
            connections.set(Int64(server.counters.connectionCount))
        }
        var limits = ChannelListener.Limits()
        limits.connectionsMax = configuration.driverConnectionCountMax
        limits.connectionsPerAddressMax = configuration.driverConnectionsPerAddressMax
        let listener = try LinkListener(
            server: server,
            address: address,
            security: edge.map { .server($0) } ?? .plain,
            limits: limits,
            metrics: metrics.listener
        )
        engine.start()
        return .init(server, listener, at: listener.address ?? address, on: loop)
    }
}
