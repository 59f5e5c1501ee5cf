internal import Reactor
internal import Timekeeping
internal import Transport

/// How answers go out.
extension HTTPConnection: ResponseSink {
    /// Sends the answer of the present exchange, or its head where the body follows.
    func respond(_ response: HTTPResponse) {
        var response = response
        let isHead = exchange.method == .head
        var framing = ResponseEncoder.Framing.none
        var body: [UInt8] = []
        var isGzip = false
        switch response.body {
        case .empty:
            framing = .length(0)
        case .bytes(let bytes):
            body = bytes
            if exchange.acceptsGzip, let smaller = server.compressed(body, response) {
                body = smaller
                isGzip = true
            }
            framing = .length(body.count)
        case .stream(let byteCount, _):
            framing = byteCount.map { .length($0) } ?? unknownLength()
        case .events:
            response.contentType = "text/event-stream"
            response.fields += Self.eventFields
            framing = unknownLength()
        }
        if response.status.forbidsBody { framing = .none }
        server.writeHead(
            response,
            framing: framing,
            closes: !exchange.keepsAlive,
            isGzip: isGzip,
            to: channel
        )
        record(response.status)
        guard !isHead, framing != .none else {
            if case .events(let stream) = response.body { stream.close(.disconnected) }
            return exchangeEnded()
        }
        switch response.body {
        case .empty, .bytes:
            if !body.isEmpty { channel.write(body) }
            exchangeEnded()
        case .stream(let byteCount, let produce):
            beginBody(framing)
            let writer = BodyWriter(sink: self, byteCount: byteCount, loop: loop)
            self.writer = writer
            give(.produce(writer, produce))
        case .events(let stream):
            beginBody(framing)
            events = stream
            stream.attach(self)
        }
    }

    /// Caches and proxies must not hold events back.
    private static let eventFields = [
        ResponseField(.cacheControl, "no-store"),
        ResponseField(HeaderName("X-Accel-Buffering"), "no"),
    ]

    private func unknownLength() -> ResponseEncoder.Framing {
        if exchange.minorVersion == 1 { return .chunked }
        exchange.keepsAlive = false
        return .untilClose
    }

    private func beginBody(_ framing: ResponseEncoder.Framing) {
        phase = .streaming
        deadline = nil
        isChunked = framing == .chunked
    }

    private func record(_ status: HTTPStatus) {
        guard let observer = server.observer else { return }
        // A `Duration` in between would cost 128-bit arithmetic.
        let elapsed = loop.timeSource.now.nanoseconds &- exchange.startedAt.nanoseconds
        observer.requestAnswered(
            HTTPRequestRecord(
                method: exchange.method,
                route: exchange.route,
                status: status,
                nanoseconds: Int64(truncatingIfNeeded: elapsed)
            )
        )
    }

    /// The answer is complete.
    private func exchangeEnded() {
        if exchange.keepsAlive {
            phase = .ready
        } else {
            end()
        }
    }

    // MARK: - A body that is being written

    var pendingByteCount: Int { channel.queuedByteCount }

    var isWritable: Bool { channel.isWritable }

    func sendBody(_ bytes: [UInt8]) {
        guard phase == .streaming else { return }
        guard isChunked else { return channel.write(bytes) }
        var size: [UInt8] = []
        size.append(hexadecimal: bytes.count)
        size.append(literal: "\r\n")
        channel.write(size)
        channel.write(bytes)
        channel.write(Self.lineEnd)
    }

    private static let lineEnd = Array("\r\n".utf8)
    private static let lastChunk = Array("0\r\n\r\n".utf8)

    func endBody(isComplete: Bool) {
        guard phase == .streaming else { return }
        writer = nil
        events = nil
        guard isComplete else {
            // Only a cut connection tells the client that something is missing.
            phase = .closing
            channel.abort()
            return
        }
        if isChunked { channel.write(Self.lastChunk) }
        exchangeEnded()
        // A publisher may be calling; what follows is none of its business.
        loop.execute { [self] in resume() }
    }
}
