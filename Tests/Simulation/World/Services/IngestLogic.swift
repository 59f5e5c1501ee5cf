internal import Calls
internal import DeliverySQL
internal import IngestCore
internal import IngestServer
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import Timekeeping

/// Ingest: its real engine of locations, trail, zones, relay of drivers' calls and offers, and follower of shifts.
// Safe: everything of a run happens on one thread.
final class IngestLogic: ServiceLogic, @unchecked Sendable {
    private unowned let process: ServiceProcess
    private let life: Life
    private let business: BusinessTimeKeeper
    private let engine: LocationEngine
    private let zones: ZoneService
    private let relay: DispatchRelay
    private let follower: ShiftFollower
    /// What of `refusedFixCount` the run knows.
    private var notedRefusedCount: UInt64 = 0

    init(_ process: ServiceProcess, _ life: Life) {
        self.process = process
        self.life = life
        let business = BusinessTimeKeeper(time: process.clock)
        self.business = business
        let dispatch = life.client(of: .dispatch)
        engine = LocationEngine(
            loop: life.loop,
            store: life.store,
            interval: FixInterval(freeMilliseconds: 2000),
            businessNow: { business.now }
        )
        relay = DispatchRelay(
            client: dispatch,
            callers: DriverCallers(TokenSigner(Life.keys)),
            generator: life.generator()
        )
        zones = ZoneService(
            loop: life.loop,
            store: life.store,
            businessNow: { business.now },
            checking: life.loop
        )
        follower = ShiftFollower(client: dispatch, engine: engine, generator: life.generator())
    }

    func start() async throws {
        try await business.take(process.world.businessClock, in: life.store)
        try await zones.start()
        await follower.start()
        engine.start()
        watch()
        let routes = IngestCallRoutes(engine: engine, relay: relay, zones: zones)
        let phones = life.server(of: routes.edge())
        let services = life.server(of: routes.inside())
        life.listen { peer in
            if case .driver = peer { phones } else { services }
        }
        life.atEnd { [self] in end() }
    }

    private func watch() {
        engine.onStored = { [process] _ in _ = process.strikes(at: .trailStored) }
        engine.onRound = { [weak self] in self?.noteRefused() }
        zones.onStored = { [process] in _ = process.strikes(at: .zonesStored) }
        follower.onChange = { [process] isFollowing in
            process.world.note("ingest \(isFollowing ? "knows" : "does not follow") the shifts")
        }
    }

    /// Tells the run how many fixes were refused for what they say: those are settled and kept nowhere.
    private func noteRefused() {
        let faults: [FixVerdict] = [.zeroIsland, .outOfRange, .future, .tooOld]
        let count = faults.reduce(0) { $0 + engine.verdictCounts[Int($1.rawValue)] }
        process.world.refusedFixCount += Int(count - notedRefusedCount)
        notedRefusedCount = count
    }

    private func end() {
        noteRefused()
        engine.onStored = nil
        engine.onRound = nil
        zones.onStored = nil
        follower.onChange = nil
        engine.trail.abandon()
        relay.close()
        life.loop.spawn { [follower] in await follower.stop(within: .zero) }
    }
}
