package import GatewayCore
package import Messages
package import Model
internal import Synchronization

/// A booking in memory with its document ready to be sent.
package struct CachedBooking: Sendable {
    /// The booking.
    package let view: BookingView
    /// Its JSON document.
    package let body: [UInt8]
    /// The document's strong entity tag, with its quotes.
    package let entityTag: String

    /// The document of `view`.
    package init(_ view: BookingView) {
        self.view = view
        body = BookingDocument.encode(view.snapshot)
        entityTag = "\"\(view.snapshot.sequence)\""
    }

    /// The same document after the driver has moved, which it does not tell.
    fileprivate init(_ cached: CachedBooking, moved view: BookingView) {
        self.view = view
        body = cached.body
        entityTag = cached.entityTag
    }

    /// The booking as dispatch told it.
    package var snapshot: BookingSnapshot { view.snapshot }
}

/// The bookings that were asked for lately, kept true by their tenants' feeds.
///
/// Served only while the tenant's feed is live; else whoever asks goes to dispatch. Filling races with the feed: a
/// snapshot that was read before an event came may arrive after it. So each reader says when it begins, events
/// that come meanwhile are remembered by number, and an outdated snapshot is used once but not kept.
package final class BookingCache: Sendable {
    private struct Fill {
        var readerCount = 0
        var sequenceMax: UInt64 = 0
    }

    private struct State {
        var bookings: RecentMap<BookingID, CachedBooking>
        var live: Set<TenantID> = []
        var fills: [BookingID: Fill] = [:]
    }

    private let state: Mutex<State>

    /// An empty cache for `capacity` bookings, some 2 KiB each.
    package init(capacity: Int) {
        state = Mutex(State(bookings: RecentMap(capacity: capacity)))
    }

    /// How many bookings it holds.
    package var count: Int { state.withLock { $0.bookings.count } }

    /// How many feeds are live.
    package var liveFeedCount: Int { state.withLock { $0.live.count } }

    /// The booking, where it is here and known to be true.
    package func find(_ booking: BookingID, of tenant: TenantID) -> CachedBooking? {
        state.withLock { state in
            guard state.live.contains(tenant), let cached = state.bookings.value(of: booking),
                cached.snapshot.tenant == tenant
            else { return nil }
            return cached
        }
    }

    /// Says that a snapshot of `booking` is about to be read; `endFill` follows.
    package func beginFill(_ booking: BookingID) {
        state.withLock { $0.fills[booking, default: Fill()].readerCount += 1 }
    }

    /// Takes the snapshot that was read, or `nil` where that failed.
    ///
    /// - Returns: The booking as it is known now, which may be newer than the snapshot.
    @discardableResult
    package func endFill(_ booking: BookingID, _ snapshot: BookingSnapshot?) -> CachedBooking? {
        state.withLock { state in
            var fill = state.fills[booking] ?? Fill(readerCount: 1)
            fill.readerCount -= 1
            state.fills[booking] = fill.readerCount > 0 ? fill : nil
            guard let snapshot else { return nil }
            if let known = state.bookings.peek(booking),
                known.snapshot.sequence >= snapshot.sequence
            {
                return known
            }
            let cached = CachedBooking(BookingView(snapshot))
            if snapshot.sequence >= fill.sequenceMax { state.bookings.insert(cached, for: booking) }
            return cached
        }
    }

    /// Takes an update of a tenant's feed.
    package func apply(_ update: BookingUpdate) {
        state.withLock { state in
            if update.kind == .step, state.fills[update.booking] != nil {
                let known = state.fills[update.booking]?.sequenceMax ?? 0
                state.fills[update.booking]?.sequenceMax = max(known, update.sequence)
            }
            guard let cached = state.bookings.peek(update.booking) else { return }
            var view = cached.view
            switch view.apply(update) {
            case .known: break
            case .applied: state.bookings.insert(CachedBooking(view), for: update.booking)
            case .moved:
                state.bookings.insert(CachedBooking(cached, moved: view), for: update.booking)
            case .incomplete: state.bookings.remove(update.booking)
            }
        }
    }

    /// Says whether the tenant's feed has told everything so far and goes on.
    package func setLive(_ tenant: TenantID, _ isLive: Bool) {
        state.withLock { state in
            if isLive { state.live.insert(tenant) } else { state.live.remove(tenant) }
        }
    }

    /// Forgets a tenant's bookings: its feed has a gap.
    package func forget(_ tenant: TenantID) {
        state.withLock { state in
            state.live.remove(tenant)
            state.bookings.removeAll { $0.snapshot.tenant == tenant }
        }
    }
}
