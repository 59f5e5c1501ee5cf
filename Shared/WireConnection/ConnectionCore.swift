package import Timekeeping
package import WireFormat

/// One LBP/1 connection without its socket: received bytes and `now` in, events out; commands in, bytes
/// out.
///
/// It has no clock, no randomness and no I/O; the same value runs under the event loop, in the fuzzer and
/// in the simulator. One turn of its owner:
///
///     // bytes were read behind what the last turn left over
///     var consumed = 0
///     while let event = core.nextEvent(in: bytes, consumed: &consumed, now: now) { … commands … }
///     // keep bytes[consumed...], then, on the timer and at the end of every turn:
///     while let event = core.nextTimedEvent(now: now) { … commands … }
///     core.output.withUnsafeBytes { … write … }
///     core.outputTaken(written)
///     // wake up at core.nextDeadline
///
/// Nothing is allocated for a DATA frame; message bodies are ranges of the received bytes. Whatever
/// arrives, it never traps: it fails with a `WireError`.
package struct ConnectionCore: ~Copyable {
    /// How far the connection is.
    enum Phase: UInt8 {
        /// Server: to awaitingHello, or failed.
        case awaitingPreface
        /// Server: to awaitingAcceptance, or failed.
        case awaitingHello
        /// Server: to up by `accept`, or failed.
        case awaitingAcceptance
        /// Client: to up, or failed.
        case awaitingAck
        /// To closed or failed.
        case up
        /// The peer closed its side in order; final.
        case closed
        /// Final.
        case failed
    }

    /// Which side this is.
    package let role: ConnectionRole
    let configuration: ConnectionConfiguration
    var phase: Phase

    /// The peer's HELLO or HELLO_ACK, once it came. Its `token` range holds with the event only.
    package internal(set) var peer = Hello()
    /// The smaller of both sides' limits; before the handshake of this side's and the edge defaults.
    package internal(set) var agreed: ConnectionLimits
    /// Why the connection failed.
    package internal(set) var failure: WireError?
    /// The call of the last `.opened`.
    package internal(set) var openedCall = OpenedCall(
        call: CallBlock(service: 0, method: 0, timeoutMilliseconds: 1),
        extensions: OpenExtensions()
    )
    /// The end of the last `.status`.
    package internal(set) var receivedStatus = ReceivedStatus(
        code: .unknown,
        subCode: 0,
        retryAfterMilliseconds: 0,
        notProcessed: false,
        text: 0..<0,
        details: 0..<0
    )
    /// Frames waiting to be written.
    package internal(set) var output = OutputBuffer()
    /// The time that the last PING took to be answered; client only.
    package internal(set) var roundTrip: Duration?

    var streams = StreamTable()
    var meter = ControlMeter()
    /// Events that do not stem from the frame at hand.
    var queue: [ConnectionEvent] = []
    var queueHead = 0

    /// The highest stream id that was opened.
    var lastOpened: UInt32 = 0
    /// The highest stream id that was handed to the owner (server).
    var lastAccepted: UInt32 = 0
    /// Bytes of messages that may be sent.
    var sendCredit: Int
    /// Bytes of messages that the peer may send.
    var receiveCredit: Int
    /// Bytes consumed and not granted again yet.
    var receiveConsumed = 0
    /// Early bytes: sent before HELLO_ACK (client), received before it (server).
    var earlyByteCount = 0
    /// Answers that the peer forced and that wait in the output.
    var forcedAnswerCount = 0
    /// A send was refused for want of connection credit.
    var awaitsCredit = false
    /// A send was refused for want of room in the output or, before HELLO_ACK, in the early bytes.
    var awaitsRoom = false

    var goAwaySent = false
    var goAwayReceived = false
    var drainedReported = false

    // Times in nanoseconds of the monotonic clock; `.max` for none.
    var handshakeDeadline: UInt64
    var ageDeadline: UInt64 = .max
    var drainDeadline: UInt64 = .max
    var tokenDeadline: UInt64 = .max
    var partialDeadline: UInt64 = .max
    var silenceDeadline: UInt64 = .max
    var silenceNanoseconds: UInt64 = 0
    let frameNanoseconds: UInt64
    /// No call's time is up before this; it may be earlier than the earliest call's.
    var streamDeadline: UInt64 = .max
    var nextPing: UInt64 = .max
    var pingsSent: UInt64 = 0
    var pongsReceived: UInt64 = 0
    var lastPingSent: UInt64 = 0

    /// The server's side of a connection that was just accepted.
    package init(server configuration: ConnectionConfiguration, now: Instant) {
        self.init(role: .server, configuration, phase: .awaitingPreface, now: now)
    }

    /// The client's side of a connection that was just established: preface and HELLO wait in the output.
    ///
    /// - Parameter token: Who the client is, at most 2,048 bytes; empty where the transport says it.
    package init(client configuration: ConnectionConfiguration, token: RawSpan, now: Instant) {
        precondition(token.byteCount <= Hello.tokenMaximum, "a token has at most 2,048 bytes")
        self.init(role: .client, configuration, phase: .awaitingAck, now: now)
        Preface.current.encode(into: &output)
        var hello = Hello()
        hello.agent = configuration.agent
        hello.limits = configuration.limits
        hello.environment = configuration.environment
        hello.encodeFrame(isAck: false, token: token, into: &output)
        earlyByteCount = output.byteCount
    }

    private init(
        role: ConnectionRole,
        _ configuration: ConnectionConfiguration,
        phase: Phase,
        now: Instant
    ) {
        do {
            try configuration.limits.check()
        } catch {
            preconditionFailure("configured limits are legal: \(error.name)")
        }
        self.role = role
        self.configuration = configuration
        self.phase = phase
        agreed = configuration.limits.agreed(with: .edge)
        sendCredit = Int(agreed.connectionCredit)
        receiveCredit = Int(agreed.connectionCredit)
        handshakeDeadline = now.advanced(by: ConnectionLimit.handshakeTime).nanoseconds
        frameNanoseconds = UInt64(configuration.profile.frameTime.wholeNanoseconds)
        guard role == .server, let age = configuration.connectionAge else { return }
        ageDeadline = now.advanced(by: age).nanoseconds
    }

    /// Whether calls can be sent and received.
    package var isUp: Bool { phase == .up }

    /// How many calls are open, cancelled ones among them until they ended.
    package var openStreamCount: Int { streams.count }

    /// The open calls, ascending: what is lost when the connection fails.
    package var openStreams: [StreamID] { streams.sortedIDs() }

    /// Whether the owner should read from the socket; `false` while too much output waits.
    package var acceptsInput: Bool {
        output.byteCount <= Int(agreed.connectionCredit) &+ ConnectionLimit.outputReserve
    }

    /// Bytes of messages that may be sent on the connection.
    package var connectionSendCredit: Int { sendCredit }

    /// Takes the next event out of the received bytes.
    ///
    /// - Parameters:
    ///   - bytes: Everything that was received and not yet consumed.
    ///   - consumed: How many of `bytes` are done with; starts at 0 and is moved by whole frames.
    ///   - now: When the bytes arrived.
    /// - Returns: `nil` when nothing more can be told before more bytes, a command, or the next deadline.
    /// - Complexity: O(payload) for the checksum.
    package mutating func nextEvent(
        in bytes: RawSpan,
        consumed: inout Int,
        now: Instant
    ) -> ConnectionEvent? {
        if queueHead < queue.count { return takeQueued() }
        guard phase == .up else {
            return nextHandshakeEvent(in: bytes, consumed: &consumed, now: now)
        }
        do throws(WireError) {
            while phase == .up {
                guard acceptsInput else {
                    // The peer makes us queue answers that it does not read: it has to read first.
                    partialDeadline = .max
                    return nil
                }
                guard
                    let header = try FrameHeader.next(
                        in: bytes,
                        at: consumed,
                        maximumPayload: Int(agreed.maximumPayload)
                    )
                else {
                    notePartial(bytes.byteCount &- consumed, now: now)
                    return nil
                }
                let offset = consumed &+ FrameHeader.byteCount
                consumed &+= header.frameByteCount
                partialDeadline = .max
                silenceDeadline = later(now, silenceNanoseconds)
                if let event = try receive(header, bytes, at: offset, now: now) { return event }
                if queueHead < queue.count { return takeQueued() }
            }
            return nil
        } catch {
            return fail(error)
        }
    }

    /// Says that the peer closed its side.
    ///
    /// - Parameter remaining: Bytes received and not consumed: part of a frame.
    package mutating func endOfInput(remaining: Int) -> ConnectionEvent? {
        guard phase != .failed, phase != .closed else { return nil }
        guard remaining == 0 else { return fail(.truncated) }
        phase = .closed
        return .ended
    }

    /// Starts the clock of a frame whose first bytes are there.
    mutating func notePartial(_ remaining: Int, now: Instant) {
        guard remaining > 0, partialDeadline == .max else { return }
        partialDeadline = later(now, frameNanoseconds)
    }

    /// Ends the connection because of `error`: GOAWAY is queued, nothing more is read or sent.
    mutating func fail(_ error: WireError) -> ConnectionEvent? {
        guard phase != .failed, phase != .closed else { return nil }
        phase = .failed
        failure = error
        queue.removeAll()
        queueHead = 0
        if error == .noCommonVersion, role == .server {
            Preface.current.encode(into: &output)
        }
        if let reason = error.goAwayReason {
            GoAwayPayload(
                lastAccepted: StreamID(lastAccepted),
                reason: reason,
                drainMilliseconds: 0
            ).encodeFrame(into: &output)
        }
        return .failed
    }

    mutating func enqueue(_ event: ConnectionEvent) {
        queue.append(event)
    }

    mutating func takeQueued() -> ConnectionEvent {
        let event = queue[queueHead]
        queueHead += 1
        if queueHead == queue.count {
            queue.removeAll(keepingCapacity: true)
            queueHead = 0
        }
        return event
    }

    /// Reports `.drained` once nothing is left to finish.
    mutating func noteDrained() {
        guard goAwaySent || goAwayReceived, streams.count == 0, !drainedReported else { return }
        drainedReported = true
        enqueue(.drained)
    }

    /// `now` and a number of nanoseconds; stops at the end of the range.
    @inline(__always)
    func later(_ now: Instant, _ nanoseconds: UInt64) -> UInt64 {
        let (sum, overflow) = now.nanoseconds.addingReportingOverflow(nanoseconds)
        return overflow ? .max : sum
    }
}
