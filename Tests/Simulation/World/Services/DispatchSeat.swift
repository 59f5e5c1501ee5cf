internal import Delivery
internal import DispatchCore
internal import DispatchServer
internal import Messages
internal import Model
internal import Storage
internal import Timekeeping

/// One dispatcher's memory of the market: the real engine, its jobs run on the process's store.
///
/// A process has one; while two believe to own the market, there are two over the same store.
final class DispatchSeat {
    private unowned let process: ServiceProcess
    private var engine: DispatchEngine
    private var callers: [CallTicket: (CommandReply) -> Void] = [:]
    private var nextTicket: UInt64 = 1
    private var armed: WallTime?
    /// Whether it was told to stop: what its jobs lead to is nobody's any more.
    private var isOver = false
    /// Called when there is something to send.
    var deliver: () -> Void = {}
    /// Called with news for a driver.
    var show: (OfferEvent) -> Void = { _ in }

    /// Called when another has taken the market over.
    var fenced: () -> Void = {}
    private let lease: ShardLease?

    /// - Parameter lease: Checked in every write; nil takes the fence out.
    init(
        _ process: ServiceProcess,
        _ engine: consuming DispatchEngine,
        _ lease: ShardLease?
    ) {
        self.process = process
        self.lease = lease
        self.engine = engine
    }

    /// Takes over what is stored.
    func restore(_ stored: RestoredState) {
        do throws(RestoreConflict) {
            take(try engine.restore(stored, at: moment))
        } catch {
            process.world.violate(
                "C2: \(error.driver) is engaged by \(error.first) and \(error.second) in the store"
            )
        }
    }

    func begin(_ command: Command, answer: @escaping (CommandReply) -> Void) {
        guard !isOver else { return }
        let ticket = CallTicket(nextTicket)
        nextTicket += 1
        callers[ticket] = answer
        take(engine.begin(command, from: ticket, at: moment))
    }

    func move(_ fix: PassedFix) {
        let now = moment.business
        engine.move(fix.reference, to: fix.position, measuredAt: fix.at, now: now)
    }

    func driverLost(_ driver: DriverID, of tenant: TenantID) {
        take(engine.driverLost(driver, of: tenant, at: moment))
    }

    func screen(of driver: DriverID, _ tenant: TenantID) -> OfferEvent? {
        engine.screen(of: driver, tenant, at: moment)
    }

    func tick() {
        guard !isOver else { return }
        take(engine.tick(at: moment))
    }

    func stop() {
        isOver = true
        callers = [:]
    }

    private var moment: EngineMoment {
        EngineMoment(business: process.businessNow, real: process.clock.wallTime)
    }

    private func take(_ outputs: [EngineOutput]) {
        for output in outputs {
            switch output {
            case .run(let job): run(job)
            case .reply(let ticket, let reply): callers.removeValue(forKey: ticket)?(reply)
            case .booking(let update):
                let step = BookingStep(rawValue: update.step.rawValue).map(\.text) ?? "?"
                process.world.note(
                    "dispatch: \(update.booking) \(update.sequence) \(step)"
                        + (update.driver.isNone ? "" : " \(update.driver)")
                )
            case .offer(_, let event): show(event)
            case .shift: break
            case .deliver: deliver()
            }
        }
        arm()
    }

    private func run(_ job: EngineJob) {
        let go = { [weak self] in
            guard let self, !isOver else { return }
            let lease = lease
            process.write({ session throws(StorageError) in
                if let lease { try LeaseTable.check(lease, in: session) }
                return try job.run(in: session)
            }) { [weak self] result in
                guard let self, !isOver else { return }
                if case .failure(let error) = result, error.code == .fenced { return fenced() }
                take(engine.completed(job.id, result, at: moment))
            }
        }
        guard job.attempt > 1 else { return go() }
        process.after(.milliseconds(100 * Int64(min(job.attempt, 20))), go)
    }

    private func arm() {
        guard let due = engine.nextTickAt, armed.map({ due < $0 }) ?? true else { return }
        armed = due
        let wait = process.businessNow.duration(to: due)
        let real = process.world.businessClock.realDuration(of: max(wait, .zero))
        // A clock that was set back makes it early, which is harmless; forward, late, which the poll bounds.
        process.after(max(real, .milliseconds(1))) { [weak self] in
            guard let self else { return }
            armed = nil
            tick()
        }
    }
}
