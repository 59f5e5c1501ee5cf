import Calls
import Configuration
import Crypto
import IngestServer
import Messages
import Model
import Reactor
import ServiceRuntime
import Storage
import StorageSQLite
import Telemetry
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
    let authority: CertificateAuthority
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
        let now = time.wallTime
        authority = try CertificateAuthority.make(
            name: "test",
            notBefore: now.advanced(by: .seconds(-60)),
            notAfter: now.advanced(by: .seconds(3600))
        )
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

    /// The certificate of a service, and mutual TLS with it.
    @discardableResult
    func files(_ name: String) throws -> TLSFiles {
        let now = time.wallTime
        let issued = try authority.issue(
            names: [name],
            isForLoopback: true,
            notBefore: now.advanced(by: .seconds(-60)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        let paths = ["crt", "key", "ca"].map { folder.path(of: "\(name).\($0)") }
        try issued.write(certificatePath: paths[0], keyPath: paths[1])
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: paths[2])
        return TLSFiles(certificate: paths[0], key: paths[1], authority: paths[2])
    }

    /// Starts dispatch with `routes` and then ingest.
    func start(_ routes: CallRoutes) async throws {
        let security = try LinkSecurity.mutual(try files("dispatch"))
        let address = try await onLoop { [self] in
            let server = CallServer(
                loop: loop,
                configuration: CallServerConfiguration(connection: Self.connection),
                routes: routes,
                authenticator: ServiceAuthenticator(security),
                callers: CallerTokenVerifier(
                    try SigningKeySet(path: folder.path(of: "ingest.pem"))
                ),
                generator: SystemRandomNumberGenerator()
            )
            let listener = try LinkListener(
                server: server,
                address: SocketAddress("127.0.0.1:0"),
                security: security.listening
            )
            dispatchListener = listener
            return listener.address
        }
        try await startIngest(dispatch: address)
    }

    private func startIngest(dispatch: SocketAddress?) async throws {
        let files = try files("ingest")
        var schema = ConfigurationSchema()
        CommonKeys(.ingest).add(to: &schema)
        IngestKeys().add(to: &schema)
        let values = try ConfigurationValues(
            schema,
            environment: [
                "NEXORS_ENVIRONMENT": "test",
                "NEXORS_DATABASE_URL": "sqlite:\(folder.path(of: "ingest.db"))",
                "NEXORS_LISTEN": "127.0.0.1:0",
                "NEXORS_DRIVER_LISTEN": "127.0.0.1:0",
                "NEXORS_DISPATCH_ENDPOINTS": dispatch.map { "\($0)" } ?? "127.0.0.1:1",
                "NEXORS_TLS_CERTIFICATE": files.certificate,
                "NEXORS_TLS_KEY": files.key,
                "NEXORS_TLS_AUTHORITY": files.authority,
                "NEXORS_TOKEN_KEYS": folder.path(of: "ingest.pem"),
            ]
        )
        program = ServiceProgram(
            configuration: try CommonConfiguration(.ingest, values),
            values: values,
            logger: .none,
            registry: MetricsRegistry(),
            health: Health(),
            loops: try EventLoopGroup(name: "ingest", timeSource: time),
            stop: StopRequest(),
            time: time
        )
        _ = try await Migrator.run(IngestServer.migrations, on: store, at: time.wallTime)
        server = try IngestServer(program, store: store)
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
        var connection = ConnectionConfiguration(
            profile: .betweenServices,
            agent: "test",
            environment: Deployment.test.environmentNumber
        )
        connection.limits.streams = 16_384
        return connection
    }

    /// A client of ingest's inner door as one of our services. On the loop.
    func service(_ name: String) throws -> CallClient {
        let security = try LinkSecurity.mutual(try files(name))
        return client(
            at: server.port.address,
            security.connecting(to: "ingest"),
            token: security.helloToken,
            Self.connection
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
        return client(
            at: server.driverPort.address,
            .client(trust, expectedName: "ingest"),
            token: try TokenSigner(gatewayKeys).sign(token),
            configuration
        )
    }

    /// What phones trust.
    func phoneTrust() throws -> TLSContext {
        try TLSContext(
            .client(
                authorityPath: files("ingest-reader").authority,
                applicationProtocols: ["lbp/1"]
            )
        )
    }

    private func client(
        at address: SocketAddress?,
        _ security: ChannelSecurity,
        token: [UInt8],
        _ configuration: ConnectionConfiguration
    ) -> CallClient {
        let client = CallClient(
            loop: loop,
            name: "ingest",
            addresses: [address.map { "\($0)" } ?? "127.0.0.1:1"],
            configuration: configuration,
            opener: LinkOpener(resolver: resolver, security: security),
            token: token,
            generator: SystemRandomNumberGenerator()
        )
        client.start()
        return client
    }

    /// Runs `body` in a task on the peers' loop.
    func onLoop<Output: Sendable>(
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
}
