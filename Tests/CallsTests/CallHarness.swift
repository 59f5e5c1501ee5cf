import Calls
import Messages
import Model
import Reactor
import Synchronization
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// Services behind socket pairs on one loop whose clock the test moves.
// Safe: what changes is touched on the loop alone.
final class CallHarness: @unchecked Sendable {
    static let environment: UInt64 = 7
    let time = ManualTimeSource()
    let loop: EventLoop
    /// By address; an address without a server refuses connections. Touched on the loop.
    private var servers: [String: CallServer] = [:]
    private var authenticator = TestAuthenticator()
    /// Server sides of connections, by address, the newest last. Touched on the loop.
    private(set) var channels: [String: [ByteChannel]] = [:]

    init() throws {
        loop = try EventLoop(name: "calls", timeSource: time)
        loop.start()
    }

    func stop() {
        loop.stop()
        loop.join()
    }

    /// Runs `body` in a task on the loop and gives its result or error.
    func run<Output: Sendable>(
        _ body: @escaping @Sendable () async throws -> Output
    ) async throws -> Output {
        let outcome: Result<Output, any Error> = await loop.spawn {
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }.value
        return try outcome.get()
    }

    /// Moves the clock and lets the loop see it.
    func advance(by duration: Duration) async {
        time.advance(by: duration)
        await turn()
    }

    /// Lets what is ready happen: eight turns carry an answer over both sides of a pair.
    func turn() async {
        for _ in 0..<8 { await loop.submit {} }
    }

    /// A server at `address`. On the loop.
    func serve(
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
            authenticator: authenticator,
            callers: TestCallerVerifier(),
            generator: SeededGenerator(seed: 1)
        )
        servers[address] = server
        return server
    }

    /// A started client that shows `token`, which names the peer to `TestAuthenticator`. On the loop.
    func client(
        _ addresses: [String],
        as token: String = "gateway",
        limits: ConnectionLimits? = nil
    ) -> CallClient {
        let client = CallClient(
            loop: loop,
            name: "test",
            addresses: addresses,
            configuration: Self.connection(limits),
            opener: self,
            token: Array(token.utf8),
            generator: FixedGenerator()
        )
        client.start()
        return client
    }

    /// Takes the server at `address` away without a word.
    func cut(_ address: String) {
        servers[address] = nil
        for channel in channels.removeValue(forKey: address) ?? [] { channel.abort() }
    }

    static func connection(_ limits: ConnectionLimits?) -> ConnectionConfiguration {
        var configuration = ConnectionConfiguration(
            profile: .betweenServices,
            agent: "test",
            environment: environment
        )
        if let limits { configuration.limits = limits }
        return configuration
    }
}

extension CallHarness: ChannelOpening {
    func openChannel(
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

/// Takes the token for the caller's name: "gateway", or "driver" for one of fleet 42.
struct TestAuthenticator: PeerAuthenticator {
    func authenticate(
        certificateNames: [String],
        token: [UInt8]
    ) throws(CallError) -> AuthenticatedPeer {
        let name = String(decoding: token, as: UTF8.self)
        guard let caller = MethodCaller(rawValue: name) else {
            throw CallError(.unauthenticated, "unknown \(name)")
        }
        guard caller == .driver else { return AuthenticatedPeer(identity: .service(caller)) }
        return AuthenticatedPeer(
            identity: .driver(tenant: TenantID(42), driver: DriverID(bits: 1))
        )
    }
}

/// Takes any token for one of the tenant in its first byte.
struct TestCallerVerifier: CallerVerifier {
    func verify(
        _ token: [UInt8],
        for service: RegistryService,
        now: WallTime
    ) throws(CallError) -> CallerToken {
        guard let tenant = token.first else { throw CallError(.unauthenticated, "empty") }
        return CallerToken.with { $0.tenant = TenantID(UInt64(tenant)) }
    }
}

/// No jitter: waits of zero. Only for whoever scales by it: choosing from a range would never end.
struct FixedGenerator: RandomNumberGenerator {
    mutating func next() -> UInt64 { 0 }
}

/// The error that `body` throws, as a call's error.
func callError(_ body: () async throws -> Void) async -> CallError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? CallError
    }
}
