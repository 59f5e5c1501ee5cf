import Glibc
import Reactor
import TestSupport
import Testing
import Timekeeping

@Suite("Event loop")
struct EventLoopTests {
    @Test("closures run on the loop's thread, in the order of one caller")
    func order() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let record = Record<Int>()
        let loop = running.loop
        for index in 0..<1000 {
            loop.execute { if loop.isCurrent { record.append(index) } }
        }
        await running.turn()
        #expect(record.values == Array(0..<1000))
    }

    @Test("no wake-up is lost when many threads hand over at once")
    func storm() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let count = Counter()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for index in 0..<5000 {
                        // Alternates bursts with waiting for the loop to go to sleep.
                        if index % 250 == 0 {
                            await loop.submit { count.add() }
                        } else {
                            loop.execute { count.add() }
                        }
                    }
                }
            }
        }
        await running.turn()
        #expect(count.value == 40_000)
    }

    @Test(
        "a task started with the loop's preference stays on it: no job from another thread follows"
    )
    func executorPreference() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let before = loop.foreignJobCount
        let strayed = await loop.spawn {
            var strayed = 0
            for _ in 0..<1000 {
                let promise = LoopPromise<Int>(loop: loop)
                loop.execute { promise.complete(1) }
                _ = await promise.value()
                await Task.yield()
                if !loop.isCurrent { strayed += 1 }
            }
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 { group.addTask { loop.isCurrent } }
                for await isCurrent in group where !isCurrent { strayed += 1 }
            }
            return strayed
        }.value
        #expect(strayed == 0)
        #expect(loop.foreignJobCount - before == 1, "only the task's own start comes from outside")
    }

    @Test("a task without the preference is seen in the counter")
    func withoutPreference() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let stray = LoopActor(loop: running.loop)
        let before = running.loop.foreignJobCount
        for _ in 0..<10 { await stray.visit() }
        #expect(running.loop.foreignJobCount - before >= 10)
    }

    @Test("a closed descriptor whose number is reused in the same turn gets no stale event")
    func reusedDescriptor() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let stale = try await loop.submit { () -> Result<Int, SocketError> in
            Result { () throws(SocketError) in try ReuseScenario(loop: loop).run() }
        }.get()
        await running.turn()
        let seen = await loop.submit { ReuseScenario.current?.staleEventCount ?? -1 }
        #expect(stale == 0)
        #expect(seen == 0)
        await loop.submit {
            ReuseScenario.current?.close()
            ReuseScenario.current = nil
        }
    }

    @Test("end-of-turn handlers run once, after the turn's closures")
    func turnEnd() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let record = Record<String>()
        await loop.submit {
            let handler = TurnEndProbe { record.append("end") }
            loop.atEndOfTurn(handler)
            loop.execute { record.append("work") }
        }
        await running.turn()
        #expect(record.values == ["work", "end"])
    }

    @Test("stop lets the loop finish what it was given, and refuses what comes later")
    func stop() async throws {
        let running = try RunningLoop()
        let loop = running.loop
        let record = Record<Int>()
        let task = loop.spawn {
            for _ in 0..<100 { await Task.yield() }
            record.append(1)
        }
        loop.execute { loop.execute { record.append(0) } }
        running.stop()
        await task.value
        #expect(record.values.sorted() == [0, 1])
        loop.execute { record.append(2) }
        #expect(loop.refusedCount == 1)
        #expect(record.values.count == 2)
    }

    @Test("a turn's share of work leaves room for timers")
    func fairness() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let spins = Counter()
        let isDone = Counter()
        let fired = await loop.spawn {
            let promise = LoopPromise<Int>(loop: loop)
            @Sendable func spin() {
                spins.add()
                if isDone.value == 0 { loop.execute { spin() } }
            }
            spin()
            loop.schedule(after: .zero) { promise.complete(spins.value) }
            let spinsAtTimer = await promise.value()
            isDone.add()
            return spinsAtTimer
        }.value
        #expect(fired <= 3 * EventLoop.workPerTurnMax)
    }
}

/// An actor on the loop that is called from tasks without the loop's preference.
actor LoopActor {
    nonisolated let loop: EventLoop

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    init(loop: EventLoop) {
        self.loop = loop
    }

    func visit() {
        precondition(loop.isCurrent)
    }
}

final class TurnEndProbe: TurnEndHandler {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) {
        self.body = body
    }

    func endOfTurn() {
        body()
    }
}

/// Two readable sockets in one batch; the handler of whichever comes first closes the other and puts a new
/// descriptor under the same number.
final class ReuseScenario {
    nonisolated(unsafe) static var current: ReuseScenario?

    private final class Handler: FileEventHandler {
        unowned let scenario: ReuseScenario
        let index: Int

        init(_ scenario: ReuseScenario, _ index: Int) {
            self.scenario = scenario
            self.index = index
        }

        func fileReady(_ events: FileEvents) {
            scenario.ready(index)
        }
    }

    let loop: EventLoop
    var staleEventCount = 0
    private var isSwapped = false
    private var pairs: [(Int32, Int32)] = []
    private var registrations: [FileRegistration] = []

    init(loop: EventLoop) {
        self.loop = loop
    }

    func run() throws(SocketError) -> Int {
        Self.current = self
        for index in 0..<2 {
            let pair = try Socket.pair()
            pairs.append(pair)
            let handler = Handler(self, index)
            registrations.append(try loop.register(pair.0, for: .readable, handler: handler))
        }
        for pair in pairs { _ = write(pair.1, "x", 1) }
        return staleEventCount
    }

    func ready(_ index: Int) {
        if index == 2 {
            staleEventCount += 1
            return
        }
        guard !isSwapped else {
            loop.deregister(registrations[index])
            return
        }
        isSwapped = true
        let other = 1 - index
        loop.deregister(registrations[index])
        loop.deregister(registrations[other])
        // dup2 closes the old and gives its number to the new in one step: other tests open descriptors meanwhile.
        let reused = pairs[other].0
        guard let fresh = try? Socket.pair(), dup2(fresh.0, reused) == reused else { return }
        pairs.append(fresh)
        if let registration = try? loop.register(
            reused,
            for: .readable,
            handler: Handler(self, 2)
        ) {
            registrations.append(registration)
        }
    }

    func close() {
        for registration in registrations { loop.deregister(registration) }
    }
}
