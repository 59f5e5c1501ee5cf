import Calls
import DeliverySQL
import IngestCore
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
import WireFormat

/// Ingest's routes behind socket pairs on one loop whose clock the test moves; the test plays the peers.
// Safe: touched on the loop but for what never changes.
final class IngestRig: CallRig, @unchecked Sendable {
    static let tenant = NamingAuthenticator.tenant
    let folder: TemporaryDirectory
    let store: HeldStore
    private(set) var engine: LocationEngine!
    private(set) var zones: ZoneService!
    /// Engines of processes that are gone; what they still have on the loop needs them.
    private var former: [LocationEngine] = []
    private let trailCountMax: Int

    init(trailCountMax: Int = TrailWriter.waitingCountMax) async throws {
        self.trailCountMax = trailCountMax
        folder = try TemporaryDirectory()
        let sqlite = try SQLiteStore(SQLiteOptions(path: folder.path(of: "ingest.db")))
        store = HeldStore(sqlite)
        try super.init(callers: UnsignedCallers())
        _ = try await Migrator.run(
            [IngestMigrations.all, DeliverySchema.migrations],
            on: store,
            at: time.wallTime
        )
        await loop.submit { [self] in
            engine = makeEngine()
            engine.start()
            zones = ZoneService(
                loop: loop,
                store: store,
                businessNow: { [time] in time.wallTime }
            )
        }
    }

    private func makeEngine() -> LocationEngine {
        LocationEngine(
            loop: loop,
            store: store,
            interval: FixInterval(freeMilliseconds: 2000),
            businessNow: { [time] in time.wallTime },
            trailCountMax: trailCountMax
        )
    }

    /// The process dies and another one starts on its store: connections break, and nothing is known. On the loop.
    func restart() throws {
        cut("edge")
        engine.trail.abandon()
        former.append(engine)
        engine = makeEngine()
        engine.start()
        try serveEdge()
    }

    /// Closes the store and stops the loop.
    func close() async {
        store.release()
        await store.close()
        stop()
    }

    // MARK: - Servers

    /// The edge routes at "edge". On the loop.
    ///
    /// Without a `relay` its own one finds a dispatch that serves nothing: a client that finds nobody, and waits
    /// without jitter, would do nothing but connect.
    func serveEdge(relay: DispatchRelay? = nil) throws {
        if relay == nil { serve(at: "dispatch") { _ in } }
        let relay = try relay ?? makeRelay()
        let routes = IngestCallRoutes(engine: engine, relay: relay, zones: zones)
        serve(at: "edge") { $0 = routes.edge() }
    }

    /// A relay to "dispatch" whose caller tokens are signed with a key of the test's. On the loop.
    func makeRelay() throws -> DispatchRelay {
        let path = folder.path(of: "signing.pem")
        try TestKeys.write(to: path)
        let signer = TokenSigner(try TestKeys.set(at: path))
        return DispatchRelay(
            client: client(["dispatch"], as: "ingest"),
            callers: DriverCallers(signer),
            generator: FixedGenerator()
        )
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
        let client = client(["edge"], as: "driver \(driver)")
        let stream = try await client.open(
            IngestMethods.streamLocations.descriptor,
            [],
            isEnd: false
        )
        let phone = Phone(client: client, stream: stream)
        _ = try await phone.acknowledgement()
        return phone
    }

    /// A phone whose driver is on duty, as `phone`, with the edge served first. On the loop.
    func phoneOnDuty(_ driver: UInt64) async throws -> Phone {
        try serveEdge()
        engine.apply(Self.event(driver))
        return try await phone(driver)
    }

    /// Milliseconds since the epoch now.
    var now: Int64 { time.wallTime.microseconds / 1000 }

    /// Fixes by verdict. On the loop.
    func count(_ verdict: FixVerdict) -> UInt64 {
        engine.verdictCounts[Int(verdict.rawValue)]
    }
}

/// Takes the payload of a signed token as it is; signatures have tests of their own.
struct UnsignedCallers: CallerVerifier {
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
