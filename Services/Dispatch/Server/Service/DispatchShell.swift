package import Delivery
package import DispatchCore
internal import Messages
internal import Model
package import Reactor
package import ServiceRuntime
package import Storage
internal import Timekeeping

/// Runs the engine on one event loop: transactions on the store, timers on the loop, news to those who follow.
// Safe: touched on its loop alone, which every entry from outside checks.
package final class DispatchShell: @unchecked Sendable {
    /// How often positions are told and settings of business time are noticed.
    package static let beat = Duration.seconds(1)
    /// How long a transaction may find the store out of reach before the program gives up: its memory waits for an
    /// outcome that only a fresh start on the store can tell.
    package static let storeSilenceMax = Duration.seconds(15)
    /// The longest wait before a transaction is tried again.
    private static let retryWaitMax = Duration.seconds(1)
    /// The shortest time between two ticks after a transaction failed.
    private static let tickGapAfterFailure = Duration.milliseconds(50)

    /// The loop of everything here.
    package let loop: EventLoop
    let store: any TransactionalStore
    let businessTime: BusinessTimeKeeper
    private let driverLostTime: Duration
    var engine: DispatchEngine
    /// Hears that outbox entries were committed.
    package var onDeliver: () -> Void = {}
    /// Hears the beat, once a second.
    package var onBeat: () -> Void = {}
    /// Hears which place of a command's way is passed; for tests that end the process there.
    package var onPlace: (Place) -> Void = { _ in }
    /// The lease that every transaction checks; none in tests of one process alone.
    package var fence: () -> ShardLease? = { nil }
    /// Hears that another process has taken the markets over.
    package var onFenced: () -> Void = {}
    /// Hears that the store has been out of reach for too long.
    package var onFault: (StorageError) -> Void = { _ in }

    /// When drivers were last heard of.
    var sight = DriverSight()
    var feeds: [TenantID: FeedTail<BookingUpdate>] = [:]
    let shiftFeed = FeedTail<StoredShift>()
    var bookingFollowers = FollowerTable<BookingKey, BookingUpdate>()
    var offerFollowers = FollowerTable<DriverKey, OfferEvent>()
    /// Open streams that follow a feed, in the order of their coming, so that a run can be repeated.
    private var streams: [FeedStream] = []
    private(set) var isStopping = false
    /// Drivers who were engaged and fell silent, each time anew.
    package private(set) var lostCount: UInt64 = 0

    private var promises: [CallTicket: LoopPromise<CommandReply>] = [:]
    private var nextTicket: UInt64 = 1
    private var tickTimer = TimerToken.none
    private var tickDue = Instant(nanoseconds: .max)
    private var tickNotBefore = Instant(nanoseconds: 0)
    private var beatTimer = TimerToken.none
    private var idleWaiters: [LoopPromise<Void>] = []

    /// Places at which a test may end the process, all between a commit and whoever hears of it; what survives is
    /// README.md's table.
    package enum Place: String, CaseIterable, Sendable {
        /// A transaction is durable, and nobody has heard of it.
        case afterCommit = "dispatch.after_commit"
        /// A caller is about to hear his reply.
        case beforeReply = "dispatch.before_reply"
        /// An offer, its end or a step of a trip is durable, and the driver is about to hear of it.
        case beforeOffer = "dispatch.before_offer"
    }

    /// One tenant's booking.
    struct BookingKey: Hashable {
        let tenant: TenantID
        let booking: BookingID
    }

    /// One tenant's driver.
    struct DriverKey: Hashable {
        let tenant: TenantID
        let driver: DriverID
    }

    private struct FeedStream {
        let signal: LoopSignal
        let wantsTicks: Bool
        var isTicked = false
    }

    /// A shell around an empty engine; nothing runs before `start`.
    package init(
        loop: EventLoop,
        store: any TransactionalStore,
        businessTime: BusinessTimeKeeper,
        policy: MarketPolicy = MarketPolicy(),
        driverLostTime: Duration = .seconds(90)
    ) {
        self.loop = loop
        self.store = store
        self.businessTime = businessTime
        self.driverLostTime = driverLostTime
        engine = DispatchEngine(policy: policy)
    }

    /// What the clocks show.
    package var moment: EngineMoment {
        EngineMoment(business: businessTime.now, real: loop.timeSource.wallTime)
    }

    /// Figures of the engine, for metrics.
    package var counters: EngineCounters { engine.counters }

    /// Transactions under way.
    package var jobCount: Int { engine.jobCount }

    // MARK: - Life

    /// Takes over what is stored, and begins to act on it.
    ///
    /// - Throws: What the store throws; `.corrupt` where two bookings engage one driver.
    package func start() async throws(StorageError) {
        loop.preconditionCurrent()
        let stored = try await store.read { session throws(StorageError) in
            try RestoredState(in: session)
        }
        do throws(RestoreConflict) {
            run(try engine.restore(stored, at: moment))
        } catch {
            throw StorageError(
                .corrupt,
                "driver \(error.driver) is engaged by \(error.first) and by \(error.second): "
                    + "an operator has to end one of them"
            )
        }
        scheduleBeat()
    }

    /// Starts nothing more of its own and ends the streams; commands are still carried out.
    package func endStreams() {
        loop.preconditionCurrent()
        isStopping = true
        loop.cancel(tickTimer)
        loop.cancel(beatTimer)
        for follower in bookingFollowers.all { follower.signal.raise() }
        for follower in offerFollowers.all { follower.signal.raise() }
        for stream in streams { stream.signal.raise() }
    }

    /// Returns when every transaction is reported.
    package func drained() async {
        loop.preconditionCurrent()
        guard engine.jobCount > 0 else { return }
        let promise = LoopPromise<Void>(loop: loop)
        idleWaiters.append(promise)
        await promise.value()
    }

    // MARK: - Streams

    /// Notes a stream that follows a feed; its signal is raised at the end, and each second where it wants ticks.
    func openStream(_ signal: LoopSignal, isTicked: Bool) {
        streams.append(FeedStream(signal: signal, wantsTicks: isTicked))
    }

    func closeStream(_ signal: LoopSignal) {
        streams.removeAll { $0.signal === signal }
    }

    /// Whether a second has passed since the last call.
    func takeTick(_ signal: LoopSignal) -> Bool {
        guard let index = streams.firstIndex(where: { $0.signal === signal }),
            streams[index].isTicked
        else { return false }
        streams[index].isTicked = false
        return true
    }

    // MARK: - Commands

    /// Carries out a command that changes something; returns once its reply is durable.
    package func perform(_ command: Command) async -> CommandReply {
        loop.preconditionCurrent()
        let ticket = CallTicket(nextTicket)
        nextTicket += 1
        let promise = LoopPromise<CommandReply>(loop: loop)
        promises[ticket] = promise
        run(engine.begin(command, from: ticket, at: moment))
        return await promise.value()
    }

    /// Does what the engine asks for.
    func run(_ outputs: [EngineOutput]) {
        var wakesOutbox = false
        for output in outputs {
            switch output {
            case .run(let job): start(job)
            case .reply(let ticket, let reply):
                onPlace(.beforeReply)
                promises.removeValue(forKey: ticket)?.complete(reply)
            case .booking(let update): tell(update)
            case .offer(let tenant, let event):
                onPlace(.beforeOffer)
                tell(event, of: tenant)
            case .shift(let shift):
                hear(shift.reference)
                shiftFeed.add(shift, at: shift.position)
            case .deliver: wakesOutbox = true
            }
        }
        if wakesOutbox { onDeliver() }
        armTick()
    }

    private func start(_ job: EngineJob) {
        let began = loop.now
        loop.spawn { [self] in
            if job.attempt > 1 {
                let wait = Duration.milliseconds(50) * min(job.attempt - 1, 20)
                _ = await loop.sleep(for: min(wait, Self.retryWaitMax))
            }
            let lease = fence()
            var result: Result<JobOutcome, StorageError>
            do throws(StorageError) {
                result = .success(
                    try await store.write { session throws(StorageError) in
                        if let lease { try LeaseTable.check(lease, in: session) }
                        return try job.run(in: session)
                    }
                )
                silentSince = nil
                onPlace(.afterCommit)
            } catch {
                result = .failure(error)
                tickNotBefore = loop.now.advanced(by: Self.tickGapAfterFailure)
                if error.code == .fenced { onFenced() }
                noteFailure(error, of: job, since: began)
            }
            run(engine.completed(job.id, result, at: moment))
            guard engine.jobCount == 0 else { return }
            for waiter in idleWaiters { waiter.complete(()) }
            idleWaiters = []
        }
    }

    /// The first failed try whose outcome is still open; `nil` while the store answers.
    private var silentSince: Instant?

    private func noteFailure(_ error: StorageError, of job: EngineJob, since began: Instant) {
        guard error.code == .unavailable else {
            silentSince = nil
            return
        }
        let since = silentSince ?? began
        silentSince = since
        if since.duration(to: loop.now) > Self.storeSilenceMax { onFault(error) }
    }

    // MARK: - Time

    /// Lets the engine's next tick come in its time.
    private func armTick() {
        guard !isStopping, let due = engine.nextTickAt else { return }
        let wait = min(businessTime.realWait(until: due), Self.beat)
        let at = max(loop.now.advanced(by: wait), tickNotBefore)
        guard at < tickDue else { return }
        loop.cancel(tickTimer)
        tickDue = at
        tickTimer = loop.schedule(at: at) { [weak self] in self?.tick() }
    }

    private func tick() {
        tickDue = Instant(nanoseconds: .max)
        guard !isStopping else { return }
        run(engine.tick(at: moment))
    }

    /// The business time of the last beat.
    private var lastBeatAt = WallTime(microseconds: .min)

    /// Tells the engine where business time was set back.
    private func noteTime() {
        let now = businessTime.now
        if now < lastBeatAt { engine.timeSetBack(to: now) }
        lastBeatAt = now
    }

    private func scheduleBeat() {
        guard !isStopping else { return }
        beatTimer = loop.schedule(after: Self.beat) { [weak self] in
            guard let self else { return }
            noteTime()
            // Business time may have been set since the tick was armed.
            tickDue = Instant(nanoseconds: .max)
            armTick()
            for follower in bookingFollowers.all { follower.tick() }
            for index in streams.indices where streams[index].wantsTicks {
                streams[index].isTicked = true
                streams[index].signal.raise()
            }
            lookForDrivers()
            onBeat()
            scheduleBeat()
        }
    }

    // MARK: - Drivers out of sight

    /// A fix of a driver came, or his shift was opened.
    func hear(_ reference: DriverReference) {
        sight.hear(reference, at: loop.now, referenceMax: engine.referenceMax)
    }

    /// Takes offers, and trips without their passenger, from drivers whose phones have been silent for too long; marks
    /// trips with the passenger on board, and takes the mark off those whose drivers are heard again.
    private func lookForDrivers() {
        let now = loop.now
        let (sight, limit) = (sight, driverLostTime)
        let sightings = engine.sightings(
            isLost: { sight.isSilent($0, for: limit, at: now) },
            isHeard: { sight.isHeard($0, within: limit, at: now) }
        )
        for one in sightings {
            if one.isLost {
                lostCount += 1
                run(engine.driverLost(one.driver, of: one.tenant, at: moment))
            } else {
                run(engine.driverHeard(one.driver, of: one.tenant, at: moment))
            }
        }
    }

    // MARK: - News

    private func tell(_ update: BookingUpdate) {
        feed(of: update.tenant).add(update, at: update.feedPosition)
        let key = BookingKey(tenant: update.tenant, booking: update.booking)
        for follower in bookingFollowers[key] { follower.add(update) }
    }

    private func tell(_ event: OfferEvent, of tenant: TenantID) {
        let key = DriverKey(tenant: tenant, driver: event.driver)
        for follower in offerFollowers[key] { follower.add(event) }
    }

    /// The newest events of a tenant.
    func feed(of tenant: TenantID) -> FeedTail<BookingUpdate> {
        if let feed = feeds[tenant] { return feed }
        let feed = FeedTail<BookingUpdate>()
        feeds[tenant] = feed
        return feed
    }
}
