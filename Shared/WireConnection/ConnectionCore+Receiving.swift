internal import Timekeeping
internal import WireFormat

extension ConnectionCore {
    /// Acts on one complete frame whose header rules hold.
    @inline(__always)
    mutating func receive(
        _ header: FrameHeader,
        _ bytes: RawSpan,
        at offset: Int,
        now: Instant
    ) throws(WireError) -> ConnectionEvent? {
        if header.type == .data {
            return role == .server
                ? try receiveRequestData(header, at: offset)
                : try receiveAnswerData(header, at: offset)
        }
        if header.type == .open { return try receiveOpen(header, bytes, at: offset, now: now) }
        return try receiveControl(header, bytes, at: offset, now: now)
    }

    private mutating func receiveOpen(
        _ header: FrameHeader,
        _ bytes: RawSpan,
        at offset: Int,
        now: Instant
    ) throws(WireError) -> ConnectionEvent? {
        guard role == .server else { throw .unexpectedFrame }
        guard header.stream.rawValue > lastOpened else { throw .streamNotIncreasing }
        guard header.extensionLength <= configuration.profile.extensionMaximum else {
            throw .extensionTooLong
        }
        let open = try OpenPayload(decoding: bytes, at: offset, header: header)
        try takeConnectionCredit(open.body.count)
        lastOpened = header.stream.rawValue
        meter.open(at: now.nanoseconds)
        if goAwaySent {
            // The client learns from our GOAWAY that this call was not processed.
            returnCredit(open.body.count)
            return nil
        }
        guard streams.count < Int(agreed.streams) else {
            try refuse(header.stream, .resourceExhausted, bodyByteCount: open.body.count)
            return nil
        }
        guard !open.extensions.hasUnknownCritical else {
            try refuse(header.stream, .unimplemented, bodyByteCount: open.body.count)
            return nil
        }
        lastAccepted = header.stream.rawValue
        let isEnd = header.flags.contains(.end)
        let deadline = self.deadline(of: open.call, now: now)
        streamDeadline = min(streamDeadline, deadline)
        streams.insert(
            StreamState(
                id: header.stream.rawValue,
                kind: open.call.kind,
                facts: isEnd ? .remoteEnded : [],
                sendWindow: open.call.responseCredit,
                sendCredit: Int(open.call.responseCredit),
                receiveWindow: agreed.streamCredit,
                openBodyHeld: Int32(truncatingIfNeeded: open.body.count),
                receiveCredit: Int(agreed.streamCredit),
                receiveConsumed: 0,
                deadline: deadline
            )
        )
        openedCall = OpenedCall(call: open.call, extensions: open.extensions)
        return .opened(header.stream, body: open.body, isEnd: isEnd)
    }

    /// When a call's time is up.
    func deadline(of call: CallBlock, now: Instant) -> UInt64 {
        call.timeoutMilliseconds == CallBlock.noTimeout
            ? .max
            : later(now, UInt64(call.timeoutMilliseconds) &* 1_000_000)
    }

    /// Answers a call that the owner never sees.
    private mutating func refuse(
        _ stream: StreamID,
        _ code: StatusCode,
        bodyByteCount: Int
    ) throws(WireError) {
        returnCredit(bodyByteCount)
        try countForcedAnswer()
        StatusPayload(code, notProcessed: true)
            .encodeFrame(on: stream, details: RawSpan(), into: &output)
    }

    private mutating func receiveRequestData(
        _ header: FrameHeader,
        at offset: Int
    ) throws(WireError) -> ConnectionEvent? {
        let byteCount = header.payloadLength
        let isEnd = header.flags.contains(.end)
        guard byteCount > 0 || isEnd else { throw .emptyData }
        let slot = streams.find(header.stream)
        guard slot >= 0 else {
            guard header.stream.rawValue <= lastOpened else { throw .streamUnknown }
            // The call ended while this was on its way.
            try takeConnectionCredit(byteCount)
            returnCredit(byteCount)
            return nil
        }
        guard !streams[slot].facts.contains(.remoteEnded) else { throw .dataAfterEnd }
        guard byteCount <= streams[slot].receiveCredit else { throw .creditExceeded }
        try takeConnectionCredit(byteCount)
        streams[slot].receiveCredit &-= byteCount
        if isEnd { streams[slot].facts.insert(.remoteEnded) }
        guard !streams[slot].facts.contains(.cancelled) else {
            returnCredit(byteCount)
            return nil
        }
        return .data(header.stream, body: offset..<(offset &+ byteCount), isEnd: isEnd)
    }

    private mutating func receiveAnswerData(
        _ header: FrameHeader,
        at offset: Int
    ) throws(WireError) -> ConnectionEvent? {
        let byteCount = header.payloadLength
        let isEnd = header.flags.contains(.end)
        guard byteCount > 0 || isEnd else { throw .emptyData }
        let slot = streams.find(header.stream)
        guard slot >= 0 else { throw .streamUnknown }
        if streams[slot].kind.serverStreams {
            guard byteCount <= streams[slot].receiveCredit else { throw .creditExceeded }
            streams[slot].receiveCredit &-= byteCount
        } else {
            guard isEnd else { throw .endRequired }
        }
        try takeConnectionCredit(byteCount)
        let isCancelled = streams[slot].facts.contains(.cancelled)
        if isEnd { close(slot) }
        guard !isCancelled else {
            returnCredit(byteCount)
            return nil
        }
        return .data(header.stream, body: offset..<(offset &+ byteCount), isEnd: isEnd)
    }

    /// Removes a call that is over for both sides.
    mutating func close(_ slot: Int) {
        streams.remove(at: slot)
        if streams.count == 0 { noteDrained() }
    }

    @inline(__always)
    private mutating func takeConnectionCredit(_ byteCount: Int) throws(WireError) {
        guard byteCount <= receiveCredit else { throw .creditExceeded }
        receiveCredit &-= byteCount
    }
}
