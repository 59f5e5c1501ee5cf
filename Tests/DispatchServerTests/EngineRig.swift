import Delivery
import DeliverySQL
import DispatchCore
import DispatchServer
import Geo
import Messages
import Model
import Money
import Storage
import StorageSQLite
import TestSupport
import Timekeeping
import WireFormat

/// The process was ended here.
struct Crash: Error {}

/// An engine over a real store, both on the test's thread, that can be ended between any two steps.
final class EngineRig {
    static let tenant = TenantID(7)
    static let place = GeoPoint(latitudeDegrees: 37.77, longitudeDegrees: -122.42)!
    static let destination = GeoPoint(latitudeDegrees: 37.80, longitudeDegrees: -122.44)!

    let folder: TemporaryDirectory
    let time = ManualTimeSource()
    private(set) var engine = DispatchEngine()
    private(set) var store: SynchronousStore
    private var generator = SeededGenerator(seed: 11)
    private var nextTicket: UInt64 = 1

    /// Where the process ends next: the number of a boundary; `nil` is nowhere.
    var crashAt: Int?
    /// Boundaries passed: before a transaction, after its commit, before a reply.
    private(set) var boundaryCount = 0
    private(set) var crashCount = 0

    private(set) var replies: [CallTicket: CommandReply] = [:]
    private(set) var updates: [BookingUpdate] = []
    private(set) var offers: [OfferEvent] = []
    private(set) var shifts: [StoredShift] = []
    /// Commands that other services have taken, by key, as their inboxes would.
    private(set) var delivered: [IdempotencyKey: Command] = [:]
    private(set) var deliveredOrder: [Command] = []
    /// Where drivers stand; told again after a restart, as ingest's snapshot does.
    private var positions: [DriverReference: GeoPoint] = [:]

    init() throws {
        folder = try TemporaryDirectory()
        store = try Self.open(folder, time)
        try store.write { session throws(StorageError) in
            _ = try Migrator.run(
                DispatchMigrations.all,
                in: session,
                at: WallTime(secondsSinceEpoch: 0)
            )
        }
    }

    private static func open(
        _ folder: TemporaryDirectory,
        _ time: ManualTimeSource
    ) throws -> SynchronousStore {
        var options = SQLiteOptions(path: folder.path(of: "dispatch.db"))
        // What a process leaves behind is what it committed, synced or not; power loss is the simulator's part.
        options.durability = .unsynced
        return SynchronousStore(engine: try SQLiteEngine.writer(options), time: time)
    }

    var moment: EngineMoment { EngineMoment(business: time.wallTime, real: time.wallTime) }

    func id<Kind>(_ kind: EntityID<Kind>.Type = EntityID<Kind>.self) -> EntityID<Kind> {
        EntityID<Kind>(at: time.wallTime, using: &generator)
    }

    // MARK: - Running

    /// Ends the process as a kill would, and starts a new one on what is stored.
    func restart() throws {
        crashCount += 1
        store = try Self.open(folder, time)
        engine = DispatchEngine()
        let stored = try store.read { session throws(StorageError) in
            try RestoredState(in: session)
        }
        let outputs = try engine.restore(stored, at: moment)
        for (reference, position) in positions { move(reference, to: position) }
        try perform(outputs)
    }

    /// Carries out what the engine asks for, and what follows from it.
    func perform(_ first: [EngineOutput]) throws {
        var outputs = first[...]
        while let output = outputs.popFirst() {
            switch output {
            case .run(let job):
                try boundary()
                let result = run(job)
                try boundary()
                outputs += engine.completed(job.id, result, at: moment)
            case .reply(let ticket, let reply):
                try boundary()
                precondition(replies[ticket] == nil, "one caller hears one reply")
                replies[ticket] = reply
            case .booking(let update): updates.append(update)
            case .offer(_, let event): offers.append(event)
            case .shift(let shift): shifts.append(shift)
            case .deliver: break
            }
        }
    }

    func run(_ job: EngineJob) -> Result<JobOutcome, StorageError> {
        do throws(StorageError) {
            return .success(
                try store.write { session throws(StorageError) in try job.run(in: session) }
            )
        } catch {
            return .failure(error)
        }
    }

    /// Reports a job's end as a test says it was, and performs nothing of what follows.
    func engineCompleted(
        _ job: EngineJob,
        _ result: Result<JobOutcome, StorageError>
    ) -> [EngineOutput] {
        engine.completed(job.id, result, at: moment)
    }

    private func boundary() throws {
        defer { boundaryCount += 1 }
        guard boundaryCount == crashAt else { return }
        throw Crash()
    }

    /// Runs `body` until it gets through, with a new process after each crash.
    func surviving<Output>(_ body: () throws -> Output) throws -> Output {
        while true {
            do {
                return try body()
            } catch is Crash {
                try restart()
            }
        }
    }

    // MARK: - Commands

    func command<Request: WireMessage, Reply>(
        _ method: Method<Request, Reply>,
        _ message: Request,
        key: IdempotencyKey? = nil,
        tenant: TenantID = tenant,
        subject: String = "partner:test"
    ) throws -> Command {
        Command(
            destination: .dispatch,
            method: method.descriptor.id,
            key: key ?? id(),
            tenant: tenant,
            subject: subject,
            body: try message.encoded()
        )
    }

    /// Gives the engine a command and performs nothing of what follows.
    func begin(_ command: Command) -> (ticket: CallTicket, outputs: [EngineOutput]) {
        let ticket = CallTicket(nextTicket)
        nextTicket += 1
        return (ticket, engine.begin(command, from: ticket, at: moment))
    }

    /// Sends a command as its sender does: until it is answered, under one key.
    func send(_ command: Command) throws -> CommandReply {
        try surviving {
            let (ticket, outputs) = begin(command)
            try perform(outputs)
            guard let reply = replies[ticket] else {
                throw StorageError(.invalid, "no reply")
            }
            return reply
        }
    }

    @discardableResult
    func send<Request: WireMessage, Reply>(
        _ method: Method<Request, Reply>,
        _ message: Request,
        key: IdempotencyKey? = nil,
        tenant: TenantID = tenant,
        subject: String = "partner:test"
    ) throws -> CommandReply {
        try send(
            try command(method, message, key: key, tenant: tenant, subject: subject)
        )
    }

    func tick() throws {
        try surviving { try perform(engine.tick(at: moment)) }
    }

    func move(_ reference: DriverReference, to position: GeoPoint) {
        positions[reference] = position
        engine.move(reference, to: position, measuredAt: time.wallTime, now: time.wallTime)
    }

    func screen(of driver: DriverID, tenant: TenantID = tenant) -> OfferEvent? {
        engine.screen(of: driver, tenant, at: moment)
    }

    func shift(of driver: DriverID, tenant: TenantID = tenant) -> StoredShift? {
        engine.shift(of: driver, tenant)
    }

    // MARK: - Other services

    /// Takes the outbox to the other services, which answer at once and report later.
    ///
    /// - Returns: What they took for the first time.
    func deliver() throws -> [Command] {
        try surviving {
            var fresh: [Command] = []
            for destination in [ServiceName.payments, .billing] {
                let entries = try store.read { session throws(StorageError) in
                    try OutboxTable.entries(
                        for: destination,
                        after: 0,
                        shards: 0...(LeaseTable.shardCount - 1),
                        limit: 100,
                        in: session
                    )
                }
                for entry in entries {
                    try boundary()
                    if delivered.updateValue(entry.command, forKey: entry.command.key) == nil {
                        deliveredOrder.append(entry.command)
                        fresh.append(entry.command)
                    }
                    try boundary()
                    try store.write { session throws(StorageError) in
                        try OutboxTable.remove(entry, in: session)
                    }
                }
            }
            return fresh
        }
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) throws -> Output {
        try store.read(body)
    }
}
