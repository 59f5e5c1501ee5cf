import Reactor
import TestSupport
import Testing
import Timekeeping

@Suite("Timers of a loop")
struct TimerTests {
    @Test("fire in the order of their deadlines, ties in the order of scheduling, none early")
    func order() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let record = Record<String>()
        await loop.submit {
            for (name, milliseconds) in [("c", 30), ("a", 10), ("b1", 20), ("b2", 20), ("d", 40)] {
                loop.schedule(after: .milliseconds(milliseconds)) { record.append(name) }
            }
        }
        await running.advance(by: .nanoseconds(9_999_999))
        #expect(record.values.isEmpty)
        await running.advance(by: .nanoseconds(1))
        #expect(record.values == ["a"])
        await running.advance(by: .milliseconds(20))
        #expect(record.values == ["a", "b1", "b2", "c"])
        await running.advance(by: .milliseconds(10))
        #expect(record.values == ["a", "b1", "b2", "c", "d"])
    }

    @Test("a cancelled timer does not fire, and its token cancels no later one")
    func cancel() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let record = Record<Int>()
        let outcomes = await loop.submit { () -> [Bool] in
            let first = loop.schedule(after: .seconds(1)) { record.append(1) }
            let cancelled = loop.cancel(first)
            loop.schedule(after: .seconds(1)) { record.append(2) }
            return [cancelled, loop.cancel(first), loop.cancel(.none)]
        }
        #expect(outcomes == [true, false, false])
        await running.advance(by: .seconds(1))
        #expect(record.values == [2])
        #expect(await loop.submit { loop.timerCount } == 0)
    }

    @Test("agree with a sorted list under 100,000 random insertions and cancellations")
    func property() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let seed: UInt64 = 20_261_120
        let record = Record<Int>()
        let expected = await loop.submit { () -> [Int] in
            var generator = SeededGenerator(seed: seed)
            var live: [(deadline: Int, index: Int, token: TimerToken)] = []
            for index in 0..<100_000 {
                let deadline = Int.random(in: 1...5_000_000, using: &generator)
                let token = loop.schedule(after: .microseconds(deadline)) { record.append(index) }
                live.append((deadline, index, token))
                if index % 3 == 0 {
                    let position = Int.random(in: 0..<live.count, using: &generator)
                    live.swapAt(position, live.count - 1)
                    let victim = live.removeLast()
                    precondition(loop.cancel(victim.token), "a live timer is cancelled")
                }
            }
            return live.sorted { ($0.deadline, $0.index) < ($1.deadline, $1.index) }.map(\.index)
        }
        running.time.advance(by: .seconds(5))
        // A turn fires 1,024 timers at most.
        for _ in 0..<200 { await running.turn() }
        #expect(record.values == expected, "seed \(seed)")
    }

    @Test("sleep ends at its deadline, and at once where the task is cancelled")
    func sleep() async throws {
        let running = try RunningLoop()
        defer { running.stop() }
        let loop = running.loop
        let sleeper = loop.spawn { await loop.sleep(for: .seconds(1)) }
        let cancelled = loop.spawn { await loop.sleep(for: .seconds(1000)) }
        await running.turn()
        await running.advance(by: .seconds(1))
        #expect(await sleeper.value)
        cancelled.cancel()
        #expect(await cancelled.value == false)
        #expect(await loop.submit { loop.timerCount } == 0)
    }
}
