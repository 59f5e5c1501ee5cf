internal import HTTP
package import Reactor
package import Telemetry
internal import Transport

/// The internal port: liveness, readiness and metrics, plain HTTP, never reachable from outside.
///
/// Starts before everything else that may fail or take long, so that a program says it is starting; stops last, so
/// that it says it is draining.
// Safe: mutable state is touched on the loop alone, which `loop.submit` and `loop.spawn` ensure.
package final class InternalServer: ServiceComponent, TCPListenerDelegate, @unchecked Sendable {
    /// Probes and scrapers need few connections; a leak of theirs must not take descriptors from drivers.
    static let connectionCountMax = 64

    package let name = "internal port"
    private let loop: EventLoop
    private let requested: SocketAddress
    private let server: HTTPServer
    private let logger: Logger
    private var listener: TCPListener?

    /// A server that does not listen yet.
    package init(
        loop: EventLoop,
        address: SocketAddress,
        health: Health,
        registry: MetricsRegistry,
        logger: Logger = .none
    ) {
        self.loop = loop
        self.logger = logger
        requested = address
        var options = HTTPServerOptions()
        options.connectionCountMax = Self.connectionCountMax
        server = HTTPServer(
            loop: loop,
            router: InternalPages.router(health: health, registry: registry),
            options: options
        )
    }

    /// Where it listens, with the port that the system chose; `nil` before it starts.
    package func address() async -> SocketAddress? {
        await loop.submit { [self] in listener?.address }
    }

    package func start() async throws {
        let outcome: Result<Void, SocketError> = await loop.submit { [self] in
            do throws(SocketError) {
                listener = try TCPListener(loop: loop, address: requested, delegate: self)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        let address = await address().map { "\($0)" } ?? ""
        logger.info("internal port listening", [RuntimeLog.address(address)])
    }

    package func stop(within limit: Duration) async {
        _ = await loop.spawn { [self] in
            listener?.close()
            return await server.drain(within: limit)
        }.value
    }

    package func listener(
        _ listener: TCPListener,
        accepted descriptor: Int32,
        from address: SocketAddress
    ) {
        let channel = ByteChannel(
            loop: loop,
            descriptor: descriptor,
            peerAddress: address,
            options: server.options.channel
        )
        if server.accept(channel) { channel.start() }
    }
}
