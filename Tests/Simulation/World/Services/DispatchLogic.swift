internal import Delivery
internal import DeliverySQL
internal import DispatchCore
internal import DispatchServer
internal import IngestCore
internal import Messages
internal import Model
internal import Storage
internal import TestSupport
internal import Timekeeping

/// Dispatch: its real engine and tables; fixes, offers and commands come over the simulated network.
final class DispatchLogic: ServiceLogic {
    private static let pollInterval = Duration.seconds(1)
    /// How long a driver may be out of sight.
    private static let absenceMax = Duration.seconds(40)

    private unowned let process: ServiceProcess
    private let outbox = OutboxTable()
    private let outboxes: [OutboxDriver]
    private var seats: [DispatchSeat] = []
    private var seatCount = 0
    private var seenAt: [DriverReference: Instant] = [:]
    private var shifts: [StoredShift] = []

    init(_ process: ServiceProcess) {
        self.process = process
        let executor = CommandExecutor(NothingFollows())
        outboxes = [ServiceName.payments, .billing].map {
            OutboxDriver(process, to: $0, executor: executor)
        }
    }

    func start() throws(StorageError) {
        try takeSeat()
        process.after(.zero) { [weak self] in self?.poll() }
    }

    private func takeSeat() throws(StorageError) {
        let clock = process.clock
        let owner = ShardOwner(name: "dispatch-\(seatCount)", address: "dispatch:1")
        seatCount += 1
        let lease = try process.writeNow { session throws(StorageError) in
            // The lease of the one before has run out: it died, or stood still for too long.
            try session.execute("UPDATE shard_leases SET expires_at = 0")
            return try LeaseTable.acquire(0, by: owner, for: .seconds(60), time: clock, in: session)
        }
        let stored = try process.load { session throws(StorageError) in
            try RestoredState(in: session)
        }
        var policy = MarketPolicy()
        policy.authorisationSeconds = 90
        let seat = DispatchSeat(
            process,
            DispatchEngine(policy: policy, outbox: outbox),
            process.world.mutation?.isWithoutFence == true ? nil : lease
        )
        seat.fenced = { [weak self, weak seat] in
            guard let self, let seat, seats.contains(where: { $0 === seat }) else { return }
            stepDown(seat)
        }
        seat.deliver = { [weak self] in self?.outboxes.forEach { $0.wake() } }
        seat.show = { [weak self] event in
            self?.process.world.count(\.offers)
            self?.process.call(.show(event), to: .ingest, timeout: .seconds(2)) { _ in }
        }
        seats.append(seat)
        seat.restore(stored)
    }

    /// A second dispatcher starts while the first goes on, until the first notices.
    func split() {
        guard seats.count == 1 else { return }
        do throws(StorageError) {
            try takeSeat()
        } catch {
            return process.crash("split: \(error.code)")
        }
        process.world.count(\.splits)
        process.world.note("dispatch: two believe to own the market")
        let length = process.world.random.draw(.services) { $0.duration(500...10_000) }
        process.after(length) { [weak self] in
            guard let self, seats.count > 1 else { return }
            stepDown(seats[0])
        }
    }

    private func stepDown(_ seat: DispatchSeat) {
        process.world.count(\.stepDowns)
        process.world.note("dispatch: the one that was replaced steps down")
        seat.stop()
        seats.removeAll { $0 === seat }
    }

    func receive(_ request: Request, answer: @escaping (Reply) -> Void) {
        let index = process.world.random.draw(.services) {
            Int.random(in: 0..<max(1, seats.count), using: &$0)
        }
        guard seats.indices.contains(index) else { return }
        let seat = seats[index]
        switch request {
        case .command(let command):
            seat.begin(command) { answer(.command($0)) }
        case .passedFixes(let fixes):
            for fix in fixes {
                seenAt[fix.reference] = process.clock.now
                for seat in seats { seat.move(fix) }
            }
            answer(.done)
        case .duty(let driver):
            answer(.duty(seat.screen(of: driver, Scenario.tenant)))
        case .shifts:
            readShifts()
            answer(.shifts(shifts.map(\.line)))
        default: break
        }
    }

    private func readShifts() {
        let found = process.read { session throws(StorageError) in
            try ShiftRows.changes(after: 0, openOnly: true, limit: 1000, in: session)
        }
        if let found { shifts = found }
    }

    private func poll() {
        for outbox in outboxes { outbox.wake() }
        for seat in seats { seat.tick() }
        let now = process.clock.now
        for shift in shifts {
            guard let seen = seenAt[shift.reference], seen.duration(to: now) > Self.absenceMax
            else { continue }
            seenAt[shift.reference] = nil
            process.world.note("dispatch: \(shift.driver) is out of sight")
            for seat in seats { seat.driverLost(shift.driver, of: shift.tenant) }
        }
        process.after(Self.pollInterval) { [weak self] in self?.poll() }
    }
}

/// Dispatch's outbox entries call for nothing once they are answered: payments reports by itself.
private struct NothingFollows: CommandHandler {
    func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        CommandReply(code: 12)
    }
}

extension StoredShift {
    /// As ingest hears of it.
    fileprivate var line: ShiftLine {
        ShiftLine(
            reference: reference,
            duty: Duty(tenant: tenant, driver: driver, vehicle: vehicle, shift: shift)
        )
    }
}
