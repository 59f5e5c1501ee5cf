package import ServiceRuntime
package import Storage
package import Timekeeping

/// Forgets the ways of trips whose time is over: they are personal data, kept no longer than stated.
package enum TrailRetention {
    /// The wait between two clean-ups.
    package static let interval = Duration.seconds(60)
    /// Fixes forgotten in one transaction: some 10 ms of the writer, so that no acknowledgement waits long.
    package static let batchCount = 2000
    /// Transactions of one clean-up: a million fixes in five.
    package static let batchCountMax = 100

    /// The part that does so.
    ///
    /// - Parameters:
    ///   - keep: How long they are kept.
    ///   - now: Business time, by which fixes are measured.
    ///   - failed: Called where the store refuses; the next turn tries again.
    package static func part(
        _ store: any TransactionalStore,
        keep: Duration,
        now: @escaping @Sendable () -> WallTime,
        failed: @escaping @Sendable (StorageError) -> Void
    ) -> TaskPart {
        TaskPart.every(interval, "trail retention") {
            do throws(StorageError) {
                try await purge(store, before: now().advanced(by: .zero - keep))
            } catch {
                failed(error)
            }
        }
    }

    /// Forgets what came before `moment`, batch by batch.
    ///
    /// - Returns: How many fixes it forgot.
    @discardableResult
    package static func purge(
        _ store: any TransactionalStore,
        before moment: WallTime
    ) async throws(StorageError) -> Int {
        var total = 0
        for _ in 0..<batchCountMax {
            let count = try await store.write { session throws(StorageError) in
                try TrailTable.purge(before: moment, limit: batchCount, in: session)
            }
            total += count
            if count < batchCount || Task.isCancelled { break }
        }
        return total
    }
}
