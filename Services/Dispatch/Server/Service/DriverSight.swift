package import Model
package import Timekeeping

/// When each driver was last heard of, by the monotonic clock; soft state of one process.
///
/// Silence says something of a driver only while ingest's stream of positions is complete: it counts from the end of
/// the stream's snapshot on, so that an outage of ingest, of the network to it or of dispatch itself loses nobody.
package struct DriverSight {
    /// Indexed by the reference; `nil` for one that was never heard.
    private var heardAt: [Instant?] = []
    /// Since when the stream has been complete; `nil` while it is not.
    package private(set) var isCompleteSince: Instant?

    /// Nobody was heard yet.
    package init() {}

    /// The stream's snapshot has come to its end: from now on silence counts.
    package mutating func complete(at now: Instant) {
        if isCompleteSince == nil { isCompleteSince = now }
    }

    /// The stream has broken.
    package mutating func interrupt() {
        isCompleteSince = nil
    }

    /// A fix of the driver with `reference` came, or his shift was opened; one that dispatch did not give is ignored.
    ///
    /// - Parameter referenceMax: The highest reference that is in use, which bounds the memory.
    /// - Complexity: O(1) amortised, no allocation in steady state.
    package mutating func hear(
        _ reference: DriverReference,
        at now: Instant,
        referenceMax: UInt64
    ) {
        guard reference.rawValue <= referenceMax else { return }
        let index = Int(reference.rawValue)
        if index >= heardAt.count {
            heardAt += Array(repeating: nil, count: index + 1 - heardAt.count)
        }
        heardAt[index] = now
    }

    /// Whether a fix of the driver came live within `limit`: one of the stream's snapshot may be old.
    package func isHeard(
        _ reference: DriverReference,
        within limit: Duration,
        at now: Instant
    ) -> Bool {
        guard let since = isCompleteSince, reference.rawValue < UInt64(heardAt.count),
            let heard = heardAt[Int(reference.rawValue)]
        else { return false }
        return heard > since && heard.duration(to: now) < limit
    }

    /// Whether nothing was heard of the driver for `limit` or longer, while there was a way to hear him.
    package func isSilent(
        _ reference: DriverReference,
        for limit: Duration,
        at now: Instant
    ) -> Bool {
        guard let since = isCompleteSince else { return false }
        var last = since
        if reference.rawValue < UInt64(heardAt.count),
            let heard = heardAt[Int(reference.rawValue)]
        {
            last = max(since, heard)
        }
        return last.duration(to: now) >= limit
    }
}
