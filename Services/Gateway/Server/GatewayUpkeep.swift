internal import GatewayCore
internal import Model
internal import ServiceRuntime
internal import Storage
internal import Telemetry
internal import Timekeeping

/// The gateway's regular work: keys of other instances, places in feeds, and what is old.
package struct GatewayUpkeep: Sendable {
    /// The wait between two looks for keys that another instance changed.
    package static let reloadInterval = Duration.seconds(10)
    /// The wait between two notes of how far the feeds are.
    package static let noteInterval = Duration.seconds(1)
    /// The wait between two clean-ups.
    package static let purgeInterval = Duration.seconds(60)
    /// Rows forgotten in one transaction: some 5 ms of the writer.
    package static let batchCount = 500
    /// How long a quote is kept after it was shown.
    package static let quoteRetention = Duration.seconds(86_400)

    let parts: GatewayAPI.Parts

    /// The work on `parts`.
    package init(parts: GatewayAPI.Parts) {
        self.parts = parts
    }

    /// The parts that do it.
    var components: [any ServiceComponent] {
        [
            TaskPart.every(Self.reloadInterval, "key reload") { await self.reload() },
            TaskPart.every(Self.noteInterval, "feed notes") { await self.note() },
            TaskPart.every(Self.purgeInterval, "retention") { await self.purge() },
        ]
    }

    private func report(_ error: StorageError) {
        parts.logger.warning("upkeep waits for the store", [GatewayLog.reason(error.message)])
    }

    /// Reads tenants and keys anew, and follows the feeds of new tenants.
    package func reload() async {
        do throws(StorageError) {
            for row in try await parts.provisioner.load() {
                parts.feeds.follow(row.tenant, after: row.feedPosition)
            }
        } catch {
            report(error)
        }
    }

    /// Stores how far the feeds are and when keys were used.
    package func note() async {
        let positions = parts.feeds.takePositions()
        let uses = parts.credentials.takeUses()
        guard !positions.isEmpty || !uses.isEmpty else { return }
        do throws(StorageError) {
            try await parts.store.write { session throws(StorageError) in
                for (tenant, position) in positions {
                    try TenantTable.setFeedPosition(position, of: tenant, in: session)
                }
                try KeyTable.setLastUse(uses, in: session)
            }
        } catch {
            // A place that is not noted is followed again; a use is noted with the next one.
            report(error)
        }
    }

    /// Forgets old keys and quotes.
    package func purge() async {
        let now = parts.time.wallTime
        let keysBefore = now.advanced(by: .zero - IdempotencyRecord.retention)
        let quotesBefore = now.advanced(by: .zero - Self.quoteRetention)
        do throws(StorageError) {
            var count = Self.batchCount
            while count == Self.batchCount, !Task.isCancelled {
                count = try await parts.store.write { session throws(StorageError) in
                    let keys = try IdempotencyTable.purge(
                        before: keysBefore,
                        limit: Self.batchCount,
                        in: session
                    )
                    let quotes = try QuoteTable.purge(
                        before: quotesBefore,
                        limit: Self.batchCount,
                        in: session
                    )
                    return max(keys, quotes)
                }
            }
        } catch {
            report(error)
        }
    }
}
