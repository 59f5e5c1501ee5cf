import Timekeeping
import WireConnection
import WireFormat

extension FuzzTarget {
    /// The connection core: any frames with right checksums, mixed with any legal commands and any passing
    /// of time.
    static let connection = FuzzTarget(
        name: "connection",
        corpus: { frames in
            var session: [UInt8] = []
            for frame in frames { session += [0] + frame }
            var inputs: [[UInt8]] = []
            for mode in UInt8(0)..<16 {
                for frame in frames { inputs.append([mode, 0] + frame) }
                inputs.append([mode] + session)
            }
            return inputs
        },
        run: { input throws(FuzzFinding) in
            var driver = ConnectionDriver(input)
            try driver.run()
        },
        // Two streams at once: a second OPEN with another id, behind a handshake.
        isCanary: { input in
            var driver = ConnectionDriver(input)
            // A finding is the target's own business.
            try? driver.run()
            return driver.openStreamCount > 1
        }
    )
}

/// Turns an input into what happens to one connection.
///
/// Byte 0 chooses role, profile, and whether messages are consumed at once. Then, over and over, a byte that
/// says what comes next: below 192 a frame (its header and payload follow in the input), else a command.
struct ConnectionDriver: ~Copyable {
    private let input: [UInt8]
    private var position = 1
    private var core: ConnectionCore
    private let isServer: Bool
    private let consumes: Bool
    private var now = Instant(nanoseconds: 1_000_000_000)
    private var inbox: [UInt8] = []
    /// What was handed over and not consumed.
    private var held: [(stream: StreamID, byteCount: Int)] = []
    private var failedEvents = 0

    init(_ input: [UInt8]) {
        self.input = input
        let mode = input.first ?? 0
        isServer = mode & 1 == 0
        consumes = mode & 4 == 0
        let configuration = ConnectionConfiguration(
            profile: mode & 2 == 0 ? .edge : .betweenServices,
            agent: "fuzz",
            environment: 7
        )
        core =
            isServer
            ? ConnectionCore(server: configuration, now: now)
            : ConnectionCore(client: configuration, token: RawSpan(), now: now)
        // Every second mode begins with the handshake done.
        guard mode & 8 == 0 else { return }
        var handshake = OutputBuffer()
        var hello = Hello()
        if isServer {
            Preface.current.encode(into: &handshake)
        } else {
            hello.version = 1
            hello.serverTimeMicroseconds = 0
            hello.instance = 0
            hello.environment = 7
        }
        hello.encodeFrame(isAck: !isServer, into: &handshake)
        inbox = handshake.array()
        drainInput()
    }

    mutating func run() throws(FuzzFinding) {
        drainInput()
        while position < input.count {
            let choice = input[position]
            position += 1
            if choice < 192 {
                takeFrame()
            } else {
                command(choice)
            }
            while let event = core.nextTimedEvent(now: now) { note(event) }
            try check()
        }
        if let event = core.endOfInput(remaining: inbox.count) { note(event) }
        try check()
    }

    /// Streams that are open after the input.
    var openStreamCount: Int { core.openStreamCount }

    private func check() throws(FuzzFinding) {
        let credit = core.connectionSendCredit
        try hold(credit >= 0 && credit <= 0x7FFF_FFFF, "send credit within its range: \(credit)")
        let count = core.openStreamCount
        try hold(count <= Int(core.agreed.streams), "streams within the limit: \(count)")
        let waiting = core.output.byteCount
        let bound = Int(core.agreed.connectionCredit) + 3 * 65_536
        try hold(waiting <= bound, "output is bounded: \(waiting)")
        try hold(failedEvents <= 1, "a connection fails once")
        try hold((core.failure != nil) == (failedEvents == 1), "a failure is told")
        try hold(core.failure == nil || !core.isUp, "a failed connection is not up")
    }

    /// The next frame of the input: length cut to what is there, checksum corrected.
    private mutating func takeFrame() {
        let headerEnd = min(input.count, position + FrameHeader.byteCount)
        var frame = Array(input[position..<headerEnd])
        position = headerEnd
        guard frame.count == FrameHeader.byteCount else {
            inbox += frame
            return drainInput()
        }
        let declared = Int(frame[0]) | Int(frame[1]) << 8 | Int(frame[2]) << 16
        if frame[3] == 0, declared <= FrameHeader.maximumPayload {
            let length = min(declared, input.count - position)
            for index in 0..<3 { frame[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
            frame += input[position..<(position + length)]
            position += length
        }
        inbox += FrameRepair.repaired(frame)
        drainInput()
    }

    private mutating func drainInput() {
        var consumed = 0
        while true {
            let current = inbox
            guard
                let event = core.nextEvent(
                    in: current.span.bytes,
                    consumed: &consumed,
                    now: now
                )
            else { break }
            note(event)
        }
        inbox.removeFirst(consumed)
        // The owner's buffer has an end, too.
        if inbox.count > 200_000 { inbox.removeAll() }
    }

    private mutating func note(_ event: ConnectionEvent) {
        switch event {
        case .hello:
            core.accept(tokenExpiry: nil, serverTimeMicroseconds: 0, now: now)
        case .opened(let stream, let body, _), .data(let stream, let body, _):
            if consumes {
                core.consumed(body.count, on: stream)
            } else if !body.isEmpty {
                held.append((stream, body.count))
            }
        case .failed:
            failedEvents += 1
        default: break
        }
    }

    private mutating func argument() -> Int {
        guard position < input.count else { return 0 }
        position += 1
        return Int(input[position - 1])
    }

    private mutating func command(_ choice: UInt8) {
        let argument = argument()
        let open = core.openStreams
        let stream = open.isEmpty ? StreamID(1) : open[argument % open.count]
        let body = [UInt8](repeating: choice, count: argument * 64)
        switch choice % 10 {
        case 0: now = now.advanced(by: .milliseconds(argument * 100))
        case 1: core.outputTaken(min(core.output.byteCount, argument * 1_000))
        case 2: core.outputTaken(core.output.byteCount)
        case 3, 4:
            guard !isServer else {
                core.sendStatus(StatusPayload(.internal, text: "fuzz"), on: stream)
                return
            }
            let call = CallBlock(
                service: 1,
                method: 1,
                kind: CallKind(rawValue: choice & 3) ?? .unary,
                timeoutMilliseconds: UInt32(argument) * 10 + 1,
                responseCredit: 65_536
            )
            _ = try? core.open(call, body: body.span.bytes, isEnd: argument & 1 == 0, now: now)
        case 5: try? core.sendData(body.span.bytes, on: stream, isEnd: true)
        case 6: if !isServer { core.cancel(stream) }
        case 7:
            guard let item = held.popLast() else { return }
            core.consumed(item.byteCount, on: item.stream)
        case 8: now = now.advanced(by: .milliseconds(argument))
        default: if argument > 250 { core.drain(now: now) }
        }
    }
}
