internal import Calls
internal import Configuration
internal import Crypto
internal import DeliverySQL
internal import Messages
internal import Model
internal import Reactor
package import ServiceRuntime
package import Storage
internal import Telemetry
internal import Timekeeping

/// Ingest as a program: phones on one door, the other services on the other, positions and zones between.
package final class IngestServer: Sendable {
    /// All schemas that live in its store.
    package static let migrations = ServiceFrame.migrations + [IngestMigrations.all]
    /// Calls at once on a connection to dispatch: a stream of offers for each phone.
    static let dispatchCallCountMax: UInt32 = 65_536

    /// Where phones connect, once it has started.
    package let driverPort: DriverPort
    /// Where the other services connect, once it has started.
    package let port: CallPort
    /// Positions.
    package let engine: LocationEngine
    /// Its parts in the order of starting, the store before them.
    package let parts: [any ServiceComponent]

    /// Wires it; nothing starts.
    ///
    /// - Throws: Settings that contradict each other, unusable certificates or keys.
    package init(_ program: ServiceProgram, store: any TransactionalStore) throws {
        let configuration = try IngestConfiguration(program.configuration, program.values)
        let frame = try ServiceFrame(
            program,
            store: store,
            peers: [.dispatch],
            callCountMax: Self.dispatchCallCountMax
        )
        let keys = try frame.credentials.signingKeys(for: "ingest signs its drivers' calls")
        let failpoint = try Failpoint(program, places: IngestFailpoint.all)
        let business = frame.businessTime
        let dispatch = frame.client(of: .dispatch)
        let loop = program.loops.loops[0]
        engine = LocationEngine(
            loop: loop,
            store: store,
            interval: configuration.interval,
            businessNow: { business.now }
        )
        let relay = DispatchRelay(
            client: dispatch,
            callers: DriverCallers(TokenSigner(keys)),
            generator: SystemRandomNumberGenerator()
        )
        let zones = ZoneService(loop: loop, store: store, businessNow: { business.now })
        let follower = ShiftFollower(
            client: dispatch,
            engine: engine,
            generator: SystemRandomNumberGenerator()
        )
        relay.onAnswered = { failpoint.pass(IngestFailpoint.callAnswered) }
        zones.onStored = { failpoint.pass(IngestFailpoint.zonesStored) }
        let watch = IngestWatch(program, engine, relay, follower, failpoint)
        let routes = IngestCallRoutes(engine: engine, relay: relay, zones: zones)
        port = frame.port(
            routes.inside(),
            control: frame.control(connectionCount: { watch.streamCount })
        )
        driverPort = try DriverPort(
            program,
            configuration,
            routes: routes.edge(),
            keys: keys,
            engine: engine,
            relay: relay
        )
        let logger = program.logger
        let retention = TrailRetention.part(
            store,
            keep: configuration.trailRetention,
            now: { business.now }
        ) { error in
            logger.warning("old trails could not be removed", [RuntimeLog.reason(error.message)])
        }
        let refresh = LinkRefresh.part(edge: driverPort.edge, logger: logger)
        parts = frame.parts + [refresh, zones, follower, retention, port, driverPort]
    }
}

/// The places at which a test can kill the program (`NEXORS_FAILPOINT`).
package enum IngestFailpoint {
    /// Zones are stored; the gateway was not answered.
    package static let zonesStored = "ingest.after_zones_stored"
    /// A part of the trail is stored; phones were not told.
    package static let trailStored = "ingest.after_trail_stored"
    /// Dispatch has stored and answered what a driver did; the driver has not heard.
    package static let callAnswered = "ingest.after_call_answered"
    /// All of them.
    package static let all = [zonesStored, trailStored, callAnswered]
}
