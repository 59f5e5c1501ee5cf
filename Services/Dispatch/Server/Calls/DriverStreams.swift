internal import Calls
internal import Messages
internal import Model
internal import Reactor
internal import ServiceRuntime
internal import Storage
internal import Timekeeping
internal import WireFormat

extension DispatchCallRoutes {
    // MARK: - Offers

    /// What is on a driver's screen, then every change of it.
    func watchOffers(
        _ stream: ServerStream,
        _ request: WatchOffersRequest
    ) async throws(CallError) {
        let tenant = try CallerRights.tenant(of: stream.context, speakingFor: request.driver)
        guard let shift = shell.engine.shift(of: request.driver, tenant),
            shift.shift == request.shift, shift.closedAt == nil
        else {
            throw CallError(
                .failedPrecondition,
                "the driver has no such open shift",
                subCode: DispatchSubCode.shiftNotOpen.rawValue
            )
        }
        let key = DispatchShell.DriverKey(tenant: tenant, driver: request.driver)
        let follower = Follower<OfferEvent>(loop: shell.loop)
        // Nothing can come between the screen and what follows: both are this loop's.
        if let screen = shell.engine.screen(of: request.driver, tenant, at: shell.moment) {
            follower.add(screen)
        }
        shell.offerFollowers.add(follower, to: key)
        defer { shell.offerFollowers.remove(follower, from: key) }
        while true {
            try await pause(on: follower.signal)
            if follower.isOverrun { throw .tooSlow }
            for event in follower.takeWaiting() { try await send(timed(event), on: stream) }
        }
    }

    /// The event with how much real time is left for an answer.
    private func timed(_ event: OfferEvent) -> OfferEvent {
        guard event.kind == .offer else { return event }
        var timed = event
        let left = shell.businessTime.realWait(until: event.expiresAt)
        timed.answerMilliseconds = UInt32(clamping: left.wholeMilliseconds)
        return timed
    }

    // MARK: - Shifts

    /// Who is on duty in all fleets, then every change.
    func watchShifts(
        _ stream: ServerStream,
        _ request: WatchShiftsRequest
    ) async throws(CallError) {
        guard stream.context.caller == nil else {
            throw CallError(.permissionDenied, "shifts of all fleets are told to services alone")
        }
        let signal = LoopSignal(loop: shell.loop)
        shell.shiftFeed.follow(signal)
        shell.openStream(signal, isTicked: false)
        defer {
            shell.shiftFeed.unfollow(signal)
            shell.closeStream(signal)
        }
        var cursor = request.afterPosition
        try await sendShifts(after: &cursor, openOnly: request.afterPosition == 0, on: stream)
        var mark = ShiftEvent()
        mark.position = cursor
        mark.kind = WireEnum(.snapshotComplete)
        try await send(mark, on: stream)
        while true {
            try await pause(on: signal)
            while let fresh = shell.shiftFeed.elements(after: cursor), !fresh.isEmpty {
                for shift in fresh {
                    try await send(shift.event, on: stream)
                    cursor = shift.position
                }
            }
            if shell.shiftFeed.elements(after: cursor) == nil {
                try await sendShifts(after: &cursor, openOnly: false, on: stream)
            }
        }
    }

    /// Sends shifts from the store and moves `cursor` to a place up to which everything was told.
    ///
    /// A shift has only the place of its last change. So what is open may change between two pages of a snapshot and
    /// move behind it: the snapshot counts as of its first page, and what follows is told again.
    private func sendShifts(
        after cursor: inout UInt64,
        openOnly: Bool,
        on stream: ServerStream
    ) async throws(CallError) {
        var snapshotEnd: UInt64?
        while true {
            let after = cursor
            let (page, last) = try await read {
                session throws(StorageError) -> ([StoredShift], UInt64) in
                let page = try ShiftRows.changes(
                    after: after,
                    openOnly: openOnly,
                    limit: Self.pageCount,
                    in: session
                )
                return (page, try FeedRows.last(.shifts, of: TenantID(0), in: session))
            }
            guard cursor <= last else { throw .positionGone }
            for shift in page {
                try await send(shift.event, on: stream)
                cursor = shift.position
            }
            if openOnly, snapshotEnd == nil { snapshotEnd = last }
            if page.count < Self.pageCount {
                cursor = snapshotEnd ?? last
                return
            }
        }
    }
}
