import Reactor
import TestSupport
import Testing
import Timekeeping

@Suite("A loop led by hand")
struct SteppingTests {
    private let time = ManualTimeSource()

    @Test("tasks and timers run only when it is led, and time stands still in between")
    func led() throws {
        let loop = try EventLoop(name: "led", timeSource: time)
        loop.beginStepping()
        let record = Record<Int>()
        loop.spawn {
            record.append(1)
            _ = await loop.sleep(for: .seconds(5))
            record.append(2)
        }
        #expect(record.values.isEmpty)
        while loop.canStep { loop.step() }
        #expect(record.values == [1])
        #expect(loop.nextTimer == time.now.advanced(by: .seconds(5)))
        time.advance(by: .seconds(4))
        #expect(!loop.canStep)
        time.advance(by: .seconds(1))
        while loop.canStep { loop.step() }
        #expect(record.values == [1, 2])
        #expect(loop.nextTimer == nil)
    }

    @Test("loops that have ended hold no descriptor, even while somebody refers to them")
    func descriptors() throws {
        var ended: [EventLoop] = []
        // Twice the usual limit of a process.
        for _ in 0..<2048 {
            let loop = try EventLoop(name: "ended", timeSource: time)
            loop.beginStepping()
            loop.spawn { _ = await loop.sleep(for: .seconds(60)) }
            while loop.canStep { loop.step() }
            loop.endStepping()
            ended.append(loop)
        }
        #expect(ended.allSatisfy { !$0.canStep })
    }

    @Test("one thread leads two loops, and what one hands to the other comes in order")
    func two() throws {
        let first = try EventLoop(name: "first", timeSource: time)
        let second = try EventLoop(name: "second", timeSource: time)
        first.beginStepping()
        second.beginStepping()
        let record = Record<Int>()
        for number in 0..<10 {
            first.spawn {
                await second.submit { record.append(number) }
                record.append(100 + number)
            }
        }
        while first.canStep || second.canStep {
            first.step()
            second.step()
        }
        #expect(record.values.filter { $0 < 100 } == Array(0..<10))
        #expect(record.values.filter { $0 >= 100 } == Array(100..<110))
        #expect(first.foreignJobCount == 0)
    }
}
