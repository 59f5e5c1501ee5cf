import TestSupport
import Timekeeping
import WireFormat

@testable import WireConnection

/// One end of a connection under test: a core, the bytes it has received, and what it told.
final class Side {
    var core: ConnectionCore
    /// Received and not consumed.
    var inbox: [UInt8] = []
    /// Every event in words, message bodies as hexadecimal digits.
    var log: [String] = []
    /// The plain events.
    var events: [ConnectionEvent] = []
    /// Whether events are answered: HELLO accepted, messages consumed at once.
    var accepts = true
    var consumes = true
    /// Called for each event, after it was logged.
    var react: (Side, ConnectionEvent, [UInt8]) -> Void = { _, _, _ in }

    static let configuration = ConnectionConfiguration(
        profile: .edge,
        agent: "test/1",
        environment: 7,
        instance: 9
    )

    static func configuration(
        _ profile: ConnectionProfile = .edge,
        _ change: (inout ConnectionConfiguration) -> Void = { _ in }
    ) -> ConnectionConfiguration {
        var configuration = ConnectionConfiguration(
            profile: profile,
            agent: "test/1",
            environment: 7,
            instance: 9
        )
        change(&configuration)
        return configuration
    }

    init(server configuration: ConnectionConfiguration, now: Instant = .start) {
        core = ConnectionCore(server: configuration, now: now)
    }

    init(
        client configuration: ConnectionConfiguration,
        token: [UInt8] = [],
        now: Instant = .start
    ) {
        core = ConnectionCore(client: configuration, token: token.span.bytes, now: now)
    }

    /// A server with a client's handshake behind it, and an empty output.
    static func server(
        _ configuration: ConnectionConfiguration = Side.configuration,
        limits: ConnectionLimits? = nil,
        token: [UInt8] = []
    ) -> Side {
        let side = Side(server: configuration)
        side.receive(Frames.preface + Frames.hello(limits: limits, token: token))
        side.clear()
        return side
    }

    /// A client with a server's handshake behind it, and an empty output.
    static func client(
        _ configuration: ConnectionConfiguration = Side.configuration,
        limits: ConnectionLimits = .edge
    ) -> Side {
        let side = Side(client: configuration)
        side.receive(Frames.helloAck(limits: limits))
        side.clear()
        return side
    }

    /// Hands bytes over and takes every event that follows.
    func receive(_ bytes: [UInt8], at now: Instant = .start) {
        inbox += bytes
        var consumed = 0
        while true {
            // Commands inside `react` need the core, so the span must not outlive this step.
            let current = inbox
            guard
                let event = core.nextEvent(
                    in: current.span.bytes,
                    consumed: &consumed,
                    now: now
                )
            else { break }
            note(event, current, now)
        }
        inbox.removeFirst(consumed)
        tick(now)
    }

    /// Takes every event that time and commands brought.
    func tick(_ now: Instant) {
        while let event = core.nextTimedEvent(now: now) { note(event, [], now) }
    }

    private func note(_ event: ConnectionEvent, _ bytes: [UInt8], _ now: Instant) {
        events.append(event)
        log.append(words(event, bytes))
        switch event {
        case .hello where accepts:
            core.accept(
                tokenExpiry: nil,
                serverTimeMicroseconds: 1_780_000_000_000_000,
                now: now
            )
        case .opened(let stream, let body, _) where consumes:
            core.consumed(body.count, on: stream)
        case .data(let stream, let body, _) where consumes:
            core.consumed(body.count, on: stream)
        default: break
        }
        react(self, event, bytes)
    }

    func words(_ event: ConnectionEvent, _ bytes: [UInt8]) -> String {
        switch event {
        case .opened(let stream, let body, let isEnd):
            "opened \(stream.rawValue) \(core.openedCall.call) end=\(isEnd) "
                + Hex.encode(bytes[body])
        case .data(let stream, let body, let isEnd):
            "data \(stream.rawValue) end=\(isEnd) \(Hex.encode(bytes[body]))"
        case .status(let stream):
            "status \(stream.rawValue) \(core.receivedStatus.code) "
                + "\(core.receivedStatus.notProcessed) "
                + Hex.encode(bytes[core.receivedStatus.text])
        case .hello(let token): "hello \(token.map { Hex.encode(bytes[$0]) } ?? "-")"
        case .tokenOffered(let token): "token \(Hex.encode(bytes[token]))"
        default: "\(event)"
        }
    }

    func clear() {
        log = []
        events = []
        core.outputTaken(core.output.byteCount)
    }

    /// Everything that waits in the output, which is empty afterwards.
    func takeOutput(atMost limit: Int = .max) -> [UInt8] {
        let bytes = core.output.array()
        let count = min(limit, bytes.count)
        core.outputTaken(count)
        return Array(bytes[..<count])
    }

    /// The frames that wait in the output, which is empty afterwards.
    func takeFrames() -> [SentFrame] {
        Frames.parse(takeOutput())
    }

    // What expectations look at: macros cannot reach into a value that is not copyable.

    var failure: WireError? { core.failure }
    var isUp: Bool { core.isUp }
    var agreed: ConnectionLimits { core.agreed }
    var peer: Hello { core.peer }
    var openStreamCount: Int { core.openStreamCount }
    var outputByteCount: Int { core.output.byteCount }
    var nextDeadline: Instant? { core.nextDeadline }
    var acceptsInput: Bool { core.acceptsInput }
    var sendCredit: Int { core.sendCredit }
    /// Connection credit that the peer has or will be granted again.
    var receiveTotal: Int { core.receiveCredit + core.receiveConsumed }

    /// Opens a call as a client would.
    func open(
        _ kind: CallKind = .unary,
        body: [UInt8] = [1],
        isEnd: Bool = false,
        timeout: UInt32 = 1_000,
        responseCredit: UInt32 = 65_536,
        at now: Instant = .start
    ) throws(SendRefusal) -> StreamID {
        let call = CallBlock(
            service: 1,
            method: 1,
            kind: kind,
            timeoutMilliseconds: timeout,
            responseCredit: kind.serverStreams ? responseCredit : 0
        )
        return try core.open(call, body: body.span.bytes, isEnd: isEnd, now: now)
    }

    /// Sends one message.
    func send(
        _ body: [UInt8],
        on stream: StreamID,
        isEnd: Bool = false
    ) throws(SendRefusal) {
        try core.sendData(body.span.bytes, on: stream, isEnd: isEnd)
    }

    /// Ends a call as a server would.
    @discardableResult
    func end(_ stream: StreamID, _ code: StatusCode = .ok) -> Bool {
        core.sendStatus(StatusPayload(code), on: stream)
    }

    /// Cancels a call as a client would.
    @discardableResult
    func cancel(_ stream: StreamID) -> Bool {
        core.cancel(stream)
    }
}

/// A frame as it was sent.
struct SentFrame: Equatable {
    let type: FrameType
    let flags: FrameFlags
    let stream: UInt32
    let payload: [UInt8]

    /// Reads a GOAWAY's last accepted stream and reason.
    var goAway: GoAwayPayload? {
        guard type == .goAway else { return nil }
        return try? GoAwayPayload(decoding: payload.span.bytes, in: 0..<payload.count)
    }

    /// A STATUS frame's code.
    var code: StatusCode? {
        guard type == .status, let number = try? payload.span.bytes.integer(UInt16.self, at: 0)
        else { return nil }
        return StatusCode(wire: number)
    }
}

extension Instant {
    /// Where every test begins.
    static let start = Instant(nanoseconds: 1_000_000_000)

    static func + (left: Instant, right: Duration) -> Instant { left.advanced(by: right) }
}

/// Frames as a peer would send them.
enum Frames {
    static let preface: [UInt8] = [0x4C, 0x42, 0x50, 0x1A, 1, 1, 0, 0]

    static func build(_ body: (inout OutputBuffer) -> Void) -> [UInt8] {
        var output = OutputBuffer()
        body(&output)
        return output.array()
    }

    static func hello(
        limits: ConnectionLimits? = nil,
        token: [UInt8] = [],
        environment: UInt64? = nil
    ) -> [UInt8] {
        build { output in
            var hello = Hello()
            if let limits { hello.limits = limits }
            hello.environment = environment
            hello.encodeFrame(isAck: false, token: token.span.bytes, into: &output)
        }
    }

    static func helloAck(limits: ConnectionLimits = .edge) -> [UInt8] {
        build { output in
            var ack = Hello()
            ack.version = 1
            ack.limits = limits
            ack.serverTimeMicroseconds = 1
            ack.instance = 1
            ack.environment = 7
            ack.encodeFrame(isAck: true, into: &output)
        }
    }

    static func open(
        _ stream: UInt32,
        _ kind: CallKind = .unary,
        body: [UInt8] = [],
        extensions: [UInt8] = [],
        isEnd: Bool? = nil,
        timeout: UInt32 = 1_000,
        responseCredit: UInt32 = 65_536
    ) -> [UInt8] {
        build { output in
            let end = isEnd ?? !kind.clientStreams
            let start = output.beginFrame(.open, flags: end ? .end : [], on: StreamID(stream))
            CallBlock(
                service: 1,
                method: 2,
                kind: kind,
                timeoutMilliseconds: timeout,
                responseCredit: responseCredit
            ).encode(into: &output)
            output.append(extensions.span.bytes)
            output.append(body.span.bytes)
            output.endFrame(start, extensionLength: extensions.count)
        }
    }

    static func data(_ stream: UInt32, _ body: [UInt8], isEnd: Bool = false) -> [UInt8] {
        build {
            $0.appendFrame(
                .data,
                flags: isEnd ? .end : [],
                on: StreamID(stream),
                payload: body.span.bytes
            )
        }
    }

    static func status(_ stream: UInt32, _ status: StatusPayload) -> [UInt8] {
        build { status.encodeFrame(on: StreamID(stream), details: RawSpan(), into: &$0) }
    }

    static func ping(_ value: UInt64, isAnswer: Bool = false) -> [UInt8] {
        build { ControlPayload.encodePing(value, isAnswer: isAnswer, into: &$0) }
    }

    static func credit(_ stream: UInt32, _ byteCount: UInt32) -> [UInt8] {
        build { ControlPayload.encodeCredit(byteCount, on: StreamID(stream), into: &$0) }
    }

    static func cancel(_ stream: UInt32) -> [UInt8] {
        build { ControlPayload.encodeCancel(.cancelled, on: StreamID(stream), into: &$0) }
    }

    static func goAway(_ last: UInt32, _ reason: GoAwayReason) -> [UInt8] {
        build {
            GoAwayPayload(lastAccepted: StreamID(last), reason: reason, drainMilliseconds: 10_000)
                .encodeFrame(into: &$0)
        }
    }

    static func auth(_ token: [UInt8]) -> [UInt8] {
        build { AuthPayload.encodeFrame(token: token.span.bytes, into: &$0) }
    }

    /// The frames in `bytes`, which must hold nothing else.
    static func parse(_ bytes: [UInt8]) -> [SentFrame] {
        var frames: [SentFrame] = []
        var offset = 0
        if bytes.starts(with: preface[..<4]) { offset = 8 }
        while offset < bytes.count {
            guard let header = try? FrameHeader.next(in: bytes.span.bytes, at: offset) else {
                preconditionFailure("a core wrote half a frame")
            }
            let start = offset + FrameHeader.byteCount
            frames.append(
                SentFrame(
                    type: header.type,
                    flags: header.flags,
                    stream: header.stream.rawValue,
                    payload: Array(bytes[start..<(start + header.payloadLength)])
                )
            )
            offset += header.frameByteCount
        }
        return frames
    }
}
