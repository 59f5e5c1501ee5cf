internal import Delivery
internal import DeliverySQL
package import Storage
package import Timekeeping

/// Forgets commands whose sender has long given up, so that the inbox does not grow for ever.
package enum InboxRetention {
    /// How long a command's key is remembered: the sender gives up after 3 days (`RetryPolicy`), and an operator may
    /// set a parked entry free some days later.
    package static let life = Duration.seconds(14 * 86_400)
    /// The wait between two clean-ups.
    package static let interval = Duration.seconds(60)
    /// Records forgotten in one transaction: some 5 ms of the writer.
    package static let batchCount = 500

    /// The part that does so.
    ///
    /// - Parameter failed: Called where the store refuses; the next turn tries again.
    package static func part(
        _ store: any TransactionalStore,
        time: any TimeSource,
        failed: @escaping @Sendable (StorageError) -> Void
    ) -> TaskPart {
        precondition(
            life >= InboxDecision.retentionMin(for: RetryPolicy()),
            "An inbox remembers longer than any sender tries."
        )
        return TaskPart.every(interval, "inbox retention") {
            do throws(StorageError) {
                try await purge(store, at: time.wallTime)
            } catch {
                failed(error)
            }
        }
    }

    /// Forgets everything that is old at `now`, batch by batch.
    ///
    /// - Returns: How many records it forgot.
    @discardableResult
    package static func purge(
        _ store: any TransactionalStore,
        at now: WallTime
    ) async throws(StorageError) -> Int {
        let moment = now.advanced(by: .zero - life)
        var total = 0
        while !Task.isCancelled {
            let count = try await store.write { session throws(StorageError) in
                try InboxTable.purge(before: moment, limit: batchCount, in: session)
            }
            total += count
            if count < batchCount { break }
        }
        return total
    }
}
