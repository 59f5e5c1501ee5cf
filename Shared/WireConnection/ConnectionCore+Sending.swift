package import Timekeeping
package import WireFormat

extension ConnectionCore {
    /// Client: opens a call.
    ///
    /// - Parameters:
    ///   - call: The call block; its timeout also arms this side's timer.
    ///   - extensions: Encoded `OpenExtensions`, or empty.
    ///   - body: The first message, or empty.
    ///   - isEnd: Whether nothing more will be sent; always so where the client does not stream.
    /// - Returns: The call's number.
    /// - Throws: `SendRefusal`.
    package mutating func open(
        _ call: CallBlock,
        extensions: RawSpan = RawSpan(),
        body: RawSpan,
        isEnd: Bool = true,
        now: Instant
    ) throws(SendRefusal) -> StreamID {
        precondition(role == .client, "only clients open calls")
        precondition(
            call.timeoutMilliseconds != 0
                && (call.kind != .unary
                    || call.timeoutMilliseconds <= CallBlock.unaryTimeoutMaximum)
                && call.responseCredit <= CallBlock.creditMaximum,
            "the call block is legal"
        )
        guard phase == .up || phase == .awaitingAck else { throw .notConnected }
        guard !goAwayReceived, !goAwaySent else { throw .draining }
        guard streams.count < Int(agreed.streams) else { throw .tooManyStreams }
        guard lastOpened < .max else { throw .streamsExhausted }
        let payloadLength = CallBlock.byteCount + extensions.byteCount + body.byteCount
        guard payloadLength <= Int(agreed.maximumPayload),
            extensions.byteCount <= configuration.profile.extensionMaximum
        else { throw .tooLong }
        try takeRoom(payloadLength + FrameHeader.byteCount, credited: body.byteCount)

        let id = lastOpened == 0 ? 1 : lastOpened + 2
        let isEnd = isEnd || !call.kind.clientStreams
        let start = output.beginFrame(.open, flags: isEnd ? .end : [], on: StreamID(id))
        call.encode(into: &output)
        output.append(extensions)
        output.append(body)
        output.endFrame(start, extensionLength: extensions.byteCount)
        lastOpened = id
        let deadline = self.deadline(of: call, now: now)
        streamDeadline = min(streamDeadline, deadline)
        streams.insert(
            StreamState(
                id: id,
                kind: call.kind,
                facts: isEnd ? .localEnded : [],
                sendWindow: agreed.streamCredit,
                sendCredit: Int(agreed.streamCredit),
                receiveWindow: call.responseCredit,
                openBodyHeld: 0,
                receiveCredit: Int(call.responseCredit),
                receiveConsumed: 0,
                deadline: deadline
            )
        )
        return StreamID(id)
    }

    /// Sends a message of a call.
    ///
    /// A server's last message ends the call with OK and gives its place back. One without stream, like
    /// the answer of a unary call, must be the last.
    ///
    /// - Parameters:
    ///   - body: The message; empty only with `isEnd`, where it stands for none.
    ///   - stream: The call.
    ///   - isEnd: Whether this side sends nothing more.
    /// - Throws: `SendRefusal`; what was refused for credit or room may be tried after `.writable`.
    package mutating func sendData(
        _ body: RawSpan,
        on stream: StreamID,
        isEnd: Bool
    ) throws(SendRefusal) {
        guard phase == .up || phase == .awaitingAck else { throw .notConnected }
        let slot = streams.find(stream)
        guard slot >= 0 else { throw .streamClosed }
        let state = streams[slot]
        guard !state.facts.contains(.cancelled) else { throw .cancelled }
        guard !state.facts.contains(.localEnded) else { throw .streamClosed }
        let byteCount = body.byteCount
        precondition(byteCount > 0 || isEnd, "a message is not empty")
        let isSingleAnswer = role == .server && !state.kind.serverStreams
        precondition(isEnd || !isSingleAnswer, "the one answer of a call is its last message")
        guard byteCount <= Int(agreed.maximumPayload) else { throw .tooLong }
        guard isSingleAnswer || byteCount <= state.sendCredit else {
            streams[slot].facts.insert(.awaitsCredit)
            throw .noStreamCredit
        }
        try takeRoom(byteCount &+ FrameHeader.byteCount, credited: byteCount)
        if !isSingleAnswer { streams[slot].sendCredit &-= byteCount }
        output.appendFrame(.data, flags: isEnd ? .end : [], on: stream, payload: body)
        guard isEnd else { return }
        if role == .server {
            close(slot)
        } else {
            streams[slot].facts.insert(.localEnded)
        }
    }

    /// Server: ends a call, whatever was sent before, and gives its place back.
    ///
    /// Also how the owner says that the handler of a cancelled call has stopped.
    ///
    /// - Parameter details: Encoded detail fields, at most 8 KiB.
    /// - Returns: `false` where the call is already over.
    @discardableResult
    package mutating func sendStatus(
        _ status: StatusPayload,
        details: RawSpan = RawSpan(),
        on stream: StreamID
    ) -> Bool {
        precondition(role == .server, "only servers end calls with a status")
        precondition(details.byteCount <= 8192, "details have at most 8 KiB")
        guard phase == .up else { return false }
        let slot = streams.find(stream)
        guard slot >= 0 else { return false }
        status.encodeFrame(on: stream, details: details, into: &output)
        close(slot)
        return true
    }

    /// Client: asks the server to stop a call. Nothing of it is reported any more; its place is free
    /// again when the server has confirmed.
    ///
    /// - Parameter code: Any but OK.
    /// - Returns: `false` where the call is already over or cancelled.
    @discardableResult
    package mutating func cancel(_ stream: StreamID, code: StatusCode = .cancelled) -> Bool {
        precondition(role == .client && code != .ok, "clients cancel, with a reason")
        guard phase == .up || phase == .awaitingAck else { return false }
        let slot = streams.find(stream)
        guard slot >= 0, !streams[slot].facts.contains(.cancelled) else { return false }
        // Before HELLO_ACK the frame counts against the early bytes; 20 bytes of them are always kept.
        if phase == .awaitingAck { earlyByteCount += Self.cancelFrameByteCount }
        streams[slot].facts.insert(.cancelled)
        streams[slot].deadline = .max
        ControlPayload.encodeCancel(code, on: stream, into: &output)
        return true
    }

    /// Client: offers a new token for the living connection.
    ///
    /// - Returns: `false` where the connection is not up.
    @discardableResult
    package mutating func sendToken(_ token: RawSpan) -> Bool {
        precondition(role == .client, "only clients offer tokens")
        precondition((1...Hello.tokenMaximum).contains(token.byteCount), "1 to 2,048 bytes")
        guard phase == .up else { return false }
        AuthPayload.encodeFrame(token: token, into: &output)
        return true
    }

    /// Takes no more calls and lets open ones finish: queues GOAWAY; `.drained` follows.
    ///
    /// - Parameter reason: A graceful one.
    package mutating func drain(_ reason: GoAwayReason = .shuttingDown, now: Instant) {
        precondition(reason.isGraceful, "what is not graceful is a failure")
        guard phase == .up, !goAwaySent else { return }
        goAwaySent = true
        let milliseconds = configuration.drainTime.wholeMilliseconds
        GoAwayPayload(
            lastAccepted: StreamID(lastAccepted),
            reason: reason,
            drainMilliseconds: UInt32(clamping: milliseconds)
        ).encodeFrame(into: &output)
        drainDeadline = now.advanced(by: configuration.drainTime).nanoseconds
        ageDeadline = .max
        noteDrained()
    }

    /// A CANCEL frame's size in bytes.
    static let cancelFrameByteCount = 20

    /// Takes connection credit and output room for a frame, or refuses without taking any.
    @inline(__always)
    private mutating func takeRoom(
        _ frameByteCount: Int,
        credited: Int
    ) throws(SendRefusal) {
        guard credited <= sendCredit else {
            awaitsCredit = true
            throw .noConnectionCredit
        }
        guard
            output.byteCount &+ frameByteCount
                <= Int(agreed.connectionCredit) &+ ConnectionLimit.outputReserve
        else {
            awaitsRoom = true
            throw .outputFull
        }
        if phase == .awaitingAck {
            // Every early call may still have to be cancelled early.
            let reserved = (streams.count &+ 1) &* Self.cancelFrameByteCount
            guard
                earlyByteCount &+ frameByteCount &+ reserved <= ConnectionLimit.earlyByteCount
            else {
                awaitsRoom = true
                throw .beforeHello
            }
            earlyByteCount &+= frameByteCount
        }
        sendCredit &-= credited
    }
}
