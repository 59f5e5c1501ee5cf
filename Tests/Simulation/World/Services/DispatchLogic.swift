internal import Calls
internal import Delivery
internal import DeliverySQL
internal import DispatchCore
internal import DispatchServer
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import Telemetry
internal import TestSupport
internal import Timekeeping

/// Dispatch: its real shell with engine, routes, streams and subscription to positions, over its real tables. While two
/// believe to own the market, there are two shells over one store.
// Safe: everything of a run happens on one thread.
final class DispatchLogic: ServiceLogic, @unchecked Sendable {
    private static let pollInterval = Duration.seconds(1)
    /// As shipped.
    private static let leaseTime = Duration.seconds(10)

    /// One dispatcher: its memory of the market, and its lease.
    private final class Seat {
        let name: Int
        let lease: MarketLease
        /// The lease's own way to the store.
        let leaseStore: SimulatedStore
        /// Resolved once another has taken over.
        let stopRequest: StopRequest
        let shell: DispatchShell
        let server: DirectServer
        var fixes: Task<Void, Never>?

        init(
            _ name: Int,
            _ lease: MarketLease,
            _ leaseStore: SimulatedStore,
            _ stopRequest: StopRequest,
            _ shell: DispatchShell,
            _ server: DirectServer
        ) {
            self.name = name
            self.lease = lease
            self.leaseStore = leaseStore
            self.stopRequest = stopRequest
            self.shell = shell
            self.server = server
        }
    }

    private unowned let process: ServiceProcess
    private let life: Life
    private let business: BusinessTimeKeeper
    private let outboxes: [OutboxDriver]
    private var seats: [Seat] = []
    /// Whether a second dispatcher stands by.
    private var hasStandby = false

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

    /// Waits for the lease and takes the market over; the name is that of no other living dispatcher.
    private func takeSeat() async throws {
        let name = seats.first?.name == 0 ? 1 : 0
        let (leaseStore, stopRequest) = (life.furtherStore(), StopRequest())
        life.atEnd { stopRequest.resolve(.asked) }
        let lease = MarketLease(
            leaseStore,
            owner: ShardOwner(name: "dispatch-\(name)", address: "dispatch:\(name)"),
            term: Self.leaseTime,
            loop: life.loop,
            stop: stopRequest,
            logger: Logger(service: "dispatch", level: .error, sink: NoLog(), time: process.clock)
        )
        try await lease.start()
        let shell = makeShell(lease)
        var routes = CallRoutes()
        DispatchCallRoutes(shell).register(in: &routes)
        let seat = Seat(name, lease, leaseStore, stopRequest, shell, life.server(of: routes))
        shell.onFenced = { [weak self, weak seat] in
            lease.lost()
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

    private func makeShell(_ lease: MarketLease) -> DispatchShell {
        var policy = MarketPolicy()
        policy.authorisationSeconds = 90
        let isPatient = process.world.mutation == .skipDriverLost
        let shell = DispatchShell(
            loop: life.loop,
            store: life.furtherStore(),
            businessTime: business,
            policy: policy,
            driverLostTime: isPatient ? .seconds(1_000_000) : .seconds(90)
        )
        shell.fence = { lease.current }
        return shell
    }

    /// A second dispatcher starts and stands by. The renewals of the first do not get through, its other transactions
    /// do: the second takes over, and for a while both believe to own the market.
    func split() {
        guard let first = seats.first, seats.count == 1, !hasStandby else { return }
        hasStandby = true
        first.leaseStore.isCutOff = true
        life.loop.spawn { [weak self] in
            guard let self else { return }
            defer { hasStandby = false }
            do {
                try await takeSeat()
            } catch {
                if process.life === life { process.crash("split: \(error)") }
                return
            }
            process.world.hit("split-brain")
            process.world.note("dispatch: two believe to own the market")
            // It finds out by its next transaction, or by its renewal.
            let length = process.world.random.draw(.services) { $0.duration(500...10_000) }
            process.after(length) { first.leaseStore.isCutOff = false }
        }
    }

    private func stepDown(_ seat: Seat) {
        guard let index = seats.firstIndex(where: { $0 === seat }) else { return }
        process.world.hit("step-down")
        process.world.note("dispatch: the one that was replaced steps down")
        seats.remove(at: index)
        stop(seat)
        let lease = seat.lease
        life.loop.spawn { await lease.stop(within: .zero) }
    }

    private func stop(_ seat: Seat) {
        seat.shell.onFault = { _ in }
        seat.shell.onFenced = {}
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
        for seat in seats {
            if process.world.isQuiet { seat.leaseStore.isCutOff = false }
            if seat.stopRequest.current != nil { stepDown(seat) }
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
