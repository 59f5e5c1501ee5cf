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
    package static let migrations = [
        DeliverySchema.migrations, BusinessTimeTable.migrations, IngestMigrations.all,
    ]
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
        let credentials = try LinkCredentials(program.configuration)
        guard let keys = credentials.keys else {
            throw ConfigurationError([
                .init("NEXORS_TOKEN_KEYS", "is required: drivers are let in by their tokens")
            ])
        }
        let failpoint = try IngestFailpoint.failpoint(program)
        let business = BusinessTimeKeeper(time: program.time)
        let (peers, dispatch) = try Self.peers(program, credentials.security)
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
        zones.onStored = { failpoint.pass(IngestFailpoint.zonesStored) }
        let watch = IngestWatch(program, engine, relay, follower, failpoint)
        let routes = IngestCallRoutes(engine: engine, relay: relay, zones: zones)
        let control = ControlService(
            configuration: program.configuration,
            health: program.health,
            businessTime: business,
            store: store,
            time: program.time,
            figures: { watch.figures(peers) }
        )
        port = CallPort(
            program,
            security: credentials.security,
            routes: routes.inside(control: control),
            callers: credentials.callers
        )
        driverPort = try DriverPort(
            program,
            configuration,
            routes: routes.edge(),
            keys: keys,
            engine: engine,
            relay: relay
        )
        parts = [
            BusinessTimePart(business, store: store),
            zones, peers, follower,
            LinkRefresh.part(credentials.security, keys, logger: program.logger),
            InboxRetention.part(store, time: program.time) { Self.note($0, program.logger) },
            TrailRetention.part(store, keep: configuration.trailRetention, now: { business.now }) {
                Self.note($0, program.logger)
            },
            port, driverPort,
        ]
    }

    private static func peers(
        _ program: ServiceProgram,
        _ security: LinkSecurity
    ) throws -> (ServicePeers, CallClient) {
        let peers = try ServicePeers(
            [.dispatch],
            program,
            security: security,
            callCountMax: Self.dispatchCallCountMax
        )
        guard let dispatch = peers.clients[.dispatch] else {
            preconditionFailure("a client was made for each name")
        }
        return (peers, dispatch)
    }

    private static func note(_ error: StorageError, _ logger: Logger) {
        logger.warning("old rows could not be removed", [RuntimeLog.reason(error.message)])
    }
}

/// The places at which a test can kill the program (`NEXORS_FAILPOINT`).
package enum IngestFailpoint {
    /// Zones are stored; the gateway was not answered.
    package static let zonesStored = "ingest.after_zones_stored"
    /// A part of the trail is stored; phones were not told.
    package static let trailStored = "ingest.after_trail_stored"
    /// All of them.
    package static let all = [zonesStored, trailStored]

    static func failpoint(_ program: ServiceProgram) throws(ConfigurationError) -> Failpoint {
        try Failpoint(program.values, program.configuration.deployment, places: all)
    }
}
