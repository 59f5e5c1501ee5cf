import Delivery
import DeliverySQL
import Model
import Storage
import Synchronization
import TestSupport
import Timekeeping

/// A network that loses, doubles and delays, from a seed.
final class BadNetwork: Courier {
    private let executor: CommandExecutor
    private let store: any TransactionalStore
    private let generator: Mutex<SeededGenerator>

    init(_ executor: CommandExecutor, _ store: any TransactionalStore, seed: UInt64) {
        self.executor = executor
        self.store = store
        generator = Mutex(SeededGenerator(seed: seed))
    }

    func deliver(_ entry: OutboxEntry) async -> DeliveryOutcome {
        let (fate, yields) = generator.withLock {
            (Int.random(in: 0..<10, using: &$0), Int.random(in: 0..<20, using: &$0))
        }
        for _ in 0..<yields { await Task.yield() }
        let now = WallTime(secondsSinceEpoch: 1_780_000_000)
        if fate == 0 { return .unanswered(retryAfter: nil) }
        async let first = try? executor.execute(entry.command, at: now, on: store)
        if fate == 1 { _ = try? await executor.execute(entry.command, at: now, on: store) }
        guard let reply = await first else { return .unanswered(retryAfter: nil) }
        return fate == 2 ? .unanswered(retryAfter: .milliseconds(1)) : .replied(reply)
    }
}

/// A network without faults.
struct DirectCourier: Courier {
    let executor: CommandExecutor
    let store: any TransactionalStore

    func deliver(_ entry: OutboxEntry) async -> DeliveryOutcome {
        do throws(StorageError) {
            return .replied(
                try await executor.execute(
                    entry.command,
                    at: WallTime(secondsSinceEpoch: 1_780_000_000),
                    on: store
                )
            )
        } catch {
            return .unanswered(retryAfter: nil)
        }
    }
}
