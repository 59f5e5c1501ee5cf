package import Timekeeping
internal import WireFormat

extension ConnectionCore {
    /// When `nextTimedEvent` wants to be called at the latest; `nil` for never.
    ///
    /// At once (an instant long past) while events wait.
    package var nextDeadline: Instant? {
        if queueHead < queue.count { return Instant(nanoseconds: 0) }
        guard phase != .failed, phase != .closed else { return nil }
        var earliest = min(handshakeDeadline, partialDeadline, silenceDeadline, nextPing)
        earliest = min(earliest, streamDeadline, drainDeadline)
        earliest = min(earliest, tokenDeadline, ageDeadline)
        return earliest == .max ? nil : Instant(nanoseconds: earliest)
    }

    /// Takes the next event that is due by time or waits since a command; sends the client's PINGs.
    ///
    /// - Returns: `nil` when nothing is due at `now`.
    package mutating func nextTimedEvent(now: Instant) -> ConnectionEvent? {
        if queueHead < queue.count { return takeQueued() }
        guard phase != .failed, phase != .closed else { return nil }
        let time = now.nanoseconds
        if let error = overdue(time) { return fail(error) }
        if time >= ageDeadline {
            ageDeadline = .max
            guard phase == .up else { return nil }
            drain(.connectionAge, now: now)
            return .ageReached
        }
        if time >= nextPing {
            pingsSent += 1
            lastPingSent = time
            nextPing = later(now, UInt64(agreed.keepAliveMilliseconds) * 1_000_000)
            ControlPayload.encodePing(pingsSent, isAnswer: false, into: &output)
        }
        if time >= streamDeadline { expireStreams(time) }
        return queueHead < queue.count ? takeQueued() : nil
    }

    /// What the connection ends with when its time is up.
    private func overdue(_ time: UInt64) -> WireError? {
        if time >= handshakeDeadline { return .helloTimeout }
        if time >= partialDeadline { return .frameTimeout }
        if time >= silenceDeadline { return .peerDead }
        if time >= tokenDeadline { return .authenticationExpired }
        if time >= drainDeadline { return .drainTimeout }
        return nil
    }

    /// Reports every call whose time is up, lowest id first, once.
    private mutating func expireStreams(_ time: UInt64) {
        for id in streams.sortedIDs() {
            let slot = streams.find(id)
            guard streams[slot].deadline <= time else { continue }
            streams[slot].deadline = .max
            enqueue(.expired(id))
        }
        streamDeadline = streams.earliestDeadline()
    }
}
