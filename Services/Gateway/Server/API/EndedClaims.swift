internal import GatewayCore
internal import Model
internal import Synchronization
internal import Timekeeping

/// Claims whose work has ended while the store refused to write that down: its disk or its queue was full.
///
/// The store says of them that they run, and a repeat would be told so until `IdempotencyRecord.runningMax` is over.
/// Here is what the store does not know. An instance knows its own claims alone: at another one a repeat waits, as it
/// does for an instance that died.
final class EndedClaims: Sendable {
    /// Claims that are kept: some seconds of 500 bookings a second. Of one that is forgotten a repeat waits.
    static let capacity = 4096

    private let claims = Mutex(RecentMap<BookingID, WallTime>(capacity: capacity))

    /// Notes that nobody works under the claim of `record` any more.
    func note(_ record: IdempotencyRecord) {
        claims.withLock { $0.insert(record.claimedAt, for: record.booking) }
    }

    /// The stored `record` with what is known here: given back where its work has ended.
    ///
    /// A claim that was taken over since is a later one, and runs.
    func corrected(_ record: IdempotencyRecord) -> IdempotencyRecord {
        guard claims.withLock({ $0.peek(record.booking) }) == record.claimedAt else {
            return record
        }
        var record = record
        record.isReleased = true
        return record
    }
}
