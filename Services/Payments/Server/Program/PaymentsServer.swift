internal import Calls
internal import Configuration
internal import Delivery
internal import DeliverySQL
internal import Messages
internal import Model
internal import Reactor
package import ServiceRuntime
package import Storage
package import Telemetry
internal import Timekeeping

/// Log keys of payments.
package enum PaymentsLog {
    /// What happened, in a constant sentence.
    package static let event = LogKey<String>("payments.event")
}

/// Places at which a test may end the process (`NEXORS_FAILPOINT`), beside those of the provider's worker.
package enum PaymentsPlace {
    /// A command is durable, and its caller was not answered.
    package static let afterCommit = "payments.after_commit"
    /// All of them.
    package static let all = [afterCommit] + ProviderWorker.Place.allCases.map(\.rawValue)
}

/// Payments as a program: commands and queries over its store, the provider's worker, the outbox to dispatch.
package final class PaymentsServer: Sendable {
    /// All schemas that live in its store.
    package static let migrations = ServiceFrame.migrations + [PaymentsSchema.migrations]

    /// Where it listens, once it has started.
    package let port: CallPort
    /// Its parts in the order of starting, the store before them.
    package let parts: [any ServiceComponent]

    /// Why a server cannot be made.
    package enum Fault: Error {
        /// libcurl has no memory.
        case noProvider
    }

    /// Wires it; nothing starts.
    ///
    /// - Throws: `Fault`, unusable certificates or keys, no descriptors.
    package init(
        _ program: ServiceProgram,
        _ configuration: PaymentsConfiguration,
        store: any TransactionalStore
    ) throws {
        let frame = try ServiceFrame(program, store: store, peers: [.dispatch])
        let business = frame.businessTime
        let recorder = PaymentRecorder(outbox: OutboxTable()) { real in
            business.current.clock.businessTime(at: real)
        }
        let executor = CommandExecutor(PaymentsCommands(recorder))
        let outbox = frame.outbox(to: [.dispatch], executor: executor)
        let loop = program.loops.next()
        let transport = try Self.transport(program, configuration, on: loop)
        let worker = Self.worker(
            program,
            configuration,
            transport,
            recorder,
            store,
            outbox.pump,
            on: loop
        )
        var routes = CallRoutes()
        PaymentsCallRoutes.register(
            in: &routes,
            executor: executor,
            store: store,
            time: program.time
        ) { [pump = outbox.pump, failpoint = configuration.failpoint] in
            failpoint.pass(PaymentsPlace.afterCommit)
            worker.wake()
            pump.wake()
        }
        port = frame.port(routes, control: frame.control(outbox: outbox))
        parts =
            frame.parts + outbox.parts + [
                TransportPart(transport),
                TaskPart(
                    "provider worker",
                    on: loop,
                    finish: { worker.stop() },
                    run: { await worker.run() }
                ),
                port,
            ]
    }

    private static func transport(
        _ program: ServiceProgram,
        _ configuration: PaymentsConfiguration,
        on loop: EventLoop
    ) throws(Fault) -> CurlProviderTransport {
        let health = program.health
        guard
            let transport = CurlProviderTransport(
                configuration.payPal,
                loop: loop,
                registry: program.registry,
                time: program.time,
                isUp: { health.set("paypal", isUp: $0) }
            )
        else { throw .noProvider }
        return transport
    }

    private static func worker(
        _ program: ServiceProgram,
        _ configuration: PaymentsConfiguration,
        _ transport: CurlProviderTransport,
        _ recorder: PaymentRecorder,
        _ store: any TransactionalStore,
        _ pump: OutboxPump,
        on loop: EventLoop
    ) -> ProviderWorker {
        var environment = ProviderWorker.Environment(
            store: store,
            recorder: recorder,
            transport: transport,
            basicCredentials: configuration.payPalCredentials.reveal(),
            time: program.time,
            // The worker's task runs on the loop; the system's own timer takes it through two other threads.
            pause: { _ = await loop.sleep(for: $0) }
        )
        let logger = program.logger
        environment.recorded = { pump.wake() }
        environment.failed = { event in
            logger.warning("the provider's worker was held up", [PaymentsLog.event("\(event)")])
        }
        environment.passed = { [failpoint = configuration.failpoint] in
            failpoint.pass($0.rawValue)
        }
        return ProviderWorker(environment)
    }
}

/// Closes the provider's connections once nobody uses them.
private struct TransportPart: ServiceComponent {
    let name = "provider transport"
    private let transport: CurlProviderTransport

    init(_ transport: CurlProviderTransport) {
        self.transport = transport
    }

    func start() async throws {}

    func stop(within limit: Duration) async { await transport.close() }
}
