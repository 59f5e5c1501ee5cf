package import Calls
internal import Messages
internal import Model
package import Reactor
package import TestSupport
internal import Timekeeping
package import Transport
package import WireConnection
package import WireFormat

/// Services behind socket pairs on one loop whose clock the test moves.
///
/// A suite with more on the loop makes it the base of its own rig.
// Safe: what changes is touched on the loop alone.
open class CallRig: @unchecked Sendable {
    /// What HELLO carries on both sides.
    package static let environment: UInt64 = 7
    /// The loop's clock.
    package let time = ManualTimeSource()
    /// The loop of both sides.
    package let loop: EventLoop
    private let callers: any CallerVerifier
    /// By address; an address without a server refuses connections. Touched on the loop.
    private var servers: [String: CallServer] = [:]
    /// Server sides of connections, by address, the newest last. Touched on the loop.
    package private(set) var channels: [String: [ByteChannel]] = [:]

    /// Starts the loop.
    ///
    /// - Parameter callers: Who checks caller tokens.
    /// - Throws: What the system says.
    package init(callers: any CallerVerifier = FirstByteCallers()) throws {
        self.callers = callers
        loop = try EventLoop(name: "calls", timeSource: time)
        loop.start()
    }

    /// Stops the loop and waits for its end.
    package func stop() {
        loop.stop()
        loop.join()
    }

    /// Runs `body` in a task on the loop and gives its result or error.
    package func run<Output: Sendable>(
        _ body: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        try await loop.run(body)
    }

    /// Moves the clock so many times, and each time lets the loop do what is ready.
    package func advance(by duration: Duration, times count: Int = 1) async {
        let (loop, time) = (loop, time)
        await loop.spawn {
            for _ in 0..<count {
                time.advance(by: duration)
                await Self.turn(loop)
            }
        }.value
    }

    /// Lets what is ready happen; on the loop or off it.
    package func turn() async {
        let loop = loop
        await loop.spawn { await Self.turn(loop) }.value
    }

    /// A timer that is due at once fires in the next turn, so turns pass without a change of threads; eight of them
    /// carry an answer over both sides of a pair.
    private static func turn(_ loop: EventLoop) async {
        for _ in 0..<16 { _ = await loop.sleep(for: .zero) }
    }

    /// Lets the loop turn until `condition` holds there; the suite's time limit ends a wait in vain.
    package func until(_ condition: @escaping @Sendable () -> Bool) async {
        while !Task.isCancelled, await !loop.submit({ condition() }) {}
    }

    // MARK: - Both sides

    /// Serves what `register` adds at `address` to whom `NamingAuthenticator` lets in. On the loop.
    ///
    /// - Parameter handlerCountMax: Handlers in tasks at once.
    @discardableResult
    package func serve(
        at address: String,
        handlerCountMax: Int = 100,
        limits: ConnectionLimits? = nil,
        _ register: (inout CallRoutes) -> Void
    ) -> CallServer {
        var routes = CallRoutes()
        register(&routes)
        var configuration = CallServerConfiguration(connection: Self.connection(limits))
        configuration.handlerCountMax = handlerCountMax
        let server = CallServer(
            loop: loop,
            configuration: configuration,
            routes: routes,
            authenticator: NamingAuthenticator(time: time),
            callers: callers,
            generator: SeededGenerator(seed: 1)
        )
        servers[address] = server
        return server
    }

    /// A started client of `addresses` that shows `token`, which names the peer to `NamingAuthenticator`. On the loop.
    package func client(
        _ addresses: [String],
        as token: String = "gateway",
        limits: ConnectionLimits? = nil
    ) -> CallClient {
        let client = CallClient(
            loop: loop,
            name: addresses.first ?? "nobody",
            addresses: addresses,
            configuration: Self.connection(limits),
            opener: self,
            token: Array(token.utf8),
            generator: FixedGenerator()
        )
        client.start()
        return client
    }

    /// Takes the server at `address` away without a word. On the loop.
    package func cut(_ address: String) {
        servers[address] = nil
        for channel in channels.removeValue(forKey: address) ?? [] { channel.abort() }
    }

    /// What both sides' connections are made with.
    package static func connection(_ limits: ConnectionLimits? = nil) -> ConnectionConfiguration {
        var configuration = ConnectionConfiguration(
            profile: .betweenServices,
            agent: "test",
            environment: environment
        )
        if let limits { configuration.limits = limits }
        return configuration
    }
}

extension CallRig: ChannelOpening {
    package func openChannel(
        to address: String,
        on loop: EventLoop,
        _ completion: @escaping (Result<ByteChannel, CloseReason>) -> Void
    ) {
        guard let server = servers[address], let (near, far) = try? Socket.pair() else {
            completion(.failure(CloseReason(.connectFailed, "nobody at \(address)")))
            return
        }
        let serverChannel = ByteChannel(loop: loop, descriptor: far)
        server.attach(serverChannel)
        // A server that drains has closed it.
        guard serverChannel.isOpen else {
            completion(.failure(CloseReason(.connectFailed, "\(address) drains")))
            Socket.close(near)
            return
        }
        serverChannel.start()
        channels[address, default: []].append(serverChannel)
        let clientChannel = ByteChannel(loop: loop, descriptor: near)
        completion(.success(clientChannel))
        clientChannel.start()
    }
}
