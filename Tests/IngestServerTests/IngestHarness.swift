import Calls
import DeliverySQL
import IngestCore
import IngestServer
import Messages
import Model
import Reactor
import ServiceRuntime
import Storage
import StorageSQLite
import Synchronization
import TestSupport
import Timekeeping
import Transport
import WireConnection
import WireFormat

/// Ingest's routes behind socket pairs on one loop whose clock the test moves; the test plays the peers.
// Safe: touched on the loop but for what never changes.
final class IngestHarness: @unchecked Sendable {
    static let tenant = TenantID(42)
    let time = ManualTimeSource()
    let loop: EventLoop
    let folder: TemporaryDirectory
    let store: HeldStore
    private(set) var engine: LocationEngine!
    private(set) var zones: ZoneService!
    /// By address; an address without a server refuses connections.
    private var servers: [String: CallServer] = [:]
    /// Server sides of connections, by address.
    private var channels: [String: [ByteChannel]] = [:]

    init(trailCountMax: Int = TrailWriter.waitingCountMax) async throws {
        loop = try EventLoop(name: "ingest", timeSource: time)
        loop.start()
        folder = try TemporaryDirectory()
        let sqlite = try SQLiteStore(SQLiteOptions(path: folder.path(of: "ingest.db")))
        store = HeldStore(sqlite)
        _ = try await Migrator.run(
            [IngestMigrations.all, DeliverySchema.migrations],
            on: store,
            at: time.wallTime
        )
        await loop.submit { [self] in
            engine = LocationEngine(
                loop: loop,
                store: store,
                interval: FixInterval(freeMilliseconds: 2000),
                businessNow: { [time] in time.wallTime },
                trailCountMax: trailCountMax
            )
            engine.start()
            zones = ZoneService(
                loop: loop,
                store: store,
                businessNow: { [time] in time.wallTime }
            )
        }
    }

    func stop() async {
        store.release()
        await store.close()
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

    /// Moves the clock, and lets the loop see it.
    func advance(by duration: Duration) async {
        time.advance(by: duration)
        await turn()
    }

    /// Lets what is ready happen; on the loop or off it.
    ///
    /// A timer that is due at once fires in the next turn, so the turns pass without a change of threads.
    func turn() async {
        let loop = loop
        await loop.spawn {
            for _ in 0..<16 { _ = await loop.sleep(for: .zero) }
        }.value
    }

    /// Lets the loop turn until `condition` holds there; the suite's time limit ends a wait in vain.
    func until(_ condition: @escaping @Sendable () -> Bool) async {
        let loop = loop
        await loop.spawn {
            while !condition() { _ = await loop.sleep(for: .zero) }
        }.value
    }

    // MARK: - Servers

    /// Serves at `address`. On the loop.
    @discardableResult
    func serve(at address: String, _ routes: CallRoutes) -> CallServer {
        let server = CallServer(
            loop: loop,
            configuration: CallServerConfiguration(connection: Self.connection),
            routes: routes,
            authenticator: TestAuthenticator(time: time),
            callers: TestCallerVerifier(),
            generator: SeededGenerator(seed: 1)
        )
        servers[address] = server
        return server
    }

    /// The edge routes at "edge", with a relay to "dispatch" whose caller tokens are signed with a key of the test's.
    /// On the loop.
    func serveEdge(relay: DispatchRelay? = nil) throws {
        let relay = try relay ?? makeRelay()
        let routes = IngestCallRoutes(engine: engine, relay: relay, zones: zones)
        serve(at: "edge", routes.edge())
    }

    func makeRelay() throws -> DispatchRelay {
        let path = folder.path(of: "signing.pem")
        try TestKeys.write(to: path)
        let signer = TokenSigner(try TestKeys.set(at: path))
        return DispatchRelay(
            client: client(of: "dispatch", as: "ingest"),
            callers: DriverCallers(signer),
            generator: FixedGenerator()
        )
    }

    /// Takes the server at `address` away without a word.
    func cut(_ address: String) {
        servers[address] = nil
        for channel in channels.removeValue(forKey: address) ?? [] { channel.abort() }
    }

    /// A started client that shows `token`, which names the peer to `TestAuthenticator`. On the loop.
    func client(of address: String, as token: String) -> CallClient {
        let client = CallClient(
            loop: loop,
            name: address,
            addresses: [address],
            configuration: Self.connection,
            opener: self,
            token: Array(token.utf8),
            generator: FixedGenerator()
        )
        client.start()
        return client
    }

    static var connection: ConnectionConfiguration {
        ConnectionConfiguration(profile: .betweenServices, agent: "test", environment: 3)
    }

    // MARK: - Shifts and phones

    /// What dispatch says of a driver's shift.
    static func event(
        _ driver: UInt64,
        shift: UInt64? = nil,
        reference: UInt64? = nil,
        isOpen: Bool = true
    ) -> ShiftEvent {
        .with {
            $0.driverReference = DriverReference(reference ?? driver)
            $0.tenant = tenant
            $0.driver = DriverID(bits: UInt128(driver))
            $0.vehicle = VehicleID(bits: UInt128(driver) + 1000)
            $0.shift = ShiftID(bits: UInt128(shift ?? driver + 2000))
            $0.kind = WireEnum(.shift)
            $0.state = WireEnum(isOpen ? .open : .closed)
        }
    }

    /// A phone with an open stream; its first acknowledgement is read. On the loop.
    func phone(_ driver: UInt64) async throws -> Phone {
        let client = client(of: "edge", as: "driver \(driver)")
        let stream = try await client.open(
            IngestMethods.streamLocations.descriptor,
            [],
            isEnd: false
        )
        let phone = Phone(client: client, stream: stream)
        _ = try await phone.acknowledgement()
        return phone
    }

    /// Milliseconds since the epoch now.
    var now: Int64 { time.wallTime.microseconds / 1000 }

    /// Fixes by verdict. On the loop.
    func count(_ verdict: FixVerdict) -> UInt64 {
        engine.verdictCounts[Int(verdict.rawValue)]
    }
}

extension IngestHarness: ChannelOpening {
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
        serverChannel.start()
        channels[address, default: []].append(serverChannel)
        let clientChannel = ByteChannel(loop: loop, descriptor: near)
        completion(.success(clientChannel))
        clientChannel.start()
    }
}

/// A driver's phone with its stream of fixes.
struct Phone: Sendable {
    let client: CallClient
    let stream: ClientStream

    /// Sends a batch.
    func send(_ records: [LocationRecord], base: Int64) async throws {
        try await stream.send(try Batches.encode(records, base: base))
    }

    /// The next acknowledgement.
    func acknowledgement() async throws -> LocationAck? {
        try await stream.next().map { try LocationAck(decoding: $0) }
    }

    /// Ends the stream and returns the last acknowledgement.
    func finish() async throws -> LocationAck? {
        try await stream.send([], isEnd: true)
        var last: LocationAck?
        while let ack = try await acknowledgement() { last = ack }
        return last
    }
}

/// Batches of fixes as phones write them.
enum Batches {
    /// A record in San Francisco.
    static func record(
        _ sequence: UInt32,
        offset: Int32 = 0,
        latitude: Int32 = 377_749_000,
        status: DriverStatusCode = .free,
        reference: UInt64 = 0
    ) -> LocationRecord {
        LocationRecord(
            driverReference: reference,
            sequence: sequence,
            offsetMilliseconds: offset,
            latitudeE7: latitude,
            longitudeE7: -1_224_194_000,
            status: status.rawValue
        )
    }

    /// The bytes of a batch.
    static func encode(_ records: [LocationRecord], base: Int64) throws -> [UInt8] {
        var buffer = OutputBuffer()
        var writer = try LocationBatchWriter(to: &buffer, baseTimeMilliseconds: base)
        for record in records { try writer.append(record, to: &buffer) }
        writer.finish(&buffer)
        return buffer.array()
    }

    /// The records of a batch.
    static func decode(_ message: [UInt8]) throws -> [LocationRecord] {
        let span = message.span.bytes
        let batch = try LocationBatch(decoding: span)
        var records: [LocationRecord] = []
        for index in 0..<batch.count { records.append(try batch.record(at: index, in: span)) }
        return records
    }
}

/// A store whose writes a test can hold back before they begin.
final class HeldStore: TransactionalStore {
    private struct State {
        var isHeld = false
        var failure: StorageError?
        var waiting: [CheckedContinuation<Void, Never>] = []
        var heldCount = 0
    }

    private let store: SQLiteStore
    private let state = Mutex(State())

    init(_ store: SQLiteStore) {
        self.store = store
    }

    /// From now on writes wait.
    func hold() { state.withLock { $0.isHeld = true } }

    /// From now on writes fail with `error`, or no longer.
    func fail(with error: StorageError?) { state.withLock { $0.failure = error } }

    /// Lets all writes go on.
    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Writes that have waited or wait.
    var heldCount: Int { state.withLock { $0.heldCount } }

    func close() async { await store.close() }

    @discardableResult
    func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.isHeld else { return true }
                state.waiting.append(continuation)
                state.heldCount += 1
                return false
            }
            if isFree { continuation.resume() }
        }
        return try await store.write(body)
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        try await store.read(body)
    }
}

/// Takes the token for the caller: "dispatch", or "driver 7" for driver 7 of fleet 42, "driver 7 60" for one whose
/// token ends in 60 seconds.
struct TestAuthenticator: PeerAuthenticator {
    let time: any TimeSource

    func authenticate(
        certificateNames: [String],
        token: [UInt8]
    ) throws(CallError) -> AuthenticatedPeer {
        let words = String(decoding: token, as: UTF8.self).split(separator: " ")
        guard let caller = words.first.flatMap({ MethodCaller(rawValue: String($0)) }) else {
            throw CallError(.unauthenticated, "unknown")
        }
        guard caller == .driver, words.count > 1, let driver = UInt64(words[1]) else {
            return AuthenticatedPeer(identity: .service(caller))
        }
        let seconds = words.count > 2 ? Int64(words[2]) : nil
        return AuthenticatedPeer(
            identity: .driver(
                tenant: IngestHarness.tenant,
                driver: DriverID(bits: UInt128(driver))
            ),
            tokenExpiresAt: seconds.map { time.wallTime.advanced(by: .seconds($0)) }
        )
    }
}

/// Takes the payload of a signed token as it is; signatures have tests of their own.
struct TestCallerVerifier: CallerVerifier {
    func verify(
        _ token: [UInt8],
        for service: RegistryService,
        now: WallTime
    ) throws(CallError) -> CallerToken {
        do {
            return try CallerToken(decoding: Array(token.dropFirst(9).dropLast(64)))
        } catch {
            throw CallError(.unauthenticated, "\(error)")
        }
    }
}

/// No jitter: waits of zero.
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
