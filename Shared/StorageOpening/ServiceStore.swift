package import ServiceRuntime
package import Storage
internal import Synchronization
package import Telemetry
package import Timekeeping

/// A program's own store as a part of it: opens and migrates at start, tells health whether it answers, closes at the
/// end.
///
/// It is handed to the other parts before it is open, so that `main` wires everything in one place; calls that come
/// too early fail with `.unavailable`. Started right after the internal port, stopped right before it.
package final class ServiceStore: TransactionalStore, ServiceComponent {
    /// The wait between two looks at whether it answers.
    package static let probeInterval = Duration.seconds(1)
    /// The least time between two lines of the log about the store's failures: a full disk fails every write.
    package static let failureLogInterval = Duration.seconds(10)

    private struct State {
        var store: (any OpenStore)?
        var probe: Task<Void, Never>?
        var failureLoggedAt: Instant?
    }

    package let name = "store"
    private let location: StoreLocation
    private let migrations: [MigrationSet]
    private let health: Health
    private let logger: Logger
    private let time: any TimeSource
    private let pause: @Sendable (Duration) async -> Void
    private let metrics: StoreMetrics
    private let state = Mutex(State())

    /// A store that is not open yet.
    ///
    /// - Parameters:
    ///   - migrations: All sets that live in it.
    ///   - logger: Hears of failures that an operator has to do something about.
    ///   - pause: Waits for so long, or less when its task is cancelled; a test's own clock decides there.
    package init(
        _ location: StoreLocation,
        migrations: [MigrationSet],
        health: Health,
        registry: MetricsRegistry,
        logger: Logger = .none,
        time: any TimeSource = SystemTimeSource(),
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.location = location
        self.migrations = migrations
        self.health = health
        self.logger = logger
        self.time = time
        self.pause = pause
        metrics = StoreMetrics(registry)
    }

    /// What the writer did so far; zeros before it is open.
    package var statistics: CommitGroup.Statistics {
        state.withLock { $0.store }?.statistics ?? CommitGroup.Statistics()
    }

    package func start() async throws {
        let store = try await StoreOpening.open(location, migrations: migrations, time: time)
        health.setStorage(fault: nil)
        state.withLock { state in
            state.store = store
            state.probe = Task { [self] in await watch(store) }
        }
    }

    package func stop(within limit: Duration) async {
        let (store, probe) = state.withLock { ($0.store, $0.probe) }
        probe?.cancel()
        await probe?.value
        await store?.close()
    }

    @discardableResult
    package func write<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        let begin = time.now
        do throws(StorageError) {
            let output = try await opened().write(body)
            metrics.write.record(begin.duration(to: time.now))
            return output
        } catch {
            note(error)
            throw error
        }
    }

    package func writeInPassing<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output,
        completion: @escaping @Sendable (Result<Output, StorageError>) -> Void
    ) {
        let begin = time.now
        let finish: @Sendable (Result<Output, StorageError>) -> Void = { [self] result in
            switch result {
            case .success: metrics.write.record(begin.duration(to: time.now))
            case .failure(let error): note(error)
            }
            completion(result)
        }
        do throws(StorageError) {
            try opened().writeInPassing(body, completion: finish)
        } catch {
            finish(.failure(error))
        }
    }

    package func read<Output: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws(StorageError) -> Output
    ) async throws(StorageError) -> Output {
        let begin = time.now
        do throws(StorageError) {
            let output = try await opened().read(body)
            metrics.read.record(begin.duration(to: time.now))
            return output
        } catch {
            note(error)
            throw error
        }
    }

    /// Counts a failure, and logs it where an operator has to act: callers hear only that it may be tried again.
    private func note(_ error: StorageError) {
        metrics.count(error)
        switch error.code {
        case .full, .unavailable, .corrupt: break
        case .conflict, .invalid, .overloaded, .fenced: return
        }
        let now = time.now
        let isDue = state.withLock { state in
            if let last = state.failureLoggedAt,
                last.duration(to: now) < Self.failureLogInterval
            {
                return false
            }
            state.failureLoggedAt = now
            return true
        }
        guard isDue else { return }
        logger.error("the store failed", [RuntimeLog.reason(error.description)])
    }

    private func opened() throws(StorageError) -> any OpenStore {
        guard let store = state.withLock({ $0.store }) else {
            throw StorageError(.unavailable, "the store is not open yet")
        }
        return store
    }

    // MARK: Health

    private func watch(_ store: any OpenStore) async {
        let probe = StoreProbe(store, pause: pause)
        while !Task.isCancelled {
            await pause(Self.probeInterval)
            guard !Task.isCancelled else { return }
            health.setStorage(fault: await probe.fault())
        }
    }
}
