package import Configuration
internal import Glibc
package import Model
package import Reactor
package import Telemetry
package import Timekeeping

/// What every program has before its own parts: settings, log, metrics, health, loops and the internal port.
///
///     @main
///     struct PaymentsMain {
///         static func main() {
///             ServiceProgram.run(
///                 .payments,
///                 "What it is, for its help.",
///                 keys: { PaymentsKeys().add(to: &$0) }
///             ) { program in
///                 ... the program's parts, in the order of starting
///             }
///         }
///     }
package struct ServiceProgram: Sendable {
    /// The settings that all five have.
    package let configuration: CommonConfiguration
    /// All settings, for the program's own.
    package let values: ConfigurationValues
    /// Where lines go.
    package let logger: Logger
    /// What `/metrics` shows.
    package let registry: MetricsRegistry
    /// What `/readyz` shows.
    package let health: Health
    /// `NEXORS_EVENT_LOOPS` of them, started.
    package let loops: EventLoopGroup
    /// Ends the program; a part that cannot go on resolves it with `.fault`.
    package let stop: StopRequest
    /// The machine's clocks.
    package let time: any TimeSource

    /// A program from its pieces; `run` makes that of a process, tests make their own.
    package init(
        configuration: CommonConfiguration,
        values: ConfigurationValues,
        logger: Logger,
        registry: MetricsRegistry,
        health: Health,
        loops: EventLoopGroup,
        stop: StopRequest,
        time: any TimeSource
    ) {
        self.configuration = configuration
        self.values = values
        self.logger = logger
        self.registry = registry
        self.health = health
        self.loops = loops
        self.stop = stop
        self.time = time
    }

    /// Reads the settings, runs the program until it is asked to stop, and leaves with the fitting exit code.
    ///
    /// `--help` prints what it is and every key, `--version` the version; `--check` asks the program that runs under
    /// the same settings whether it is ready and leaves with 1 where it is not. There are no other arguments.
    ///
    /// Called from a `main` that is not async: before an async one runs, the system has threads already, and a signal
    /// that goes to one of them ends the process without a drain.
    ///
    /// - Parameters:
    ///   - summary: What the program is, for its help.
    ///   - keys: Adds the program's own settings to the common ones.
    ///   - parts: Makes the program's parts in the order of starting; they come after the log and the internal
    ///     port. A `ConfigurationError` of it counts as a wrong configuration.
    package static func run(
        _ service: ServiceName,
        _ summary: String,
        keys: (inout ConfigurationSchema) -> Void = { _ in },
        parts: @escaping @Sendable (ServiceProgram) throws -> [any ServiceComponent]
    ) -> Never {
        let stop = StopRequest()
        SignalWatcher.start(stop)
        var schema = ConfigurationSchema()
        CommonKeys(service).add(to: &schema)
        schema.begin(section: "Of \(service.text) alone")
        keys(&schema)
        let commandLine = ProgramCommandLine(service.text, summary, schema)
        switch commandLine.request(Array(CommandLine.arguments.dropFirst())) {
        case .start: break
        case .check: check(service, schema)
        case .say(let text, let code):
            write(text, to: code == .ok ? STDOUT_FILENO : STDERR_FILENO)
            _exit(code.rawValue)
        }
        Task { [schema] in
            do {
                let values = try ConfigurationValues(schema)
                let code: ExitCode
                do {
                    code = try await run(CommonConfiguration(service, values), values, stop, parts)
                } catch let error as ConfigurationError {
                    throw values.located(error)
                }
                // Without the handlers of exit(3): libraries would clean up under a part that was left behind.
                _exit(code.rawValue)
            } catch let error as ConfigurationError {
                let reasons = error.problems.map(\.description)
                giveUp(service, .badConfiguration, "a setting is wrong, --help shows all", reasons)
            } catch {
                giveUp(service, .fault, "cannot start", ["\(error)"])
            }
        }
        // The task ends the process; this thread has nothing to do until then.
        while true { pause() }
    }

    private static func run(
        _ configuration: CommonConfiguration,
        _ values: ConfigurationValues,
        _ stop: StopRequest,
        _ parts: (ServiceProgram) throws -> [any ServiceComponent]
    ) async throws -> ExitCode {
        DescriptorLimit.raise()
        let time = SystemTimeSource()
        let writer = LogWriter()
        let program = ServiceProgram(
            configuration: configuration,
            values: values,
            logger: Logger(
                service: configuration.service.text,
                level: configuration.logLevel,
                sink: writer,
                time: time
            ),
            registry: MetricsRegistry(),
            health: Health(),
            loops: try EventLoopGroup(
                name: configuration.service.text,
                count: configuration.eventLoopCount,
                timeSource: time
            ),
            stop: stop,
            time: time
        )
        BuildInfo.register(in: program.registry, service: configuration.service.text)
        let log = LogComponent(writer, registry: program.registry)
        let port = InternalServer(
            loop: program.loops.loops[0],
            address: configuration.internalListen,
            health: program.health,
            registry: program.registry,
            logger: program.logger
        )
        let code = await ServiceGroup(
            [port] + (try parts(program)),
            stop: stop,
            health: program.health,
            logger: program.logger,
            drainTime: configuration.drainTime,
            time: time
        ).run()
        // Outside the group, whose own last line comes when all its parts have stopped.
        await log.stop(within: ServiceGroup.leastTime)
        return code
    }

    private static func check(_ service: ServiceName, _ schema: ConfigurationSchema) -> Never {
        do throws(ConfigurationError) {
            let values = try ConfigurationValues(schema)
            let address = values[CommonKeys(service).internalListen]
            let (isReady, text) = ReadinessProbe.ask(address)
            guard isReady else { leave(.fault, text) }
            write(text + "\n", to: STDOUT_FILENO)
            _exit(ExitCode.ok.rawValue)
        } catch {
            leave(.badConfiguration, error.description)
        }
    }

    /// Ends a start that cannot succeed, each reason a line of the log, for whoever collects nothing else.
    private static func giveUp(
        _ service: ServiceName,
        _ code: ExitCode,
        _ message: StaticString,
        _ reasons: [String]
    ) -> Never {
        let writer = LogWriter()
        let logger = Logger(service: service.text, level: .error, sink: writer)
        for reason in reasons { logger.error(message, [RuntimeLog.reason(reason)]) }
        writer.close()
        _exit(code.rawValue)
    }

    private static func leave(_ code: ExitCode, _ message: String) -> Never {
        write(message + "\n", to: STDERR_FILENO)
        _exit(code.rawValue)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads: there is nobody left to tell.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
