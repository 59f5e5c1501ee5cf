import Calls
import Configuration
import Crypto
import Messages
import Model
import Reactor
import ServiceRuntime
import Storage
import StorageOpening
import Telemetry
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// A program within the test process: its real parts, two loops, mutual TLS of an authority of the test, and clients
/// of the services that may call it.
// Safe: the clients belong to the loop and are used there; the rest never changes.
final class LinkedProgram: @unchecked Sendable {
    static let tenant = TenantID(7)

    let folder: TemporaryDirectory
    let program: ServiceProgram
    let store: ServiceStore
    private let parts: [any ServiceComponent]
    private let port: CallPort
    private let authority: CertificateAuthority
    private let signer: TokenSigner
    private let resolver: NameResolver
    private var clients: [MethodCaller: CallClient] = [:]
    private let time = SystemTimeSource()

    /// Starts the program `service`.
    ///
    /// - Parameter make: Wires it over the store.
    init(
        _ service: ServiceName,
        keys: (inout ConfigurationSchema) -> Void = { _ in },
        settings: [String: String] = [:],
        migrations: [MigrationSet],
        make: (ServiceProgram, ServiceStore) throws -> (
            parts: [any ServiceComponent], port: CallPort
        )
    ) async throws {
        folder = try TemporaryDirectory()
        let now = time.wallTime
        authority = try CertificateAuthority.make(
            name: "test",
            notBefore: now.advanced(by: .seconds(-60)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        let files = try Self.certificate(of: service.text, authority, folder)
        try SecretFile.write(SigningKey.generate().pem(), to: folder.path(of: "keys.pem"))
        signer = TokenSigner(try SigningKeySet(path: folder.path(of: "keys.pem")))
        resolver = try NameResolver()
        var schema = ConfigurationSchema()
        CommonKeys(service).add(to: &schema)
        keys(&schema)
        let common = [
            "NEXORS_ENVIRONMENT": "test", "NEXORS_LISTEN": "127.0.0.1:0",
            "NEXORS_DATABASE_URL": "sqlite:\(folder.path(of: "store.db"))",
            "NEXORS_EVENT_LOOPS": "2", "NEXORS_TOKEN_KEYS": folder.path(of: "keys.pem"),
            "NEXORS_TLS_CERTIFICATE": files.certificate, "NEXORS_TLS_KEY": files.key,
            "NEXORS_TLS_AUTHORITY": files.authority,
        ]
        let values = try ConfigurationValues(
            schema,
            environment: common.merging(settings) { _, wanted in wanted }
        )
        program = ServiceProgram(
            configuration: try CommonConfiguration(service, values),
            values: values,
            logger: .none,
            registry: MetricsRegistry(),
            health: Health(),
            loops: try EventLoopGroup(name: service.text, count: 2, timeSource: time),
            stop: StopRequest(),
            time: time
        )
        store = ServiceStore(
            try StoreLocation(program.configuration.databaseURL),
            migrations: migrations,
            health: program.health,
            registry: program.registry
        )
        let made = try make(program, store)
        port = made.port
        parts = [store] + made.parts
        for part in parts { try await part.start() }
    }

    private static func certificate(
        of name: String,
        _ authority: CertificateAuthority,
        _ folder: TemporaryDirectory
    ) throws -> TLSFiles {
        let now = SystemTimeSource().wallTime
        let issued = try authority.issue(
            names: [name],
            notBefore: now.advanced(by: .seconds(-60)),
            notAfter: now.advanced(by: .seconds(3600))
        )
        let files = TLSFiles(
            certificate: folder.path(of: "\(name).pem"),
            key: folder.path(of: "\(name).key"),
            authority: folder.path(of: "ca.pem")
        )
        try issued.write(certificatePath: files.certificate, keyPath: files.key)
        try SecretFile.write(authority.certifiedKey.certificatePEM, to: files.authority)
        return files
    }

    /// A signed caller token of a partner.
    func token(
        _ partner: PartnerID,
        _ scopes: TokenScopes,
        tenant: TenantID = tenant
    ) throws -> [UInt8] {
        let now = time.wallTime
        return try signer.sign(
            CallerToken.with {
                $0.tenant = tenant
                $0.subjectKind = WireEnum(.partner)
                $0.subject = SubjectID(bits: partner.bits)
                $0.scopes = scopes.rawValue
                $0.audience = program.configuration.service.rawValue
                $0.issuedAt = now
                $0.expiresAt = now.advanced(by: TokenContext.callerLife)
                $0.nonce = 1
            }
        )
    }

    /// Makes a call with the certificate of `caller`.
    func call<Request: WireMessage & Sendable, Response: WireMessage & Sendable>(
        _ method: Method<Request, Response>,
        _ request: Request,
        as caller: MethodCaller,
        tenant: TenantID = tenant,
        token: [UInt8] = []
    ) async throws -> Response {
        let client = try await client(caller)
        var options = CallOptions(
            tenant: tenant,
            key: IdempotencyKey(bits: UInt128.random(in: 1 ... .max)),
            connectionWait: .seconds(10)
        )
        options.callerToken = token
        let outcome: Result<Response, CallError> = await client.loop.spawn { [options] in
            do throws(CallError) {
                return .success(try await client.call(method, request, options))
            } catch {
                return .failure(error)
            }
        }.value
        return try outcome.get()
    }

    /// The error of a call that must fail.
    func refusal<Request: WireMessage & Sendable, Response: WireMessage & Sendable>(
        _ method: Method<Request, Response>,
        _ request: Request,
        as caller: MethodCaller,
        tenant: TenantID = tenant,
        token: [UInt8] = []
    ) async -> CallError? {
        do {
            _ = try await call(method, request, as: caller, tenant: tenant, token: token)
            return nil
        } catch {
            return error as? CallError
        }
    }

    private func client(_ caller: MethodCaller) async throws -> CallClient {
        if let client = clients[caller] { return client }
        let name = program.configuration.service.text
        let security = try LinkSecurity.mutual(
            Self.certificate(of: caller.rawValue, authority, folder)
        )
        let client = CallClient(
            loop: program.loops.loops[0],
            name: name,
            addresses: [port.address.map { "\($0)" } ?? ""],
            configuration: program.configuration.connection,
            opener: LinkOpener(resolver: resolver, security: security.connecting(to: name)),
            token: security.helloToken,
            generator: SystemRandomNumberGenerator()
        )
        await client.loop.submit { client.start() }
        clients[caller] = client
        return client
    }

    func stop() async {
        for client in clients.values {
            await client.loop.spawn { await client.close() }.value
        }
        for part in parts.reversed() { await part.stop(within: .seconds(5)) }
        resolver.stop()
        program.loops.stop()
    }
}
