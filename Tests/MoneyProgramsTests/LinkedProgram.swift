import Calls
import Configuration
import Crypto
import LinkSupport
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
    private let authority: TestAuthority
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
        authority = try TestAuthority(in: folder)
        let files = try authority.files(service.text)
        try SecretFile.write(SigningKey.generate().pem(), to: folder.path(of: "keys.pem"))
        signer = TokenSigner(try SigningKeySet(path: folder.path(of: "keys.pem")))
        resolver = try NameResolver()
        let common = [
            "NEXORS_ENVIRONMENT": "test", "NEXORS_LISTEN": "127.0.0.1:0",
            "NEXORS_DATABASE_URL": "sqlite:\(folder.path(of: "store.db"))",
            "NEXORS_EVENT_LOOPS": "2", "NEXORS_TOKEN_KEYS": folder.path(of: "keys.pem"),
        ].merging(files.settings) { $1 }
        program = try .test(
            service,
            common.merging(settings) { _, wanted in wanted },
            keys: keys,
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
        return try await client.loop.run { [options] in
            try await client.call(method, request, options)
        }
    }

    /// The error of a call that must fail.
    func refusal<Request: WireMessage & Sendable, Response: WireMessage & Sendable>(
        _ method: Method<Request, Response>,
        _ request: Request,
        as caller: MethodCaller,
        tenant: TenantID = tenant,
        token: [UInt8] = []
    ) async -> CallError? {
        await callError {
            _ = try await call(method, request, as: caller, tenant: tenant, token: token)
        }
    }

    private func client(_ caller: MethodCaller) async throws -> CallClient {
        if let client = clients[caller] { return client }
        let name = program.configuration.service.text
        let security = try authority.security(caller.rawValue)
        let loop = program.loops.loops[0]
        let client = try await loop.run { [self] in
            LinkEnds.client(
                on: loop,
                of: name,
                at: port.address,
                security,
                resolver: resolver,
                connection: program.configuration.connection
            )
        }
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
