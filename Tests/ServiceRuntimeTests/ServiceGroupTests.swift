import Glibc
import Telemetry
import TestSupport
import Testing
import Timekeeping

@testable import ServiceRuntime

private struct Refusal: Error, CustomStringConvertible {
    let description = "port 1 is in use"
}

/// A part that writes down what happens to it.
private final class Part: ServiceComponent {
    let name: String
    let record: Recorder<String>
    let failsToStart: Bool
    let hangs: Bool

    init(
        _ name: String,
        _ record: Recorder<String>,
        failsToStart: Bool = false,
        hangs: Bool = false
    ) {
        self.name = name
        self.record = record
        self.failsToStart = failsToStart
        self.hangs = hangs
    }

    func start() async throws {
        if failsToStart { throw Refusal() }
        record.append("+\(name)")
    }

    func stop(within limit: Duration) async {
        record.append("-\(name)")
        if hangs { _ = await OneShot<Void>().value() }
    }
}

@Suite("ServiceGroup", .timeLimit(.minutes(1)))
struct ServiceGroupTests {
    private let record = Recorder<String>()
    private let stop = StopRequest()
    private let health = Health()
    /// The group's waits: each gives its duration and ends when told to.
    private let waits = Recorder<Duration>()

    private func group(
        _ parts: [Part],
        logger: Logger = .none,
        wait: @escaping @Sendable (Duration) async -> Void
    ) -> ServiceGroup {
        ServiceGroup(
            parts,
            stop: stop,
            health: health,
            logger: logger,
            drainTime: .seconds(20),
            time: ManualTimeSource(),
            wait: wait
        )
    }

    /// Never ends by itself.
    private func never(_: Duration) async { _ = await OneShot<Void>().value() }

    @Test("starts in order, serves, and stops in reverse")
    func order() async {
        let group = group([Part("a", record), Part("b", record), Part("c", record)], wait: never)
        let running = Task { await group.run() }
        await record.wait(forCount: 3)
        stop.resolve(.signal(SIGTERM))
        #expect(await running.value == .ok)
        #expect(record.elements == ["+a", "+b", "+c", "-c", "-b", "-a"])
        #expect(health.report.phase == .draining)
    }

    @Test("a part that cannot start stops those before it and is named")
    func failure() async {
        let lines = Recorder<[UInt8]>()
        struct Sink: LogSink {
            let lines: Recorder<[UInt8]>
            func write(_ line: [UInt8]) { lines.append(line) }
        }
        let logger = Logger(service: "s", level: .error, sink: Sink(lines: lines))
        let parts = [Part("a", record), Part("b", record, failsToStart: true), Part("c", record)]
        #expect(await group(parts, logger: logger, wait: never).run() == .fault)
        #expect(record.elements == ["+a", "-a"])
        let text = lines.elements.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(text.contains("\"runtime.component\":\"b\""))
        #expect(text.contains("port 1 is in use"))
    }

    @Test("a part that does not end is left behind, and the others still stop")
    func hang() async {
        let parts = [Part("a", record), Part("b", record, hangs: true)]
        let waits = waits
        let record = record
        let running = Task {
            await group(parts) { limit in
                waits.append(limit)
                // The time runs out only for the part that hangs.
                await record.wait { $0.last == "-b" }
            }.run()
        }
        await record.wait(forCount: 2)
        stop.resolve(.asked)
        #expect(await running.value == .drainExpired)
        #expect(record.elements == ["+a", "+b", "-b", "-a"])
        #expect(waits.elements.first == .seconds(20))
    }

    @Test("a stop that comes before or while starting is honoured")
    func early() async {
        stop.resolve(.asked)
        #expect(await group([Part("a", record)], wait: never).run() == .ok)
        #expect(record.elements.isEmpty)
    }

    @Test("a fault of a part ends the program with its own code")
    func fault() async {
        let group = group([Part("a", record)], wait: never)
        let running = Task { await group.run() }
        await record.wait(forCount: 1)
        #expect(stop.resolve(.fault("the store is gone")))
        #expect(!stop.resolve(.asked))
        #expect(await running.value == .fault)
    }

    @Test("the first signal asks to stop, the second leaves at once")
    func signals() async {
        let left = Recorder<Int32>()
        let thread = SignalWatcher.start(stop, signals: [SIGUSR2]) { left.append($0) }
        pthread_kill(thread, SIGUSR2)
        #expect(await stop.value() == .signal(SIGUSR2))
        #expect(left.elements.isEmpty)
        pthread_kill(thread, SIGUSR2)
        #expect(await left.wait(forCount: 1) == [128 + SIGUSR2])
    }

    @Test("a terminal that goes away asks to stop, unless that is ignored from the start")
    func hangup() {
        #expect(SignalWatcher.stopSignals == [SIGTERM, SIGINT, SIGHUP])
        #expect(!SignalWatcher.isIgnored(SIGHUP))
        // SIGPIPE is ignored by every watcher of this process, and by `start` of each program.
        signal(SIGPIPE, SIG_IGN)
        #expect(SignalWatcher.isIgnored(SIGPIPE))
    }
}
