package import Reactor
internal import Synchronization

/// A part of a program that is one long task: a pump, a worker, a clean-up.
package final class TaskPart: ServiceComponent {
    /// What is kept of the time to stop for ending a task that was cancelled.
    static let cancelTime = Duration.milliseconds(100)

    package let name: String
    private let loop: EventLoop?
    private let run: @Sendable () async -> Void
    private let finish: (@Sendable () -> Void)?
    private let wait: @Sendable (Duration) async -> Void
    private let task = Mutex<Task<Void, Never>?>(nil)

    /// A part that has not started.
    ///
    /// - Parameters:
    ///   - loop: Where it runs with all its tasks: for work that mostly waits for calls on this loop, which then come
    ///     back without a change of threads. Without one it runs on any thread.
    ///   - finish: Asks `run` to return once what it has under way is done; without it the task is cancelled at
    ///     once.
    ///   - wait: Waits for real time, or less when its task is cancelled; tests pass their own.
    ///   - run: The work; returns soon after its task is cancelled.
    package init(
        _ name: String,
        on loop: EventLoop? = nil,
        finish: (@Sendable () -> Void)? = nil,
        wait: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        run: @escaping @Sendable () async -> Void
    ) {
        self.name = name
        self.loop = loop
        self.finish = finish
        self.wait = wait
        self.run = run
    }

    /// A part that does `body` again and again with a wait between, the first time at once.
    package static func every(
        _ interval: Duration,
        _ name: String,
        wait: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        _ body: @escaping @Sendable () async -> Void
    ) -> TaskPart {
        TaskPart(name, wait: wait) {
            while !Task.isCancelled {
                await body()
                await wait(interval)
            }
        }
    }

    package func start() async throws {
        let run = run
        let started = loop?.spawn { await run() } ?? Task { await run() }
        task.withLock { $0 = started }
    }

    package func stop(within limit: Duration) async {
        guard let task = task.withLock({ $0 }) else { return }
        guard let finish else {
            task.cancel()
            return await task.value
        }
        finish()
        let timing = Task { [wait] in
            await wait(limit - Self.cancelTime)
            task.cancel()
        }
        await task.value
        timing.cancel()
    }
}
