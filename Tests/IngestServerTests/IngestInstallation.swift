import Calls
import Crypto
import IngestServer
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

/// A whole ingest on loopback with real TLS, keys and store, and a dispatch that the test plays.
// Safe: set up and taken down by one test; what belongs to the loop is touched there.
final class IngestInstallation: @unchecked Sendable {
    static let tenant = TenantID(42)
    let time = SystemTimeSource()
    let folder: TemporaryDirectory
    private let authority: TestAuthority
    /// The loop of the peers that the test plays.
    let loop: EventLoop
    let resolver: NameResolver
    let store: SQLiteStore
    /// Signs drivers' tokens.
    let gatewayKeys: SigningKeySet
    private(set) var program: ServiceProgram!
    private(set) var server: IngestServer!
    private var dispatchListener: LinkListener?

    init() throws {
        folder = try TemporaryDirectory()
        authority = try TestAuthority(in: folder)
        loop = try EventLoop(name: "peers", timeSource: time)
        loop.start()
        resolver = try NameResolver()
        store = try SQLiteStore(SQLiteOptions(path: folder.path(of: "ingest.db")))
        let gateway = try SigningKey.generate()
        let path = folder.path(of: "gateway.pem")
        try SecretFile.write(gateway.pem(), to: path)
        gatewayKeys = try SigningKeySet(path: path)
        // First our own, which signs; then whose tokens we believe.
        try SecretFile.write(
            SigningKey.generate().pem() + gateway.verifyingKey.pem(),
            to: folder.path(of: "ingest.pem")
        )
    }

    /// Starts dispatch with `routes` and then ingest.
    ///
    /// - Parameter renewed: Whose certificate takes the place of ingest's once that is read, before anything starts.
    func start(_ routes: CallRoutes, renewed: TestAuthority? = nil) async throws {
        let security = try authority.security("dispatch")
        let address = try await loop.run { [self] in
            let (_, listener) = try LinkEnds.listen(
                on: loop,
                routes,
                security,
                callers: CallerTokenVerifier(
                    try SigningKeySet(path: folder.path(of: "ingest.pem"))
                ),
                connection: Self.connection
            )
            dispatchListener = listener
            return listener.address
        }
        try await startIngest(dispatch: address, renewed)
    }

    private func startIngest(dispatch: SocketAddress?, _ renewed: TestAuthority?) async throws {
        let settings = [
            "NEXORS_ENVIRONMENT": "test",
            "NEXORS_DATABASE_URL": "sqlite:\(folder.path(of: "ingest.db"))",
            "NEXORS_LISTEN": "127.0.0.1:0",
            "NEXORS_DRIVER_LISTEN": "127.0.0.1:0",
            "NEXORS_DISPATCH_ENDPOINTS": dispatch.map { "\($0)" } ?? "127.0.0.1:1",
            "NEXORS_TOKEN_KEYS": folder.path(of: "ingest.pem"),
        ]
        let files = try authority.files("ingest", isForLoopback: true)
        program = try .test(
            .ingest,
            settings.merging(files.settings) { $1 },
            keys: { IngestKeys().add(to: &$0) },
            time: time
        )
        _ = try await Migrator.run(IngestServer.migrations, on: store, at: time.wallTime)
        server = try IngestServer(program, store: store)
        try renewed?.files("ingest", isForLoopback: true)
        for part in server.parts { try await part.start() }
    }

    /// Stops ingest's parts as the program does, in reverse.
    func stopIngest() async {
        for part in server.parts.reversed() { await part.stop(within: .seconds(10)) }
        program.loops.stop()
    }

    /// Stops everything else.
    func stop() async {
        await store.close()
        loop.stop()
        loop.join()
        resolver.stop()
    }

    static var connection: ConnectionConfiguration {
        var connection = LinkEnds.connection(agent: "test")
        connection.limits.streams = 16_384
        return connection
    }

    /// A client of ingest's inner door as one of our services. On the loop.
    func service(_ name: String) throws -> CallClient {
        let security = try authority.security(name)
        return LinkEnds.client(
            on: loop,
            of: "ingest",
            at: server.port.address,
            security,
            resolver: resolver,
            connection: Self.connection
        )
    }

    /// A driver's phone: TLS without a certificate, and a token of the gateway's. On the loop.
    func phone(
        _ driver: UInt64,
        _ trust: TLSContext,
        life: Duration = .seconds(600),
        audience: RegistryService = .ingest
    ) throws -> CallClient {
        let now = time.wallTime
        let token = DriverToken.with {
            $0.tenant = Self.tenant
            $0.driver = DriverID(bits: UInt128(driver))
            $0.scopes = TokenScopes.drive.rawValue
            $0.audience = audience.rawValue
            $0.issuedAt = now
            $0.expiresAt = now.advanced(by: life)
            $0.nonce = driver
        }
        let configuration = ConnectionConfiguration(
            profile: .edge,
            agent: "phone",
            environment: Deployment.test.environmentNumber
        )
        let client = CallClient(
            loop: loop,
            name: "ingest",
            addresses: [server.driverPort.address.map { "\($0)" } ?? "127.0.0.1:1"],
            configuration: configuration,
            opener: LinkOpener(
                resolver: resolver,
                security: .client(trust, expectedName: "ingest")
            ),
            token: try TokenSigner(gatewayKeys).sign(token),
            generator: SystemRandomNumberGenerator()
        )
        client.start()
        return client
    }

    /// What phones trust; those of another authority where that is given.
    func phoneTrust(_ other: TestAuthority? = nil) throws -> TLSContext {
        try TLSContext(
            .client(
                authorityPath: (other ?? authority).files("ingest-reader").authority,
                applicationProtocols: ["lbp/1"]
            )
        )
    }
}
