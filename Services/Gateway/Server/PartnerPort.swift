internal import Glibc
internal import HTTP
package import Reactor
internal import ServiceRuntime
internal import Synchronization
internal import Telemetry
internal import Transport

/// Where partners arrive: an HTTP server and a listener on each of the program's loops, one port for all.
// Safe: servers and listeners belong to their loops, which `LoopBound` checks.
package final class PartnerPort: ServiceComponent, @unchecked Sendable {
    package let name = "partner port"
    private let program: ServiceProgram
    private let address: SocketAddress
    private let security: ChannelSecurity
    private let api: GatewayAPI
    private let hub: TrackHub
    private let options: HTTPServerOptions
    private let metrics: GatewayMetrics
    private let open = Mutex<[Open]>([])

    private struct Open: Sendable {
        let server: LoopBound<HTTPServer>
        let listener: LoopBound<ChannelListener>
        let address: SocketAddress
    }

    /// A port that does not listen yet.
    init(
        _ program: ServiceProgram,
        at address: SocketAddress,
        security: ChannelSecurity,
        api: GatewayAPI,
        hub: TrackHub
    ) {
        self.program = program
        self.address = address
        self.security = security
        self.api = api
        self.hub = hub
        var options = HTTPServerOptions()
        options.completeProblem = api.completeProblem
        self.options = options
        metrics = GatewayMetrics(program.registry, api.routes())
    }

    /// Where it listens, with the port that the system chose; `nil` before it starts.
    package var listening: SocketAddress? { open.withLock { $0.first?.address } }

    package func start() async throws {
        let loops = program.loops.loops
        var wanted = address
        for loop in loops {
            let address = wanted
            let outcome = await loop.submit { [self] in
                listen(on: loop, at: address, sharesPort: loops.count > 1)
            }
            do {
                let one = try outcome.get()
                wanted = one.address
                open.withLock { $0.append(one) }
            } catch {
                await stop(within: .zero)
                throw error
            }
        }
        program.logger.info("listening to partners", [GatewayLog.address("\(wanted)")])
    }

    package func stop(within limit: Duration) async {
        let ports = open.withLock { $0 }
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
    ) -> Result<Open, SocketError> {
        let server = HTTPServer(
            loop: loop,
            router: api.router(),
            options: options,
            observer: metrics
        )
        do throws(SocketError) {
            let listener = try ChannelListener(
                loop: loop,
                address: address,
                security: security,
                options: options.channel,
                sharesPort: sharesPort,
                delegate: server
            )
            return .success(
                Open(
                    server: LoopBound(server, to: loop),
                    listener: LoopBound(listener, to: loop),
                    address: listener.address ?? address
                )
            )
        } catch {
            return .failure(error)
        }
    }
}
