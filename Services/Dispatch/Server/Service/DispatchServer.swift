internal import Calls
internal import Delivery
internal import DeliverySQL
internal import DispatchCore
internal import Messages
internal import Model
internal import Reactor
package import ServiceRuntime
package import Storage
internal import Telemetry
internal import Timekeeping
internal import WireFormat

/// Dispatch as a program: the engine on one loop over its store, the streams, the outbox to payments and billing, and
/// the positions from ingest.
package final class DispatchServer: Sendable {
    /// Calls at once on a connection: ingest holds a stream of offers for each driver on duty on one of them, and with
    /// the usual 1,024 the next driver was refused.
    static let callCountMax: UInt32 = 65_536

    /// Where a test may end the process.
    package static let places = DispatchShell.Place.allCases.map(\.rawValue)

    /// Where it listens, once it has started.
    package let port: CallPort
    /// Its parts in the order of starting, the store before them.
    package let parts: [any ServiceComponent]

    /// Wires it; nothing starts.
    ///
    /// - Throws: Settings out of range, unusable certificates or keys, no descriptors.
    package init(_ program: ServiceProgram, store: any TransactionalStore) throws {
        let configuration = try DispatchConfiguration(program.configuration, program.values)
        precondition(program.loops.loops.count == 1, "A market is decided in one place.")
        let frame = try ServiceFrame(program, store: store, peers: [.payments, .billing, .ingest])
        let shell = DispatchShell(
            loop: program.loops.loops[0],
            store: store,
            businessTime: frame.businessTime,
            policy: configuration.policy,
            driverLostTime: configuration.driverLostTime
        )
        let lease = Self.lease(program, store, configuration, on: shell.loop)
        let outbox = frame.outbox(
            to: [.payments, .billing],
            executor: CommandExecutor(OutboxAnswers())
        )
        let fixes = FixSubscription(frame.client(of: .ingest), shell)
        Self.connect(shell, program, outbox, fixes, lease, configuration.failpoint)
        var routes = CallRoutes()
        DispatchCallRoutes(shell).register(in: &routes)
        port = frame.port(
            routes,
            control: frame.control(outbox: outbox),
            callCountMax: Self.callCountMax
        )
        parts =
            [lease] + frame.parts + outbox.parts + [
                EnginePart(shell), FixPart(fixes, on: shell.loop), port, StreamsPart(shell),
            ]
    }

    private static func lease(
        _ program: ServiceProgram,
        _ store: any TransactionalStore,
        _ configuration: DispatchConfiguration,
        on loop: EventLoop
    ) -> MarketLease {
        let common = program.configuration
        return MarketLease(
            store,
            owner: ShardOwner(name: common.instance, address: "\(common.listen)"),
            term: configuration.leaseTime,
            loop: loop,
            stop: program.stop,
            logger: program.logger
        )
    }

    /// Lets the shell tell outbox, metrics and the program's end what they need to know.
    private static func connect(
        _ shell: DispatchShell,
        _ program: ServiceProgram,
        _ outbox: OutboxPart,
        _ fixes: FixSubscription,
        _ lease: MarketLease,
        _ failpoint: Failpoint
    ) {
        let metrics = DispatchMetrics(program.registry)
        let stop = program.stop
        shell.onDeliver = { [pump = outbox.pump] in pump.wake() }
        shell.onBeat = { [unowned shell] in
            metrics.take(shell, fixes.counters)
        }
        shell.fence = { lease.current }
        shell.onFenced = { lease.lost() }
        shell.onPlace = { failpoint.pass($0.rawValue) }
        shell.onFault = { error in
            stop.resolve(.fault("the store is out of reach: \(error.message)"))
        }
    }
}

/// What becomes of answers to wishes: nothing follows from them but that the entry is gone. What payments reports
/// comes as a command of its own, and a final refusal is parked for an operator.
private struct OutboxAnswers: CommandHandler {
    func handle(
        _ command: Command,
        at now: WallTime,
        in session: any SQLSession
    ) throws(StorageError) -> CommandReply {
        // Commands that arrive go through the engine, which decides in memory.
        CommandReply(.unimplemented)
    }
}

/// Takes over what is stored before anybody calls, and waits for transactions under way at the end.
private struct EnginePart: ServiceComponent {
    let name = "engine"
    private let shell: DispatchShell

    init(_ shell: DispatchShell) {
        self.shell = shell
    }

    func start() async throws {
        let outcome: Result<Void, StorageError> = await shell.loop.spawn { [shell] in
            do throws(StorageError) {
                try await shell.start()
                return .success(())
            } catch {
                return .failure(error)
            }
        }.value
        try outcome.get()
    }

    func stop(within limit: Duration) async {
        await shell.loop.spawn { [shell] in await shell.drained() }.value
    }
}

/// The subscription as a task of the loop.
private final class FixPart: ServiceComponent {
    let name = "fixes"
    private let subscription: FixSubscription
    private let loop: EventLoop
    private let part: TaskPart

    init(_ subscription: FixSubscription, on loop: EventLoop) {
        self.subscription = subscription
        self.loop = loop
        part = TaskPart(name) {
            let task = loop.spawn { await subscription.run() }
            await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }

    func start() async throws { try await part.start() }

    func stop(within limit: Duration) async { await part.stop(within: limit) }
}

/// Ends the streams before the port drains: they would never end by themselves.
private struct StreamsPart: ServiceComponent {
    let name = "streams"
    private let shell: DispatchShell

    init(_ shell: DispatchShell) {
        self.shell = shell
    }

    func start() async throws {}

    func stop(within limit: Duration) async {
        await shell.loop.submit { [shell] in shell.endStreams() }
    }
}
