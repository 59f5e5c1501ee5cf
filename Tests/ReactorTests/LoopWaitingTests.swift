import Reactor
import Testing

@Suite("Waiting on a loop")
struct LoopWaitingTests {
    @Test("a signal raised before the first wait is not lost, and two count as one")
    func signalBeforeWait() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let signal = await loop.submit { LoopSignal(loop: loop) }
        await loop.submit {
            signal.raise()
            signal.raise()
        }
        let record = Record<Int>()
        let task = loop.spawn {
            await signal.wait()
            record.append(1)
            await signal.wait()
            record.append(2)
        }
        await running.turn()
        #expect(record.values == [1])
        loop.execute { signal.raise() }
        await task.value
        #expect(record.values == [1, 2])
    }

    @Test("a promise delivers its first value to a waiter before or after, and no second")
    func promise() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let early = await loop.submit { LoopPromise<Int>(loop: loop) }
        let late = await loop.submit { LoopPromise<Int>(loop: loop) }
        let outcomes = await loop.submit { [early.complete(1), early.complete(2)] }
        #expect(outcomes == [true, false])
        let task = loop.spawn { await early.value() * 10 + late.value() }
        await running.turn()
        await loop.submit { _ = late.complete(5) }
        #expect(await task.value == 15)
    }

    @Test("a wait costs one job, however many functions lie between the task and it")
    func jobs() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let signal = await loop.submit { LoopSignal(loop: loop) }
        let before = await loop.submit { loop.jobCount }
        @Sendable func wait() async { await signal.wait() }
        await loop.spawn {
            for _ in 0..<100 {
                loop.execute { signal.raise() }
                await wait()
            }
        }.value
        let after = await loop.submit { loop.jobCount }
        #expect(after - before == 101)
    }
}
