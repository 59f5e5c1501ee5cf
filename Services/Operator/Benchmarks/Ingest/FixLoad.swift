internal import Calls
internal import Crypto
internal import Messages
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Timekeeping
internal import Transport
internal import WireConnection
internal import WireFormat

/// Phones that send fixes as fast as they are taken, and the dispatch behind ingest that reads them.
// Safe: touched on its loop alone.
final class FixLoad: @unchecked Sendable {
    /// What to send.
    struct Plan: Sendable {
        let phoneCount: Int
        let perFrame: Int
        let frameCount: Int
        /// The time from one round of all phones to the next: long enough for the server to be done with a round, so
        /// that it reads each frame by itself, as from a thousand phones, and not several in one go.
        let roundTime: Duration
    }

    static let tenant = TenantID(42)
    let loop: EventLoop
    let plan: Plan
    private let signer: TokenSigner
    private var phones: [FixPhone] = []
    private var listener: LinkListener?
    private var client: CallClient?
    private var reading: Task<Void, Never>?
    /// The last number that dispatch has of each phone, by reference.
    private var heard: [UInt32]
    private(set) var endedCount = 0
    private var failure: String?
    private let done: LoopPromise<Void>

    init(loop: EventLoop, signer: TokenSigner, plan: Plan) {
        self.loop = loop
        self.signer = signer
        self.plan = plan
        heard = Array(repeating: 0, count: plan.phoneCount + 1)
        done = LoopPromise(loop: loop)
    }

    static func connection(_ profile: ConnectionProfile) -> ConnectionConfiguration {
        ConnectionConfiguration(
            profile: profile,
            agent: "bench",
            environment: Deployment.demo.environmentNumber
        )
    }

    // MARK: - Dispatch

    /// Serves the stream of shifts in which all phones are on duty.
    func serveDispatch(at address: SocketAddress) throws(SocketError) {
        var routes = CallRoutes()
        let count = plan.phoneCount
        routes.serverStream(DispatchMethods.watchShifts) {
            (stream, _) async throws(CallError) in
            for raw in 1...UInt64(count) {
                let event = ShiftEvent.with {
                    $0.driverReference = DriverReference(raw)
                    $0.tenant = Self.tenant
                    $0.driver = DriverID(bits: UInt128(raw))
                    $0.vehicle = VehicleID(bits: UInt128(raw))
                    $0.shift = ShiftID(bits: UInt128(raw))
                    $0.kind = WireEnum(.shift)
                    $0.state = WireEnum(.open)
                }
                if let body = try? event.encoded() { try await stream.send(body) }
            }
            let mark = ShiftEvent.with { $0.kind = WireEnum(.snapshotComplete) }
            if let body = try? mark.encoded() { try await stream.send(body) }
            while stream.isOpen { await stream.waitUntilWritable() }
        }
        let security = LinkSecurity.plain(own: .dispatch)
        listener = try LinkListener(
            server: CallServer(
                loop: loop,
                configuration: CallServerConfiguration(
                    connection: Self.connection(.betweenServices)
                ),
                routes: routes,
                authenticator: ServiceAuthenticator(security),
                callers: NoCallers(),
                generator: SystemRandomNumberGenerator()
            ),
            address: address,
            security: security.listening
        )
    }

    private func read(_ stream: ClientStream) async throws(CallError) {
        while let message = try await stream.next() {
            let bytes = message.span.bytes
            guard let batch = try? LocationBatch(decoding: bytes) else { continue }
            for index in 0..<batch.count {
                guard let record = try? batch.record(at: index, in: bytes),
                    record.driverReference < heard.count
                else { continue }
                heard[Int(record.driverReference)] = record.sequence
            }
            checkIsDone()
        }
    }

    // MARK: - Phones

    /// Connects dispatch's stream and all phones; returns when each phone's stream is open.
    ///
    /// - Parameter phoneSecurity: Of the phones; dispatch's stream is plain.
    func connect(
        drivers: SocketAddress,
        _ phoneSecurity: ChannelSecurity,
        services: SocketAddress
    ) async throws {
        let resolver = try NameResolver()
        defer { resolver.stop() }
        let security = LinkSecurity.plain(own: .dispatch)
        let client = CallClient(
            loop: loop,
            name: "ingest",
            addresses: ["\(services)"],
            configuration: Self.connection(.betweenServices),
            opener: LinkOpener(resolver: resolver, security: security.connecting(to: "ingest")),
            token: security.helloToken,
            generator: SystemRandomNumberGenerator()
        )
        client.start()
        self.client = client
        let stream = try await client.open(
            IngestMethods.subscribeFixes.descriptor,
            SubscribeFixesRequest.with { $0.withSnapshot = true }.encoded(),
            isEnd: true,
            CallOptions(connectionWait: .seconds(10))
        )
        reading = loop.spawn { [self] in
            do throws(CallError) {
                try await read(stream)
            } catch {
                fail("dispatch's stream ended: \(error.message)")
            }
        }
        for number in 1...UInt64(plan.phoneCount) {
            let phone = FixPhone(load: self, number: number, token: try token(of: number))
            phones.append(phone)
            guard await phone.connect(to: drivers, security: phoneSecurity) else {
                throw BenchmarkError("phone \(number) is not let in")
            }
        }
    }

    private func token(of number: UInt64) throws(CryptoError) -> [UInt8] {
        let now = loop.timeSource.wallTime
        return try signer.sign(
            DriverToken.with {
                $0.tenant = Self.tenant
                $0.driver = DriverID(bits: UInt128(number))
                $0.scopes = TokenScopes.drive.rawValue
                $0.audience = RegistryService.ingest.rawValue
                $0.issuedAt = now
                $0.expiresAt = now.advanced(by: .seconds(3600))
                $0.nonce = number
            }
        )
    }

    /// Sends all fixes; returns when ingest has settled them and dispatch has the last of each phone.
    func run() async throws {
        var due = loop.timeSource.now
        for frame in 0..<plan.frameCount {
            for phone in phones { await phone.send(isLast: frame == plan.frameCount - 1) }
            // What comes back, credit and positions, is read meanwhile.
            due = due.advanced(by: plan.roundTime)
            _ = await loop.sleep(until: due)
        }
        await done.value()
        if let failure { throw BenchmarkError(failure) }
    }

    func ended(settled: UInt32, refused: UInt32) {
        endedCount += 1
        let wanted = UInt32(plan.frameCount * plan.perFrame)
        if settled != wanted || refused > 0 {
            fail(
                "a phone sent \(wanted) fixes, of which \(settled) are settled, \(refused) refused"
            )
        }
        checkIsDone()
    }

    func fail(_ reason: String) {
        failure = failure ?? reason
        done.complete(())
    }

    private func checkIsDone() {
        guard endedCount == plan.phoneCount else { return }
        let wanted = UInt32(plan.frameCount * plan.perFrame)
        if heard.dropFirst().allSatisfy({ $0 == wanted }) { done.complete(()) }
    }

    /// Ends everything.
    func close() async {
        for phone in phones { phone.close() }
        reading?.cancel()
        await reading?.value
        await client?.close()
        await listener?.drain()
    }
}
