package import Calls
internal import Glibc
internal import Messages
package import Reactor
package import Telemetry
internal import Transport
internal import WireConnection
internal import WireFormat

/// Where calls of other services arrive: a server and a listener on each of the program's loops, one port for all.
///
/// Started last, since whoever calls wants everything behind it to work; stopped first, so that what was accepted is
/// finished while it still does.
package final class CallPort: ServiceComponent {
    /// What of the drain time a peer gets to finish its calls; the rest is for what comes after.
    static let drainShare = 2

    package let name = "call port"
    private let program: ServiceProgram
    private let security: LinkSecurity
    private let routes: CallRoutes
    private let callers: any CallerVerifier
    private let callCountMax: UInt32?
    private let metrics: CallMetrics
    private let listeners = LoopListeners<CallServer, LinkListener>()

    /// A port that does not listen yet, at `NEXORS_LISTEN`.
    ///
    /// - Parameters:
    ///   - routes: What is served.
    ///   - callers: Who checks the tokens of those for whom a peer calls.
    ///   - callCountMax: Calls at once on a connection, where more than between services is usual: dispatch has a
    ///     stream for each driver on duty on the one from ingest.
    package init(
        _ program: ServiceProgram,
        security: LinkSecurity,
        routes: CallRoutes,
        callers: any CallerVerifier,
        callCountMax: UInt32? = nil
    ) {
        self.callCountMax = callCountMax
        self.program = program
        self.security = security
        self.routes = routes
        self.callers = callers
        metrics = CallMetrics(program.registry, routes.methods)
    }

    /// Where it listens, with the port that the system chose; `nil` before it starts.
    package var address: SocketAddress? { listeners.address }

    /// Connections that are open, over all loops.
    package func connectionCount() async -> Int {
        var count = 0
        for one in listeners.shares {
            count += await one.server.loop.submit { one.server.value.counters.connectionCount }
        }
        return count
    }

    package func start() async throws {
        do {
            let address = try await listeners.start(
                on: program.loops.loops,
                at: program.configuration.listen
            ) { [self] (loop, address, sharesPort) throws(SocketError) in
                try listen(on: loop, at: address, sharesPort: sharesPort)
            }
            program.logger.info("call port listening", [RuntimeLog.address("\(address)")])
        } catch {
            await stop(within: .zero)
            throw error
        }
    }

    package func stop(within limit: Duration) async {
        let ports = listeners.shares
        await withDiscardingTaskGroup { group in
            for one in ports {
                group.addTask {
                    await one.listener.loop.spawn { await one.listener.value.drain() }.value
                }
            }
        }
    }

    private func listen(
        on loop: EventLoop,
        at address: SocketAddress,
        sharesPort: Bool
    ) throws(SocketError) -> LoopListeners<CallServer, LinkListener>.Share {
        var connection = program.configuration.connection
        connection.drainTime = min(
            connection.drainTime,
            program.configuration.drainTime / Self.drainShare
        )
        if let callCountMax { connection.limits.streams = callCountMax }
        var settings = CallServerConfiguration(connection: connection)
        settings.handlerCountMax += Int(callCountMax ?? 0)
        let server = CallServer(
            loop: loop,
            configuration: settings,
            routes: routes,
            authenticator: ServiceAuthenticator(security),
            callers: callers,
            generator: SystemRandomNumberGenerator()
        )
        let logger = program.logger
        let metrics = metrics
        server.onCallEnd = { metrics.record($0) }
        let failures = FailedCallLog(logger)
        server.onFailedCall = { failures.note($0, at: loop.now) }
        server.onRefusedPeer = { error in
            metrics.refusedPeers.increment()
            logger.warning("a peer was refused", [RuntimeLog.reason(error.message)])
        }
        server.onFailure = { error in
            metrics.failedConnections.increment()
            logger.debug("a connection failed", [RuntimeLog.reason("\(error)")])
        }
        let listener = try LinkListener(
            server: server,
            address: address,
            security: security.listening,
            sharesPort: sharesPort,
            metrics: metrics.listener
        )
        return .init(server, listener, at: listener.address ?? address, on: loop)
    }
}

extension RuntimeLog {
    /// Where something listens or connects to.
    package static let address = LogKey<String>("runtime.address")
}
