import Reactor
import Synchronization
import TestSupport
import Timekeeping

/// A loop on its own thread with a clock that the test moves.
final class RunningLoop: Sendable {
    let time = ManualTimeSource()
    let loop: EventLoop

    init(_ name: String = "test") throws {
        loop = try EventLoop(name: name, timeSource: time)
        loop.start()
    }

    /// Moves the clock and lets the loop take a turn that sees it.
    func advance(by duration: Duration) async {
        time.advance(by: duration)
        await turn()
    }

    /// Returns once the loop has gone round twice: what was ready before has been handled.
    func turn() async {
        for _ in 0..<2 { await loop.submit {} }
    }

    func stop() {
        loop.stop()
        loop.join()
    }
}

/// A list that several threads append to.
final class Record<Element: Sendable>: Sendable {
    private let storage = Mutex<[Element]>([])

    var values: [Element] { storage.withLock { $0 } }

    func append(_ element: Element) {
        storage.withLock { $0.append(element) }
    }
}

/// A number that several threads raise.
final class Counter: Sendable {
    private let storage = Atomic<Int>(0)

    var value: Int { storage.load(ordering: .relaxed) }

    func add() {
        storage.wrappingAdd(1, ordering: .relaxed)
    }
}
