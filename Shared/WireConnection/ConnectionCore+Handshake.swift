package import Timekeeping
package import WireFormat

extension ConnectionCore {
    /// Takes the next event before the connection is up.
    mutating func nextHandshakeEvent(
        in bytes: RawSpan,
        consumed: inout Int,
        now: Instant
    ) -> ConnectionEvent? {
        do throws(WireError) {
            switch phase {
            case .awaitingPreface, .awaitingHello, .awaitingAcceptance:
                return try nextServerEvent(in: bytes, consumed: &consumed, now: now)
            case .awaitingAck:
                return try nextClientEvent(in: bytes, consumed: &consumed, now: now)
            case .up, .closed, .failed:
                return nil
            }
        } catch {
            return fail(error)
        }
    }

    private mutating func nextServerEvent(
        in bytes: RawSpan,
        consumed: inout Int,
        now: Instant
    ) throws(WireError) -> ConnectionEvent? {
        if phase == .awaitingPreface {
            guard bytes.byteCount > consumed else { return nil }
            do throws(WireError) {
                let preface = try Preface(decoding: bytes, at: consumed)
                guard Preface.current.commonVersion(with: preface) != nil else {
                    throw .noCommonVersion
                }
            } catch .truncated {
                return nil
            }
            consumed &+= Preface.byteCount
            earlyByteCount = Preface.byteCount
            phase = .awaitingHello
        }
        guard earlyByteCount &+ bytes.byteCount &- consumed <= ConnectionLimit.earlyByteCount
        else { throw earlyError(in: bytes, at: consumed) }
        guard phase == .awaitingHello else { return nil }
        guard let header = try helloHeader(in: bytes, at: consumed, type: .hello) else {
            return nil
        }
        let start = consumed &+ FrameHeader.byteCount
        peer = try Hello(
            decoding: bytes,
            in: start..<(start &+ header.payloadLength),
            isAck: false
        )
        if let environment = peer.environment, environment != configuration.environment {
            throw .wrongEnvironment
        }
        consumed &+= header.frameByteCount
        earlyByteCount &+= header.frameByteCount
        agreed = configuration.limits.agreed(with: peer.limits)
        sendCredit = Int(agreed.connectionCredit)
        receiveCredit = Int(agreed.connectionCredit)
        handshakeDeadline = .max
        phase = .awaitingAcceptance
        return .hello(token: peer.token)
    }

    /// Too much came early: a HELLO that is itself too long is named as such.
    private func earlyError(in bytes: RawSpan, at offset: Int) -> WireError {
        guard phase == .awaitingHello, let length = try? bytes.integer(UInt32.self, at: offset)
        else { return .earlyDataTooLong }
        return length > UInt32(Hello.payloadMaximum) ? .helloTooLong : .earlyDataTooLong
    }

    private mutating func nextClientEvent(
        in bytes: RawSpan,
        consumed: inout Int,
        now: Instant
    ) throws(WireError) -> ConnectionEvent? {
        // A server without a common version answers with its preface; the magic is no legal length.
        if (try? bytes.integer(UInt32.self, at: consumed)) == Preface.magic {
            do throws(WireError) {
                _ = try Preface(decoding: bytes, at: consumed)
            } catch .truncated {
                return nil
            }
            throw .noCommonVersion
        }
        guard let header = try helloHeader(in: bytes, at: consumed, type: .helloAck) else {
            return nil
        }
        let start = consumed &+ FrameHeader.byteCount
        let payload = start..<(start &+ header.payloadLength)
        consumed &+= header.frameByteCount
        if header.type == .goAway {
            // The server refused HELLO; the reason is worth telling before the end.
            let goAway = try GoAwayPayload(decoding: bytes, in: payload)
            _ = fail(.endedByPeer)
            enqueue(.failed)
            return .goAway(goAway)
        }
        peer = try Hello(decoding: bytes, in: payload, isAck: true)
        guard peer.environment == configuration.environment else { throw .wrongEnvironment }
        guard peer.version == Preface.current.highestVersion else { throw .outOfRange("version") }
        becomeUp(now: now)
        return .established
    }

    /// The frame with which the peer must begin.
    private func helloHeader(
        in bytes: RawSpan,
        at offset: Int,
        type: FrameType
    ) throws(WireError) -> FrameHeader? {
        guard let length = try? bytes.integer(UInt32.self, at: offset) else { return nil }
        guard length <= UInt32(Hello.payloadMaximum) else {
            throw length > UInt32(FrameHeader.maximumPayload) ? .payloadTooLong : .helloTooLong
        }
        guard let header = try FrameHeader.next(in: bytes, at: offset) else { return nil }
        let isRefusal = role == .client && header.type == .goAway
        guard header.type == type || isRefusal else { throw .unexpectedFrame }
        return header
    }

    /// Server: takes the client on and queues HELLO_ACK.
    ///
    /// - Parameters:
    ///   - tokenExpiry: When the client's token expires; `nil` where it has none.
    ///   - serverTimeMicroseconds: The wall clock, for the client to correct its own by.
    ///   - now: The monotonic clock.
    package mutating func accept(
        tokenExpiry: Instant?,
        serverTimeMicroseconds: Int64,
        now: Instant
    ) {
        guard phase == .awaitingAcceptance else { return }
        var ack = Hello()
        ack.agent = configuration.agent
        ack.version = Preface.current.highestVersion
        ack.limits = configuration.limits
        ack.serverTimeMicroseconds = serverTimeMicroseconds
        ack.instance = configuration.instance
        ack.environment = configuration.environment
        ack.encodeFrame(isAck: true, into: &output)
        becomeUp(now: now)
        renewToken(expiry: tokenExpiry)
    }

    /// Server: the token in HELLO or AUTH holds until `expiry`; `nil` for ever.
    package mutating func renewToken(expiry: Instant?) {
        tokenDeadline =
            expiry?.advanced(by: ConnectionLimit.tokenGraceTime).nanoseconds ?? .max
    }

    /// Ends the connection because the owner found `error`: a refused token, for example.
    package mutating func refuse(_ error: WireError) {
        if let event = fail(error) { enqueue(event) }
    }

    private mutating func becomeUp(now: Instant) {
        if role == .client {
            let early = agreed
            agreed = configuration.limits.agreed(with: peer.limits)
            receiveCredit = Int(agreed.connectionCredit)
            // What went out early (16 KiB at most) fits the smallest legal credit: neither turns negative.
            sendCredit += Int(agreed.connectionCredit) - Int(early.connectionCredit)
            for id in streams.sortedIDs() {
                let slot = streams.find(id)
                streams[slot].sendCredit += Int(agreed.streamCredit) - Int(early.streamCredit)
                streams[slot].sendWindow = agreed.streamCredit
            }
            nextPing = later(now, UInt64(agreed.keepAliveMilliseconds) * 1_000_000)
            if awaitsRoom || awaitsCredit {
                awaitsRoom = false
                awaitsCredit = false
                enqueue(.writable(.connection))
            }
        }
        phase = .up
        handshakeDeadline = .max
        silenceNanoseconds = configuration.profile.silenceNanoseconds(
            keepAliveMilliseconds: agreed.keepAliveMilliseconds
        )
        silenceDeadline = later(now, silenceNanoseconds)
    }
}
