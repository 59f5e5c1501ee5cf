internal import Timekeeping
internal import WireFormat

extension ConnectionCore {
    /// Acts on every frame but OPEN and DATA.
    mutating func receiveControl(
        _ header: FrameHeader,
        _ bytes: RawSpan,
        at offset: Int,
        now: Instant
    ) throws(WireError) -> ConnectionEvent? {
        let payload = offset..<(offset &+ header.payloadLength)
        switch header.type {
        case .credit:
            let grant = try ControlPayload.credit(decoding: bytes, in: payload)
            return try receiveCredit(grant, on: header.stream, now: now)
        case .status:
            return try receiveStatus(header, bytes, at: offset)
        case .cancel:
            guard role == .server else { throw .unexpectedFrame }
            let code = try ControlPayload.cancel(decoding: bytes, in: payload)
            return try receiveCancel(code, on: header.stream, now: now)
        case .ping:
            let value = try ControlPayload.ping(decoding: bytes, in: payload)
            try receivePing(value, now: now)
            return nil
        case .pong:
            let value = try ControlPayload.ping(decoding: bytes, in: payload)
            guard value > pongsReceived, value <= pingsSent else { throw .unexpectedFrame }
            pongsReceived = value
            if value == pingsSent {
                roundTrip = Instant(nanoseconds: lastPingSent).duration(to: now)
            }
            return nil
        case .goAway:
            return try receiveGoAway(GoAwayPayload(decoding: bytes, in: payload))
        case .auth:
            guard role == .server else { throw .unexpectedFrame }
            let token = try AuthPayload.token(decoding: bytes, in: payload)
            try meter.control(at: now.nanoseconds)
            return .tokenOffered(token)
        default:
            guard header.type.isSkippable else { throw .unexpectedFrame }
            try meter.control(at: now.nanoseconds)
            return nil
        }
    }

    private mutating func receiveCredit(
        _ grant: UInt32,
        on stream: StreamID,
        now: Instant
    ) throws(WireError) -> ConnectionEvent? {
        let maximum = Int(CallBlock.creditMaximum)
        if stream == .connection {
            guard sendCredit &+ Int(grant) <= maximum else { throw .creditOverflow }
            try meter.credit(grant, window: agreed.connectionCredit, at: now.nanoseconds)
            sendCredit &+= Int(grant)
            guard awaitsCredit else { return nil }
            awaitsCredit = false
            return .writable(.connection)
        }
        let slot = streams.find(stream)
        guard slot >= 0 else {
            // The server may have ended the call while the grant was on its way.
            guard role == .server, stream.rawValue <= lastOpened else { throw .streamUnknown }
            try meter.credit(grant, window: ControlMeter.endedCallWindow, at: now.nanoseconds)
            return nil
        }
        let state = streams[slot]
        guard state.sendCredit &+ Int(grant) <= maximum else { throw .creditOverflow }
        try meter.credit(grant, window: state.sendWindow, at: now.nanoseconds)
        streams[slot].sendCredit &+= Int(grant)
        guard state.facts.contains(.awaitsCredit) else { return nil }
        streams[slot].facts.remove(.awaitsCredit)
        return .writable(stream)
    }

    private mutating func receiveStatus(
        _ header: FrameHeader,
        _ bytes: RawSpan,
        at offset: Int
    ) throws(WireError) -> ConnectionEvent? {
        guard role == .client else { throw .unexpectedFrame }
        var details = 0..<0
        let status = try StatusPayload(
            decoding: bytes,
            at: offset,
            header: header,
            details: &details
        )
        let slot = streams.find(header.stream)
        guard slot >= 0 else { throw .streamUnknown }
        let isCancelled = streams[slot].facts.contains(.cancelled)
        close(slot)
        guard !isCancelled else { return nil }
        receivedStatus = ReceivedStatus(
            code: status.code,
            subCode: status.subCode,
            retryAfterMilliseconds: status.retryAfterMilliseconds,
            notProcessed: status.notProcessed,
            text: (offset &+ StatusPayload.fixedByteCount)..<details.lowerBound,
            details: details
        )
        return .status(header.stream)
    }

    private mutating func receiveCancel(
        _ code: StatusCode,
        on stream: StreamID,
        now: Instant
    ) throws(WireError) -> ConnectionEvent? {
        guard stream.rawValue <= lastOpened else { throw .streamUnknown }
        let slot = streams.find(stream)
        let isLive = slot >= 0 && !streams[slot].facts.contains(.cancelled)
        if configuration.profile.countsCancels {
            try meter.cancel(at: now.nanoseconds)
        } else if !isLive {
            // Of open calls there are no more than OPENs; others have no such bound.
            try meter.control(at: now.nanoseconds)
        }
        guard isLive else { return nil }
        streams[slot].facts.insert(.cancelled)
        streams[slot].deadline = .max
        return .cancelled(stream, code)
    }

    private mutating func receivePing(_ value: UInt64, now: Instant) throws(WireError) {
        try meter.control(at: now.nanoseconds)
        if role == .server, configuration.profile.countsPingStrikes {
            try meter.ping(at: now.nanoseconds)
        }
        try countForcedAnswer()
        ControlPayload.encodePing(value, isAnswer: true, into: &output)
    }

    private mutating func receiveGoAway(_ goAway: GoAwayPayload) -> ConnectionEvent? {
        goAwayReceived = true
        if role == .client {
            for id in streams.sortedIDs() where id > goAway.lastAccepted {
                let slot = streams.find(id)
                let isCancelled = streams[slot].facts.contains(.cancelled)
                streams.remove(at: slot)
                if !isCancelled { enqueue(.unprocessed(id)) }
            }
        }
        if goAway.reason.isGraceful {
            noteDrained()
        } else {
            let events = queue[queueHead...]
            _ = fail(.endedByPeer)
            queue = Array(events) + [.failed]
        }
        return .goAway(goAway)
    }

    /// Bounds the answers that a peer can make us queue without reading them.
    mutating func countForcedAnswer() throws(WireError) {
        forcedAnswerCount += 1
        guard forcedAnswerCount <= ConnectionLimit.forcedAnswerCount else {
            throw .tooManyControlFrames
        }
    }
}
