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
final class EngineBench {
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

// MARK: - A fleet

extension EngineBench {
    /// A tariff, and as many drivers on duty at the pickup as asked for.
    ///
    /// - Returns: Drivers with their references.
    @discardableResult
    func provision(
        drivers count: Int = 1,
        tenant: TenantID = tenant
    ) throws -> [(driver: DriverID, reference: DriverReference)] {
        try send(DispatchMethods.applyTariff, Self.tariff(), tenant: tenant)
        let drivers = (0..<count).map { _ in id(DriverID.self) }
        let vehicles = (0..<count).map { _ in id(VehicleID.self) }
        var roster = ApplyRosterRequest()
        roster.revision = 1
        roster.drivers = drivers.map { driver in
            DriverEntry.with {
                $0.driver = driver
                $0.isActive = true
                $0.ratingHundredths = 480
                $0.displayName = "Ana"
            }
        }
        roster.vehicles = vehicles.map { vehicle in
            VehicleEntry.with {
                $0.vehicle = vehicle
                $0.vehicleClass = WireEnum(.standard)
                $0.isActive = true
                $0.plate = "B-NX 1"
            }
        }
        try send(DispatchMethods.applyRoster, roster, tenant: tenant)
        var found: [(DriverID, DriverReference)] = []
        for (driver, vehicle) in zip(drivers, vehicles) {
            let reply = try send(
                DispatchMethods.setShift,
                SetShiftRequest.with {
                    $0.shift = id()
                    $0.driver = driver
                    $0.vehicle = vehicle
                    $0.isOnDuty = true
                },
                tenant: tenant,
                subject: "driver:\(driver)"
            )
            let shift = try SetShiftReply(decoding: reply.body)
            move(shift.driverReference, to: Self.place)
            found.append((driver, shift.driverReference))
        }
        return found
    }

    static func tariff(version: UInt32 = 1, currency: Currency = .euro) -> ApplyTariffRequest {
        ApplyTariffRequest.with {
            $0.version = version
            $0.currency = currency
            $0.baseMinorUnits = 400
            $0.perKilometerMinorUnits = 180
            $0.perMinuteMinorUnits = 40
            $0.minimumMinorUnits = 900
            $0.commissionBasisPoints = 1500
            $0.taxBasisPoints = 1900
        }
    }

    func booking(
        _ id: BookingID? = nil,
        labels: String = "North gate"
    ) -> CreateBookingRequest {
        CreateBookingRequest.with {
            $0.booking = id ?? self.id()
            $0.partner = self.id()
            $0.paymentMethod = self.id()
            $0.pickup = Self.place
            $0.dropOff = Self.destination
            $0.requestedAt = time.wallTime
            $0.priceMinorUnits = 2500
            $0.currency = .euro
            $0.tariffVersion = 1
            $0.distanceMeters = 4200
            $0.durationMilliseconds = 700_000
            $0.pickupLabel = labels
        }
    }

    /// What payments reports of a booking's money.
    func report(
        _ kind: PaymentReportCode,
        of booking: BookingID,
        key: IdempotencyKey? = nil,
        tenant: TenantID = tenant
    ) throws -> Command {
        try command(
            DispatchMethods.reportPayment,
            PaymentReport.with {
                $0.booking = booking
                $0.tenant = tenant
                $0.kind = WireEnum(kind)
                $0.amountMinorUnits = 2500
                $0.currency = .euro
            },
            key: key,
            tenant: tenant,
            subject: "service:payments"
        )
    }

    func answer(_ offer: OfferEvent, accepts: Bool = true) throws -> Command {
        try command(
            DispatchMethods.answerOffer,
            Messages.OfferAnswer.with {
                $0.offer = offer.offer
                $0.driver = offer.driver
                $0.decision = WireEnum(accepts ? .accepted : .declined)
            },
            subject: "driver:\(offer.driver)"
        )
    }

    func progress(
        _ progress: TripProgressCode,
        _ booking: BookingID,
        trip: TripID,
        by driver: DriverID
    ) throws -> Command {
        try command(
            DispatchMethods.reportTripProgress,
            TripProgressReport.with {
                $0.booking = booking
                $0.trip = trip
                $0.driver = driver
                $0.progress = WireEnum(progress)
            },
            subject: "driver:\(driver)"
        )
    }

    /// Books, pays and offers, and returns the booking with its offer on a driver's screen.
    func offered(
        to drivers: [DriverID]
    ) throws -> (booking: BookingID, offer: OfferEvent) {
        let request = booking()
        try send(DispatchMethods.createBooking, request)
        _ = try send(try report(.authorised, of: request.booking))
        try tick()
        guard let offer = drivers.lazy.compactMap({ self.screen(of: $0) }).first else {
            throw StorageError(.invalid, "nobody was asked")
        }
        return (request.booking, offer)
    }

    func snapshot(_ booking: BookingID, tenant: TenantID = tenant) throws -> BookingSnapshot? {
        try read { session throws(StorageError) in
            try DispatchQueries.booking(booking, of: tenant, in: session)
        }
    }
}
