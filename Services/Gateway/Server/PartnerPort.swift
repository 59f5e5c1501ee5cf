internal import Glibc
internal import HTTP
package import Reactor
internal import ServiceRuntime
internal import Telemetry
internal import Transport

/// Where partners arrive: an HTTP server and a listener on each of the program's loops, one port for all.
package final class PartnerPort: ServiceComponent {
    package let name = "partner port"
    private let program: ServiceProgram
    private let address: SocketAddress
    private let security: ChannelSecurity
    private let api: GatewayAPI
    private let hub: TrackHub
    private let options: HTTPServerOptions
    private let limits: ChannelListener.Limits
    private let metrics: GatewayMetrics
    private let refusals: ListenerMetrics
    private let listeners = LoopListeners<HTTPServer, ChannelListener>()

    /// A port that does not listen yet.
    init(
        _ program: ServiceProgram,
        at address: SocketAddress,
        security: ChannelSecurity,
        limits: PartnerLimits,
        api: GatewayAPI,
        hub: TrackHub
    ) {
        self.program = program
        self.address = address
        self.security = security
        self.api = api
        self.hub = hub
        var options = limits.server
        self.limits = limits.listener
        options.completeProblem = api.completeProblem
        self.options = options
        metrics = GatewayMetrics(program.registry, api.routes())
        refusals = ListenerMetrics(program.registry, port: "partners")
    }

    /// Where it listens, with the port that the system chose; `nil` before it starts.
    package var listening: SocketAddress? { listeners.address }

    package func start() async throws {
        do {
            let listening = try await listeners.start(on: program.loops.loops, at: address) {
                [self] (loop, address, sharesPort) throws(SocketError) in
                try listen(on: loop, at: address, sharesPort: sharesPort)
            }
            program.logger.info("listening to partners", [GatewayLog.address("\(listening)")])
        } catch {
            await stop(within: .zero)
            throw error
        }
    }

    package func stop(within limit: Duration) async {
        let ports = listeners.shares
        for one in ports {
            await one.listener.loop.submit { one.listener.value.close() }
        }
        var random = SystemRandomNumberGenerator()
        hub.announceEnd(random: &random)
        await withDiscardingTaskGroup { group in
            for one in ports {
                group.addTask {
                    _ = await one.server.loop.spawn {
                        await one.server.value.drain(within: limit)
                    }.value
                }
            }
        }
    }

    private func listen(
        on loop: EventLoop,
        at address: SocketAddress,
        sharesPort: Bool
    ) throws(SocketError) -> LoopListeners<HTTPServer, ChannelListener>.Share {
        let server = HTTPServer(
            loop: loop,
            router: api.router(),
            options: options,
            observer: metrics
        )
        let listener = try ChannelListener(
            loop: loop,
            address: address,
            security: security,
            options: options.channel,
            limits: limits,
            sharesPort: sharesPort,
            delegate: server
        )
        listener.onRefusal = { [refusals] in refusals.count($0) }
        return .init(server, listener, at: listener.address ?? address, on: loop)
    }
}
