internal import Calls
internal import Messages
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import WireFormat

extension DispatchCallRoutes {
    // MARK: - One booking

    /// A booking's events from a sequence on, then each as it happens, and positions between them.
    func watchBooking(
        _ stream: ServerStream,
        _ request: WatchBookingRequest
    ) async throws(CallError) {
        let tenant = try CallerRights.tenant(of: stream.context, needing: .readBookings)
        let key = DispatchShell.BookingKey(tenant: tenant, booking: request.booking)
        // Following comes before reading: what is committed in between is then found twice, not never.
        let follower = Follower<BookingUpdate>(loop: shell.loop)
        shell.bookingFollowers.add(follower, to: key)
        defer { shell.bookingFollowers.remove(follower, from: key) }
        let isKnown = try await read { session throws(StorageError) in
            try BookingRows.find(request.booking, of: tenant, in: session) != nil
        }
        guard isKnown else { throw .bookingUnknown }
        var cursor = request.afterSequence
        try await sendEvents(of: request.booking, tenant, after: &cursor, on: stream)
        try await send(caughtUp(request.booking, tenant, sequence: cursor), on: stream)
        while true {
            try await pause(on: follower.signal)
            if follower.isOverrun { throw .tooSlow }
            for update in follower.takeWaiting() where update.sequence > cursor {
                if update.sequence > cursor + 1 {
                    try await sendEvents(of: request.booking, tenant, after: &cursor, on: stream)
                }
                guard update.sequence == cursor + 1 else { continue }
                try await send(update, on: stream)
                cursor = update.sequence
            }
            if follower.isTicked {
                follower.isTicked = false
                try sendPosition(of: request.booking, tenant, on: stream)
            }
        }
    }

    private func sendEvents(
        of booking: BookingID,
        _ tenant: TenantID,
        after cursor: inout UInt64,
        on stream: ServerStream
    ) async throws(CallError) {
        while true {
            let after = cursor
            let page = try await read { session throws(StorageError) in
                try EventRows.events(
                    of: booking,
                    tenant,
                    after: after,
                    limit: Self.pageCount,
                    in: session
                )
            }
            for update in page {
                try await send(update, on: stream)
                cursor = update.sequence
            }
            if page.count < Self.pageCount { return }
        }
    }

    private func caughtUp(
        _ booking: BookingID,
        _ tenant: TenantID,
        sequence: UInt64 = 0,
        feedPosition: UInt64 = 0
    ) -> BookingUpdate {
        var mark = BookingUpdate()
        mark.booking = booking
        mark.tenant = tenant
        mark.sequence = sequence
        mark.feedPosition = feedPosition
        mark.at = shell.businessTime.now
        mark.kind = WireEnum(.caughtUp)
        return mark
    }

    /// Positions are left out where the caller's credit does not suffice: the next one is newer.
    private func sendPosition(
        of booking: BookingID,
        _ tenant: TenantID,
        on stream: ServerStream
    ) throws(CallError) {
        guard let update = shell.engine.position(of: booking, tenant) else { return }
        let bytes = try Self.encoded(update)
        _ = try stream.trySend(bytes.span.bytes)
    }

    // MARK: - One tenant

    /// A tenant's events from a place on, then each as it happens.
    func watchTenant(
        _ stream: ServerStream,
        _ request: WatchTenantBookingsRequest
    ) async throws(CallError) {
        let tenant = try CallerRights.follower(of: stream.context)
        let signal = LoopSignal(loop: shell.loop)
        let feed = shell.feed(of: tenant)
        feed.follow(signal)
        shell.openStream(signal, isTicked: request.withPositions)
        defer {
            feed.unfollow(signal)
            shell.closeStream(signal)
        }
        var cursor = request.afterPosition
        try await sendPages(of: tenant, after: &cursor, on: stream)
        try await send(caughtUp(.none, tenant, feedPosition: cursor), on: stream)
        while true {
            try await pause(on: signal)
            while let fresh = feed.elements(after: cursor), !fresh.isEmpty {
                for update in fresh {
                    try await send(update, on: stream)
                    cursor = update.feedPosition
                }
            }
            if feed.elements(after: cursor) == nil {
                try await sendPages(of: tenant, after: &cursor, on: stream)
            }
            if shell.takeTick(signal) {
                for booking in shell.engine.driven(of: tenant) {
                    try sendPosition(of: booking, tenant, on: stream)
                }
            }
        }
    }

    private func sendPages(
        of tenant: TenantID,
        after cursor: inout UInt64,
        on stream: ServerStream
    ) async throws(CallError) {
        while true {
            let after = cursor
            let (page, last) = try await read {
                session throws(StorageError) -> ([BookingUpdate], UInt64) in
                let page = try EventRows.feed(
                    of: tenant,
                    after: after,
                    limit: Self.pageCount,
                    in: session
                )
                return (page, try FeedRows.last(.bookings, of: tenant, in: session))
            }
            guard cursor <= last else { throw .positionGone }
            for update in page {
                try await send(update, on: stream)
                cursor = update.feedPosition
            }
            if page.count < Self.pageCount { return }
        }
    }
}
