internal import Calls
internal import Delivery
internal import DeliverySQL
internal import DispatchCore
internal import DispatchServer
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import TestSupport
internal import Timekeeping

/// Dispatch: its real shell with engine, routes, streams and subscription to positions, over its real tables. While two
/// believe to own the market, there are two shells over one store.
// Safe: everything of a run happens on one thread.
final class DispatchLogic: ServiceLogic, @unchecked Sendable {
    private static let pollInterval = Duration.seconds(1)

    /// One dispatcher's memory of the market.
    private final class Seat {
        let shell: DispatchShell
        let server: DirectServer
        var fixes: Task<Void, Never>?

        init(_ shell: DispatchShell, _ server: DirectServer) {
            self.shell = shell
            self.server = server
        }
    }

    private unowned let process: ServiceProcess
    private let life: Life
    private let business: BusinessTimeKeeper
    private let outboxes: [OutboxDriver]
    private var seats: [Seat] = []
    private var seatCount = 0

    init(_ process: ServiceProcess, _ life: Life) {
        self.process = process
        self.life = life
        business = BusinessTimeKeeper(time: process.clock)
        let executor = CommandExecutor(NothingFollows())
        outboxes = [ServiceName.payments, .billing].map {
            OutboxDriver(
                process,
                life,
                to: $0,
                executor: executor,
                courier: CallCourier([$0: life.client(of: $0)])
            )
        }
    }

    func start() async throws {
        try await business.take(process.world.businessClock, in: life.store)
        try await takeSeat()
        life.atEnd { [self] in
            for seat in seats { stop(seat) }
        }
        // Which of two gets a call is chance.
        life.listen { [weak self] _ in
            guard let self, !seats.isEmpty else { return nil }
            let index = process.world.random.draw(.services) { [count = seats.count] in
                Int.random(in: 0..<count, using: &$0)
            }
            return seats[index].server
        }
        process.after(.zero) { [weak self] in self?.poll() }
    }

    private func takeSeat() async throws {
        let clock = process.clock
        let owner = ShardOwner(name: "dispatch-\(seatCount)", address: "dispatch:1")
        seatCount += 1
        let lease = try await life.store.write { session throws(StorageError) in
            // The lease of the one before has run out: it died, or stood still for too long.
            try session.execute("UPDATE shard_leases SET expires_at = 0")
            return try LeaseTable.acquire(0, by: owner, for: .seconds(60), time: clock, in: session)
        }
        let isFenced = process.world.mutation?.isWithoutFence != true
        let store = life.store(checking: isFenced ? lease : nil)
        var policy = MarketPolicy()
        policy.authorisationSeconds = 90
        let shell = DispatchShell(
            loop: life.loop,
            store: store,
            businessTime: business,
            policy: policy
        )
        var routes = CallRoutes()
        DispatchCallRoutes(shell).register(in: &routes)
        let seat = Seat(shell, life.server(of: routes))
        store.onFenced = { [weak self, weak seat] in
            if let self, let seat { stepDown(seat) }
        }
        shell.onDeliver = { [weak self] in self?.deliver() }
        shell.onFault = { [process] error in process.crash("store: \(error.code)") }
        shell.onPlace = { [process] place in
            if place == .beforeReply { _ = process.strikes(at: .beforeReply) }
        }
        try await shell.start()
        let fixes = FixSubscription(
            life.client(of: .ingest),
            shell,
            generator: life.generator()
        )
        seat.fixes = life.loop.spawn { await fixes.run() }
        seats.append(seat)
    }

    /// A second dispatcher starts while the first goes on, until the first notices.
    func split() {
        guard seats.count == 1 else { return }
        life.loop.spawn { [weak self] in
            guard let self else { return }
            do {
                try await takeSeat()
            } catch {
                if process.life === life { process.crash("split: \(error)") }
                return
            }
            process.world.hit("split-brain")
            process.world.note("dispatch: two believe to own the market")
            let length = process.world.random.draw(.services) { $0.duration(500...10_000) }
            process.after(length) { [weak self] in
                guard let self, seats.count > 1 else { return }
                stepDown(seats[0])
            }
        }
    }

    private func stepDown(_ seat: Seat) {
        guard let index = seats.firstIndex(where: { $0 === seat }) else { return }
        process.world.hit("step-down")
        process.world.note("dispatch: the one that was replaced steps down")
        seats.remove(at: index)
        stop(seat)
    }

    private func stop(_ seat: Seat) {
        seat.shell.onFault = { _ in }
        seat.shell.onPlace = { _ in }
        seat.shell.onDeliver = {}
        seat.fixes?.cancel()
        seat.shell.endStreams()
        seat.server.close()
    }

    private func deliver() {
        for outbox in outboxes { outbox.wake() }
    }

    private func poll() {
        deliver()
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
