internal import DeliverySQL
internal import Model
internal import SimulationKit
internal import Storage
internal import StorageSQLite
internal import Synchronization
internal import TestSupport
internal import Timekeeping

/// What runs inside a process: made anew at every start, so that nothing survives but the store.
protocol ServiceLogic: AnyObject {
    /// Takes over what the store holds.
    ///
    /// - Throws: Where it cannot: the process dies and starts again.
    func start() throws(StorageError)
    /// Takes one request; `answer` may be called later, once.
    func receive(_ request: Request, answer: @escaping (Reply) -> Void)
}

/// One service's machine: its disk, its store, its clock, and the life and death of its process.
final class ServiceProcess {
    private static let openIDs = Atomic<UInt64>(0)
    /// How long the next group gathers.
    private static let groupWait = Duration.microseconds(300)
    /// How long after its acknowledgement a group is durable, under the mutation of that name.
    private static let lateCommitWait = Duration.milliseconds(200)
    private static let restartMilliseconds: ClosedRange<Int64> = 50...3000

    let service: ServiceName
    let endpoint: Endpoint
    unowned let world: World
    let network: Network
    let clock: NodeClock
    private let disk: SimulatedDisk
    private let files: SimulatedFileSystem
    private let migrations: [MigrationSet]
    private let makeLogic: (ServiceProcess) -> any ServiceLogic
    private let options: SQLiteOptions
    private var engine: SQLiteEngine?
    private var store: SynchronousStore?
    private(set) var logic: (any ServiceLogic)?
    private var incarnation = 0
    private var answers: [() -> Void] = []
    private var isFlushPlanned = false
    private var isRestartPlanned = false

    init(
        _ service: ServiceName,
        in world: World,
        network: Network,
        migrations: [MigrationSet],
        makeLogic: @escaping (ServiceProcess) -> any ServiceLogic
    ) {
        self.service = service
        endpoint = Endpoint(service)
        self.world = world
        self.network = network
        self.migrations = [DeliverySchema.migrations] + migrations
        self.makeLogic = makeLogic
        clock = NodeClock(base: world.time)
        disk = SimulatedDisk(seed: world.random.seed(of: .disks, Int(service.rawValue)))
        disk.syncsAreDeferred = world.mutation == .acknowledgeBeforeCommit
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

    var isUp: Bool { logic != nil }

    // MARK: Life

    /// Opens the store, brings its schema up, and lets the logic take over.
    func start() {
        guard !isUp else { return }
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
        let logic = makeLogic(self)
        self.logic = logic
        try logic.start()
        guard isUp else { return }
        network.listen(endpoint) { [unowned self] request, answer in
            self.logic?.receive(request, answer: answer)
        }
        world.note("\(service.text) is up")
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
        logic = nil
        store = nil
        answers = []
        isFlushPlanned = false
        // First the disk, then the library: closing would otherwise write what a dead process cannot.
        disk.crash(mode)
        engine?.close()
        engine = nil
        guard !isRestartPlanned else { return }
        isRestartPlanned = true
        world.after(wait) { [unowned self] in
            isRestartPlanned = false
            start()
        }
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

    /// Calls another endpoint; `then` is called in this life alone.
    func call(
        _ request: Request,
        to target: Endpoint,
        timeout: Duration,
        then: @escaping (Reply?) -> Void
    ) {
        network.call(request, from: endpoint, to: target, timeout: timeout, then: then)
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
        if world.mutation == .acknowledgeBeforeCommit {
            after(Self.lateCommitWait) { [unowned self] in disk.completeSyncs() }
        }
        guard !disk.isDown else { return crash("power loss") }
        guard !strikes(at: .afterCommit) else { return }
        let ready = answers
        answers = []
        let born = incarnation
        for answer in ready where born == incarnation { answer() }
        // What a store that stopped has told nobody is found out by asking again.
        if born == incarnation, let failure = engine?.failure { crash("store: \(failure.code)") }
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
        world.count(\.diskFaults)
        disk.inject(.powerLoss, at: disk.operationCount + count)
    }

    func injectError(after count: Int) {
        world.count(\.diskFaults)
        disk.inject(.inputOutputError, at: disk.operationCount + count)
    }

    func injectSyncError(after count: Int) {
        world.count(\.diskFaults)
        disk.failSync(after: count)
    }

    func limitDisk(toRoom room: Int) {
        world.count(\.diskFaults)
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
