package import Telemetry
package import Timekeeping

/// A part of a program that starts and stops: a store, a server, a relay.
package protocol ServiceComponent: Sendable {
    /// What log lines call it.
    var name: String { get }

    /// Begins; returns once it works.
    ///
    /// - Throws: What keeps it from working, in words for an operator. It has then cleaned up after itself.
    func start() async throws

    /// Ends: finishes what it has and returns. After `limit` nobody waits any more.
    func stop(within limit: Duration) async
}

/// Log keys of the runtime.
package enum RuntimeLog {
    /// A part of the program.
    package static let component = LogKey<String>("runtime.component")
    /// Why something happened.
    package static let reason = LogKey<String>("runtime.reason")
    /// How long something took.
    package static let duration = LogKey<Duration>("runtime.duration")
    /// The version that runs.
    package static let version = LogKey<String>("runtime.version")
}

/// Runs the parts of a program: starts them in order, waits for the end, stops them in reverse, bounded in time.
///
/// The order is written once, in `main`: what comes later may use what comes earlier, while it starts and
/// while it drains.
package struct ServiceGroup: Sendable {
    private let components: [any ServiceComponent]
    private let stop: StopRequest
    private let health: Health
    private let logger: Logger
    private let drainTime: Duration
    private let time: any TimeSource
    private let wait: @Sendable (Duration) async -> Void

    /// A group that has not started.
    ///
    /// - Parameters:
    ///   - components: In the order of starting.
    ///   - stop: Ends the run; `SignalWatcher` and faulty parts resolve it.
    ///   - drainTime: For stopping all of them together.
    ///   - wait: Waits for real time; tests pass their own.
    package init(
        _ components: [any ServiceComponent],
        stop: StopRequest,
        health: Health,
        logger: Logger,
        drainTime: Duration,
        time: any TimeSource = SystemTimeSource(),
        wait: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.components = components
        self.stop = stop
        self.health = health
        self.logger = logger
        self.drainTime = drainTime
        self.time = time
        self.wait = wait
    }

    /// Runs until the stop request and returns what to exit with.
    package func run() async -> ExitCode {
        logger.info("starting", [RuntimeLog.version(BuildInfo.version)])
        var started: [any ServiceComponent] = []
        for component in components {
            // A signal that comes while starting is not kept waiting for the rest.
            guard stop.current == nil else { break }
            do {
                try await component.start()
                started.append(component)
                logger.debug("started", [RuntimeLog.component(component.name)])
            } catch {
                logger.error(
                    "cannot start",
                    [RuntimeLog.component(component.name), RuntimeLog.reason("\(error)")]
                )
                stop.resolve(.fault("\(component.name) cannot start"))
            }
        }
        if started.count == components.count {
            health.enter(.serving)
            logger.info("serving")
        }
        let reason = await stop.value()
        logger.info("stopping", [RuntimeLog.reason("\(reason)")])
        health.enter(.draining)
        let isOrderly = await stopAll(started)
        if case .fault = reason { return .fault }
        return isOrderly ? .ok : .drainExpired
    }

    private func stopAll(_ started: [any ServiceComponent]) async -> Bool {
        let begin = time.now
        let deadline = begin.advanced(by: drainTime)
        var isOrderly = true
        for component in started.reversed() {
            // Even with the time used up each gets a moment to close its files.
            let rest = max(Self.leastTime, time.now.duration(to: deadline))
            if await !stopOne(component, within: rest) {
                isOrderly = false
                logger.warning("left behind", [RuntimeLog.component(component.name)])
            }
        }
        logger.info("stopped", [RuntimeLog.duration(begin.duration(to: time.now))])
        return isOrderly
    }

    /// What a part gets at least.
    package static let leastTime = Duration.milliseconds(200)

    private func stopOne(_ component: any ServiceComponent, within limit: Duration) async -> Bool {
        let outcome = OneShot<Bool>()
        // Not structured: a part that never returns must not keep the program. Both tasks end with the process.
        let stopping = Task {
            await component.stop(within: limit)
            outcome.resolve(true)
        }
        let timing = Task {
            await wait(limit)
            outcome.resolve(false)
        }
        let isOrderly = await outcome.value()
        timing.cancel()
        stopping.cancel()
        return isOrderly
    }
}
