internal import DeliverySQL
internal import Model
internal import Reactor
internal import SimulationKit
internal import Storage
internal import StorageSQLite
internal import Synchronization
internal import TestSupport
internal import Timekeeping

/// What runs inside a process: made anew at every start, so that nothing survives but the store.
protocol ServiceLogic: AnyObject, Sendable {
    /// Takes over what the store holds, and then lets calls arrive.
    ///
    /// - Throws: Where it cannot: the process dies and starts again.
    func start() async throws
}

/// One service's machine: its disk, its store, its clock, and the life and death of its process.
// Safe: everything of a run happens on one thread.
final class ServiceProcess: @unchecked Sendable {
    private static let openIDs = Atomic<UInt64>(0)
    /// How long the next group gathers.
    private static let groupWait = Duration.microseconds(300)
    /// How long after its acknowledgement a group is durable, under the mutation of that name.
    private static let lateCommitWait = Duration.milliseconds(200)
    /// The same for ingest, which acknowledges every two seconds.
    private static let lateTrailWait = Duration.seconds(4)
    private static let restartMilliseconds: ClosedRange<Int64> = 50...3000

    let service: ServiceName
    let endpoint: Endpoint
    unowned let world: World
    let network: Network
    let clock: NodeClock
    private let disk: SimulatedDisk
    private let files: SimulatedFileSystem
    private let migrations: [MigrationSet]
    private let makeLogic: (ServiceProcess, Life) -> any ServiceLogic
    private let options: SQLiteOptions
    private var engine: SQLiteEngine?
    private var store: SynchronousStore?
    /// The present life; nil while it is down.
    private(set) var life: Life?
    private(set) var logic: (any ServiceLogic)?
    /// Whether its start is through.
    private(set) var isUp = false
    private var incarnation = 0
    private var answers: [() -> Void] = []
    private var isFlushPlanned = false
    private var isRestartPlanned = false

    init(
        _ service: ServiceName,
        in world: World,
        network: Network,
        migrations: [MigrationSet],
        makeLogic: @escaping (ServiceProcess, Life) -> any ServiceLogic
    ) {
        self.service = service
        endpoint = Endpoint(service)
        self.world = world
        self.network = network
        self.migrations = migrations
        self.makeLogic = makeLogic
        clock = NodeClock(base: world.time)
        disk = SimulatedDisk(seed: world.random.seed(of: .disks, Int(service.rawValue)))
        disk.syncsAreDeferred =
            world.mutation == .acknowledgeBeforeCommit
            || world.mutation == .acknowledgeTrailFirst && service == .ingest
        // The file layer's name is the process's own, not the run's: runs may go on side by side.
        let number = Self.openIDs.wrappingAdd(1, ordering: .relaxed).newValue
        files = SimulatedFileSystem(name: "simulation-\(number)", disk: disk)
        var options = SQLiteOptions(path: "store.db")
        options.fileSystem = files.name
        options.isExclusive = true
        options.cacheKibibytes = 512
        options.durability = world.mutation == .skipSync ? .unsynced : .synced
        options.checkpointPageCount = world.random.draw(.services) {
            Int.random(in: 8...128, using: &$0)
        }
        self.options = options
    }

    deinit {
        engine?.close()
    }

    // MARK: Life

    /// Opens the store, brings its schema up, and lets the logic take over.
    func start() {
        guard logic == nil else { return }
        do throws(StorageError) {
            try open()
        } catch {
            world.note("\(service.text) cannot start: \(error.code) \(error.message)")
            // What the disk has lost or damaged is never damage to the file: that is what the log is for.
            if error.code == .corrupt || error.code == .invalid {
                world.violate("\(service.text) cannot open its store: \(error.message)")
            }
            die("start failed")
        }
    }

    private func open() throws(StorageError) {
        let engine = try SQLiteEngine.writer(options)
        self.engine = engine
        let store = SynchronousStore(engine: engine, time: clock)
        self.store = store
        let migrations = migrations
        let now = clock.wallTime
        try store.write { session throws(StorageError) in
            _ = try Migrator.run(migrations, in: session, at: now)
        }
        guard !strikes(at: .afterOpen) else { return }
        let life = Life(self)
        self.life = life
        let logic = makeLogic(self, life)
        self.logic = logic
        let born = incarnation
        life.loop.spawn { [self] in
            do {
                try await logic.start()
            } catch {
                if born == incarnation { crash("start: \(error)") }
            }
            guard born == incarnation else { return }
            isUp = true
            world.note("\(service.text) is up")
        }
    }

    /// The process is killed; its machine may lose the power with it. It starts again after a while.
    func crash(_ reason: String) {
        guard store != nil else { return }
        die(reason)
    }

    private func die(_ reason: String) {
        let (mode, wait) = world.random.draw(.services) { generator in
            (
                SimulatedDisk.CrashMode.allCases.randomElement(using: &generator) ?? .dropAll,
                generator.duration(Self.restartMilliseconds)
            )
        }
        world.count(\.crashes)
        world.note("\(service.text) dies: \(reason), \(mode)")
        incarnation += 1
        network.forget(endpoint)
        isUp = false
        life?.end()
        life = nil
        logic = nil
        store = nil
        answers = []
        isFlushPlanned = false
        noteDiskFaults()
        // First the disk, then the library: closing would otherwise write what a dead process cannot.
        if disk.crash(mode) { world.hit(mode.name) }
        engine?.close()
        engine = nil
        guard !isRestartPlanned else { return }
        isRestartPlanned = true
        world.after(wait) { [unowned self] in
            isRestartPlanned = false
            start()
        }
    }

    /// The end of the run: everything is let go of.
    func shutDown() {
        incarnation += 1
        network.forget(endpoint)
        isUp = false
        life?.end(atOnce: true)
        life = nil
        logic = nil
        store = nil
    }

    /// Whether this process dies at `point`; it is dead then.
    func strikes(at point: CrashPoint) -> Bool {
        guard store != nil, world.strikes(at: point) else { return false }
        crash(point.rawValue)
        return true
    }

    /// Plans `action` for this life of the process alone.
    func after(_ wait: Duration, _ action: @escaping () -> Void) {
        let born = incarnation
        world.after(wait) { [unowned self] in
            if born == incarnation { action() }
        }
    }

    // MARK: Store

    /// What the business clock shows here.
    var businessNow: WallTime { world.businessClock.businessTime(at: clock.wallTime) }

    /// Runs `body` in the next group; `then` is called after its commit, in this life alone.
    func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        then: @escaping (Result<Output, StorageError>) -> Void
    ) {
        guard let store else { return }
        let mutation = world.mutation
        store.enqueue({ session throws(StorageError) in
            guard let mutation else { return try body(session) }
            return try body(MutatedSession(session, mutation))
        }) { [unowned self] result in
            answers.append { then(result) }
        }
        guard !isFlushPlanned else { return }
        isFlushPlanned = true
        after(Self.groupWait) { [unowned self] in flush() }
    }

    private func flush() {
        isFlushPlanned = false
        guard !strikes(at: .beforeCommit), let store else { return }
        store.flush()
        world.count(\.commits)
        if disk.syncsAreDeferred {
            let wait =
                world.mutation == .acknowledgeTrailFirst
                ? Self.lateTrailWait : Self.lateCommitWait
            after(wait) { [unowned self] in disk.completeSyncs() }
        }
        guard !disk.isDown else {
            world.hit("power-loss")
            return crash("power loss")
        }
        guard !strikes(at: .afterCommit) else { return }
        let ready = answers
        answers = []
        let born = incarnation
        for answer in ready where born == incarnation { answer() }
        // What a store that stopped has told nobody is found out by asking again.
        if born == incarnation, let failure = engine?.failure { crash("store: \(failure.code)") }
        noteDiskFaults()
    }

    /// Reads what is durable; nil where the store failed, and the process is dead then.
    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) -> Output? {
        guard let store else { return nil }
        do throws(StorageError) {
            return try store.read(body)
        } catch {
            if error.code == .corrupt || error.code == .invalid {
                world.violate("\(service.text) cannot read: \(error.message)")
            }
            crash("read: \(error.code)")
            return nil
        }
    }

    /// The same at the start, where the caller passes the error on.
    func load<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) throws(StorageError) -> Output {
        guard let store else { throw StorageError(.unavailable, "the process is down") }
        return try store.read(body)
    }

    /// Writes at once, for a start that cannot go on without.
    func writeNow<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) throws(StorageError) -> Output {
        guard let store else { throw StorageError(.unavailable, "the process is down") }
        return try store.write(body)
    }

    // MARK: Faults of the disk

    func injectPowerLoss(after count: Int) {
        disk.inject(.powerLoss, at: disk.operationCount + count)
    }

    func injectError(after count: Int) {
        disk.inject(.inputOutputError, at: disk.operationCount + count)
    }

    func injectSyncError(after count: Int) {
        disk.failSync(after: count)
    }

    /// Counts the faults that the disk had since the last time.
    private func noteDiskFaults() {
        let faults = disk.takeFaultCounts()
        for _ in 0..<faults.errors { world.hit("disk-error") }
        for _ in 0..<faults.syncs { world.hit("failed-sync") }
        for _ in 0..<faults.full { world.hit("full-disk") }
    }

    func limitDisk(toRoom room: Int) {
        disk.byteCountMax = disk.byteCount + room
        world.note("disk of \(service.text) has \(room) bytes left")
    }

    func unlimitDisk() {
        disk.byteCountMax = .max
    }

    /// The end of all faults: the disk is sound, the clock is right.
    func calm() {
        disk.forgetFaults()
        unlimitDisk()
        clock.setError(.zero)
        if disk.isDown { crash("power loss") }
    }
}

extension SimulatedDisk.CrashMode {
    /// What it is called among the faults.
    fileprivate var name: StaticString {
        switch self {
        case .dropAll: "dropped-cache"
        case .keepSome: "kept-some-sectors"
        case .tearLast: "torn-write"
        }
    }
}
