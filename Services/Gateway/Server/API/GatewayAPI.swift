internal import Calls
internal import Crypto
internal import GatewayCore
package import HTTP
internal import Messages
internal import Model
internal import Reactor
package import ServiceRuntime
package import Storage
package import Telemetry
package import Timekeeping
internal import WireFormat

/// The HTTP API: what every request goes through, and what its handlers share.
package final class GatewayAPI: Sendable {
    /// The parts around it.
    package struct Parts: Sendable {
        /// The checked settings.
        package var configuration: GatewayConfiguration
        /// The gateway's own store.
        package var store: any TransactionalStore
        /// What the rules take for now.
        package var businessTime: BusinessTimeKeeper
        /// The clocks of everything else.
        package var time: any TimeSource
        /// The API keys.
        package var credentials: CredentialBook
        /// Signs the places at which lists go on.
        package var hashKey: HashKey
        /// Makes the tokens that calls are made with.
        package var mint: CallerTokenMint
        /// Signs drivers' tokens.
        package var tokenSigner: TokenSigner
        /// The other services.
        package var peers: PeerClients
        /// Bookings in memory.
        package var cache: BookingCache
        /// Those who watch a booking.
        package var hub: TrackHub
        /// The feeds that keep the cache and the hub current.
        package var feeds: TenantFeeds
        /// Sets tenants up.
        package var provisioner: TenantProvisioner
        /// How the gateway is, and its business clock.
        package var control: ControlService
        /// Says that a commit has added to the outbox.
        package var wakeOutbox: @Sendable () -> Void
        /// Where lines go.
        package var logger: Logger
        /// Where new identifiers come from.
        package var random: GatewayRandom

        /// All of them.
        package init(
            configuration: GatewayConfiguration,
            store: any TransactionalStore,
            businessTime: BusinessTimeKeeper,
            time: any TimeSource,
            credentials: CredentialBook,
            hashKey: HashKey,
            mint: CallerTokenMint,
            tokenSigner: TokenSigner,
            peers: PeerClients,
            cache: BookingCache,
            hub: TrackHub,
            feeds: TenantFeeds,
            provisioner: TenantProvisioner,
            control: ControlService,
            wakeOutbox: @escaping @Sendable () -> Void,
            logger: Logger,
            random: GatewayRandom = .secure
        ) {
            self.configuration = configuration
            self.store = store
            self.businessTime = businessTime
            self.time = time
            self.credentials = credentials
            self.hashKey = hashKey
            self.mint = mint
            self.tokenSigner = tokenSigner
            self.peers = peers
            self.cache = cache
            self.hub = hub
            self.feeds = feeds
            self.provisioner = provisioner
            self.control = control
            self.wakeOutbox = wakeOutbox
            self.logger = logger
            self.random = random
        }
    }

    let parts: Parts
    let pages = DescriptionPages()
    let endedClaims = EndedClaims()
    private let limiter = RateLimiter()
    private let traces = RequestTraces()
    private let isSecure: Bool

    /// An API over `parts`.
    package init(_ parts: Parts) {
        self.parts = parts
        isSecure = parts.configuration.httpTLS != nil
    }

    var store: any TransactionalStore { parts.store }
    var peers: PeerClients { parts.peers }
    /// The time that the rules of business see.
    var now: WallTime { parts.businessTime.now }
    /// Real time.
    var realNow: WallTime { parts.time.wallTime }

    /// The router of all routes.
    package func router() -> Router<HTTPHandler> {
        var router = Router<HTTPHandler>()
        for route in routes() {
            router.adaptive(route.method, route.template) { (request, context) throws(Problem) in
                try self.handle(route, request, context)
            }
        }
        return router
    }

    /// Completes problems that no route made.
    package var completeProblem: @Sendable (inout Problem) -> Void {
        { [traces, isSecure] problem in
            problem.complete()
            problem.requestID = traces.context(nil).traceIDText
            problem.fields += Self.fields(problem.requestID ?? "", isSecure: isSecure)
        }
    }

    // MARK: - The way of every request

    private func handle(
        _ route: APIRoute,
        _ request: HTTPRequest,
        _ context: HTTPContext
    ) throws(Problem) -> HTTPOutcome {
        let trace = traces.context(request.value(of: .traceParent))
        let requestID = Self.requestID(request) ?? trace.traceIDText
        var fields = Self.fields(requestID, isSecure: isSecure)
        do throws(Problem) {
            let credential = try authenticate(route, request)
            if let credential {
                let verdict = limiter.draw(credential, now: context.loop.now)
                credential.appendRate(verdict, to: &fields)
                if case .refused(let wait) = verdict {
                    throw Problem(
                        .rateLimited,
                        "The key sends more requests than it may.",
                        retryAfterSeconds: max(1, (wait.wholeMilliseconds + 999) / 1000)
                    )
                }
            }
            try checkMedia(route, request)
            let call = APICall(
                request: request,
                loop: context.loop,
                captures: context.captures,
                credential: credential,
                trace: trace,
                requestID: requestID
            )
            switch try route.handler(call) {
            case .answer(let response): return .answer(Self.finish(response, consume fields))
            case .later(let work):
                return .later { [fields] () async throws(Problem) in
                    do throws(Problem) {
                        return Self.finish(try await work(), fields)
                    } catch {
                        throw Self.finish(error, requestID, fields)
                    }
                }
            }
        } catch {
            throw Self.finish(error, requestID, fields)
        }
    }

    private func authenticate(
        _ route: APIRoute,
        _ request: HTTPRequest
    ) throws(Problem) -> Credential? {
        guard case .key(let scopes) = route.access else { return nil }
        guard let header = request.bytes(of: .authorization), Self.isBearer(header.prefix(7)),
            let credential = parts.credentials.credential(header.dropFirst(7), at: realNow)
        else {
            var problem = Problem(
                .unauthorized,
                "Send a valid key: `Authorization: Bearer nx_...`."
            )
            problem.fields.append(ResponseField(.wwwAuthenticate, "Bearer realm=\"nexors\""))
            throw problem
        }
        guard !credential.scopes.isDisjoint(with: scopes) else {
            let words = ScopeWord.texts(of: scopes)
            throw Problem(
                .forbidden,
                "This needs a key with the scope \(words.joined(separator: " or "))."
            )
        }
        return credential
    }

    /// Whether a header begins with the scheme, which is of any case (RFC 9110 section 11.1).
    private static func isBearer(_ scheme: ArraySlice<UInt8>) -> Bool {
        // 0x20 makes an ASCII letter small, and leaves the blank as it is.
        scheme.lazy.map { $0 | 0x20 }.elementsEqual("bearer ".utf8) && scheme.last == 0x20
    }

    private func checkMedia(_ route: APIRoute, _ request: HTTPRequest) throws(Problem) {
        guard route.operation.requestSchema != nil, !request.body.isEmpty else { return }
        let type = request.value(of: .contentType)?.lowercased() ?? ""
        let essence = type.prefix { $0 != ";" && $0 != " " }
        guard essence == "application/json" else {
            throw Problem(.unsupportedMediaType, "Send the body as application/json.")
        }
    }

    /// The client's own name for the request, where it is of a safe alphabet.
    private static func requestID(_ request: HTTPRequest) -> String? {
        guard let bytes = request.bytes(of: .requestID), (1...128).contains(bytes.count),
            bytes.allSatisfy(isSafe)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isSafe(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static let noSniff = ResponseField(HeaderName("X-Content-Type-Options"), "nosniff")
    /// A year: once a client has seen us under TLS it never asks in the clear.
    private static let strictTransport = ResponseField(
        HeaderName("Strict-Transport-Security"),
        "max-age=31536000"
    )
    private static let noStore = ResponseField(.cacheControl, "no-store")

    private static func fields(_ requestID: String, isSecure: Bool) -> [ResponseField] {
        var fields: [ResponseField] = []
        // Room for those of the key's rate, of the route and of the cache: the list grows once.
        fields.reserveCapacity(8)
        fields.append(ResponseField(.requestID, requestID))
        fields.append(noSniff)
        if isSecure { fields.append(strictTransport) }
        return fields
    }

    private static func finish(
        _ response: HTTPResponse,
        _ fields: consuming [ResponseField]
    ) -> HTTPResponse {
        var response = response
        fields.append(contentsOf: response.fields)
        response.fields = fields
        // An event stream says so itself.
        if case .events = response.body { return response }
        if !response.fields.contains(where: { $0.name == .cacheControl }) {
            response.fields.append(noStore)
        }
        return response
    }

    private static func finish(
        _ problem: Problem,
        _ requestID: String,
        _ fields: [ResponseField]
    ) -> Problem {
        var problem = problem
        // A module below threw it, which does not know our kinds.
        if problem.code == nil { problem.complete() }
        if problem.requestID == nil { problem.requestID = requestID }
        problem.fields += fields
        return problem
    }

    // MARK: - What handlers share

    /// Options for a call on behalf of `call`'s partner.
    func options(
        _ call: APICall,
        for service: RegistryService,
        key: IdempotencyKey = .none
    ) throws(Problem) -> CallOptions {
        let credential = try call.caller()
        let token: [UInt8]
        do {
            token = try parts.mint.token(credential, for: service, now: realNow)
        } catch {
            throw mistake("a caller token cannot be signed: \(error.message)", about: call)
        }
        var options = CallOptions(tenant: credential.tenant, key: key, callerToken: token)
        options.join(call.trace)
        return options
    }

    /// Options for a call on the operator's behalf, about `tenant` where it is about one.
    func operatorOptions(
        _ call: APICall,
        of tenant: TenantID = TenantID(0),
        key: IdempotencyKey = .none,
        connectionWait: Duration? = nil
    ) -> CallOptions {
        var options = CallOptions(tenant: tenant, key: key)
        if let connectionWait { options.connectionWait = connectionWait }
        options.join(call.trace)
        return options
    }

    /// Reads from the store, failures as problems.
    func read<Output: Sendable>(
        for call: APICall,
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(Problem) -> Output {
        do throws(StorageError) {
            return try await store.read(body)
        } catch {
            throw failure(error, about: call)
        }
    }

    /// Writes to the store, failures as problems.
    @discardableResult
    func write<Output: Sendable>(
        for call: APICall,
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(Problem) -> Output {
        do throws(StorageError) {
            return try await store.write(body)
        } catch {
            throw failure(error, about: call)
        }
    }

    /// Calls a peer, failures as problems.
    func ask<Request: WireMessage, Response: WireMessage>(
        _ method: Method<Request, Response>,
        of service: ServiceName,
        _ request: Request,
        _ options: CallOptions,
        for call: APICall
    ) async throws(Problem) -> Response {
        do throws(CallError) {
            return try await peers.call(method, of: service, request, options)
        } catch {
            throw failure(error, of: service, about: call)
        }
    }

    /// A new identifier, made now.
    func newID<Kind>(_ kind: EntityID<Kind>.Type = EntityID<Kind>.self) -> EntityID<Kind> {
        parts.random.id(at: realNow)
    }
}
