package import Reactor
package import ServiceRuntime
package import Storage
internal import Synchronization
package import Telemetry
internal import Timekeeping

/// The right of this process to decide: one lease on the store for all its markets, with a fencing epoch that every
/// transaction checks.
///
/// Two processes may run on one database, the one that serves and one that stands by, or that came up because the first
/// stood still. The lease decides who serves; the epoch makes sure: whatever the one that was replaced still wants
/// stored is refused in its transaction, and it ends.
package final class MarketLease: ServiceComponent {
    /// One shard stands for all markets of the store: an instance serves all of them.
    package static let shard = 0
    /// How often one that stands by looks, at most.
    private static let lookInterval = Duration.milliseconds(500)
    /// A lease is renewed at this part of its time.
    private static let renewalDivisor = 3

    package let name = "market lease"
    private let store: any TransactionalStore
    private let owner: ShardOwner
    private let term: Duration
    private let loop: EventLoop
    private let stop: StopRequest
    private let logger: Logger
    private let held = Mutex<ShardLease?>(nil)
    private let renewal = Mutex<Task<Void, Never>?>(nil)

    /// A lease that is not held yet.
    ///
    /// - Parameters:
    ///   - owner: This instance, by a name and address that no other living process has.
    ///   - term: How long it lasts without a sign of life.
    ///   - stop: Resolved with a fault once another process has taken over.
    package init(
        _ store: any TransactionalStore,
        owner: ShardOwner,
        term: Duration,
        loop: EventLoop,
        stop: StopRequest,
        logger: Logger
    ) {
        self.store = store
        self.owner = owner
        self.term = term
        self.loop = loop
        self.stop = stop
        self.logger = logger
    }

    /// The lease as it is held; `nil` before the start.
    package var current: ShardLease? { held.withLock { $0 } }

    /// Takes the lease; waits for as long as another process holds it, or until the program is asked to stop.
    package func start() async throws {
        var isTold = false
        while stop.current == nil {
            if let lease = try await takeUnlessHeld() {
                held.withLock { $0 = lease }
                logger.info("the markets are ours", [DispatchLog.epoch(Int(lease.epoch))])
                let task = loop.spawn { [self] in await keep() }
                renewal.withLock { $0 = task }
                return
            }
            if !isTold {
                logger.info("another process serves the markets; standing by")
                isTold = true
            }
            let wait = min(Self.lookInterval, term / Self.renewalDivisor)
            let loop = loop
            _ = await loop.spawn { await loop.sleep(for: wait) }.value
        }
    }

    /// Ends the renewal and gives the lease back, so that who stands by need not wait for its end.
    package func stop(within limit: Duration) async {
        let task = renewal.withLock { $0 }
        task?.cancel()
        await task?.value
        guard let lease = current else { return }
        do throws(StorageError) {
            try await store.write { session throws(StorageError) in
                try LeaseTable.release(lease, in: session)
            }
        } catch {
            // It runs out by itself.
            logger.warning("the lease is not released", [RuntimeLog.reason(error.message)])
        }
    }

    /// Another process has the markets: nothing that this one decides counts any more.
    package func lost() {
        logger.error("another process has taken the markets over")
        stop.resolve(.fault("another process has taken the markets over"))
    }

    /// Takes the lease; `nil` where another has it, or holds its row in a transaction and stands still.
    private func takeUnlessHeld() async throws(StorageError) -> ShardLease? {
        do throws(StorageError) {
            return try await take()
        } catch {
            guard error.code == .conflict else { throw error }
            return nil
        }
    }

    private func take() async throws(StorageError) -> ShardLease? {
        let (owner, term, time) = (owner, term, loop.timeSource)
        return try await store.write { session throws(StorageError) in
            try LeaseTable.acquire(
                Self.shard,
                by: owner,
                for: term,
                replacesOwnFormerLife: true,
                time: time,
                in: session
            )
        }
    }

    private func keep() async {
        while await loop.sleep(for: term / Self.renewalDivisor) {
            guard let lease = current else { return }
            let (term, time) = (term, loop.timeSource)
            do throws(StorageError) {
                let renewed = try await store.write { session throws(StorageError) in
                    try LeaseTable.prolong(lease, for: term, time: time, in: session)
                }
                held.withLock { $0 = renewed }
            } catch {
                if error.code == .fenced { return lost() }
                // Tried again; whether somebody has taken over meanwhile, every transaction asks.
                logger.warning("the lease is not renewed", [RuntimeLog.reason(error.message)])
            }
        }
    }
}

/// Log keys of dispatch.
package enum DispatchLog {
    /// The fencing epoch of a lease.
    package static let epoch = LogKey<Int>("dispatch.epoch")
    /// How many drivers.
    package static let driverCount = LogKey<Int>("dispatch.drivers")
}
