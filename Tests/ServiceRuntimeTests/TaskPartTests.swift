import Reactor
import ServiceRuntime
import TestSupport
import Testing
import Timekeeping

@Suite("TaskPart", .timeLimit(.minutes(1)))
struct TaskPartTests {
    private static func never(_: Duration) async {
        let gate = OneShot<Void>()
        await withTaskCancellationHandler {
            await gate.value()
        } onCancel: {
            gate.resolve(())
        }
    }

    @Test("a task that is asked to finish is waited for, not cancelled")
    func finishes() async throws {
        let asked = OneShot<Void>()
        let record = Recorder<String>()
        let part = TaskPart("a", finish: { asked.resolve(()) }, wait: Self.never) {
            await asked.value()
            record.append(Task.isCancelled ? "cancelled" : "finished")
        }
        try await part.start()
        await part.stop(within: .seconds(5))
        #expect(record.elements == ["finished"])
    }

    @Test("one that does not finish in time is cancelled shortly before the limit")
    func late() async throws {
        let waits = Recorder<Duration>()
        let record = Recorder<String>()
        let part = TaskPart("a", finish: {}, wait: { waits.append($0) }) {
            await Self.never(.zero)
            record.append(Task.isCancelled ? "cancelled" : "finished")
        }
        try await part.start()
        await part.stop(within: .seconds(5))
        #expect(record.elements == ["cancelled"])
        #expect(waits.elements == [.milliseconds(4900)])
    }

    @Test("on a loop it stays there with its child tasks, wherever they suspend")
    func onLoop() async throws {
        let loop = try EventLoop(name: "part", timeSource: ManualTimeSource())
        loop.start()
        let asked = OneShot<Void>()
        let record = Recorder<Bool>()
        let part = TaskPart("a", on: loop, finish: { asked.resolve(()) }, wait: Self.never) {
            record.append(loop.isCurrent)
            await withDiscardingTaskGroup { group in
                for _ in 0..<3 {
                    group.addTask {
                        record.append(loop.isCurrent)
                        await asked.value()
                        record.append(loop.isCurrent)
                    }
                }
            }
        }
        try await part.start()
        await part.stop(within: .seconds(5))
        #expect(record.elements == Array(repeating: true, count: 7))
        loop.stop()
        loop.join()
    }

    @Test("repeated work is done at once, then after each wait, and ends when stopped")
    func every() async throws {
        let record = Recorder<Int>()
        let gate = OneShot<Void>()
        let part = TaskPart.every(
            .seconds(60),
            "a",
            wait: { interval in
                #expect(interval == .seconds(60))
                if record.elements.count >= 3 {
                    gate.resolve(())
                    await Self.never(interval)
                }
            }
        ) { record.append(0) }
        try await part.start()
        await gate.value()
        await part.stop(within: .seconds(5))
        #expect(record.elements.count == 3)
    }

    @Test("a part that never started stops at once")
    func notStarted() async {
        await TaskPart("a", run: {}).stop(within: .zero)
    }
}
