internal import Synchronization
package import Timekeeping

/// The event loops of a process: one per core that it may use, one by default.
package final class EventLoopGroup: Sendable {
    /// The most loops a process may have; more threads than that wait for each other on any machine we know.
    package static let countMax = 256

    /// The loops, in the order of their numbers.
    package let loops: [EventLoop]
    private let nextIndex = Atomic<Int>(0)

    /// Makes and starts `count` loops, named `name-0`, `name-1` and so on.
    ///
    /// - Parameter count: 1 ... `countMax`.
    /// - Throws: `.descriptorsExhausted` where the process has no file descriptor left.
    package init(
        name: String,
        count: Int = 1,
        timeSource: any TimeSource
    ) throws(SocketError) {
        precondition((1...Self.countMax).contains(count), "a group has 1 to 256 loops")
        var made: [EventLoop] = []
        for index in 0..<count {
            made.append(try EventLoop(name: "\(name)-\(index)", timeSource: timeSource))
        }
        loops = made
        for loop in loops { loop.start() }
    }

    /// The loops in turn, for new connections. From any thread.
    package func next() -> EventLoop {
        let index = nextIndex.wrappingAdd(1, ordering: .relaxed).oldValue
        return loops[Int(UInt(bitPattern: index) % UInt(loops.count))]
    }

    /// The loop that `key` belongs to, always the same one. From any thread.
    package func loop(forKey key: UInt64) -> EventLoop {
        loops[Int(key % UInt64(loops.count))]
    }

    /// Asks all loops to end when their work is done, and waits for them. From a thread that is none of
    /// theirs, once their connections are closed.
    package func stop() {
        for loop in loops { loop.stop() }
        for loop in loops { loop.join() }
    }
}
