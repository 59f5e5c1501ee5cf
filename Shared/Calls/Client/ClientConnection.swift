internal import Reactor
internal import Timekeeping
internal import Transport
internal import WireConnection
internal import WireFormat

/// Hears how a client's connection fares; the pool of its service.
protocol ClientConnectionOwner: AnyObject {
    /// The handshake is done: calls can be made.
    func connectionReady(_ connection: ClientConnection)
    /// The peer takes no more calls; open ones may finish.
    func connectionLeaving(_ connection: ClientConnection)
    /// The connection is over.
    func connectionClosed(_ connection: ClientConnection, _ reason: CloseReason)
}

/// The client's side of one connection: opens calls and brings their answers.
// Safe: touched on the loop of its channel alone.
package final class ClientConnection: CallLink, @unchecked Sendable {
    /// A call under way.
    private enum Pending {
        case unary(LoopPromise<Result<[UInt8], CallError>>)
        case stream(ClientStream)
    }

    private var pending: [UInt32: Pending] = [:]
    private weak var owner: (any ClientConnectionOwner)?
    /// Whether the peer said GOAWAY before the end.
    private(set) var isLeaving = false

    init(
        channel: ByteChannel,
        configuration: ConnectionConfiguration,
        token: [UInt8],
        owner: any ClientConnectionOwner
    ) {
        self.owner = owner
        // Safe: every byte of an array of bytes is initialised.
        super.init(
            channel: channel,
            core: unsafe ConnectionCore(
                client: configuration,
                token: token.span.bytes,
                now: channel.loop.now
            )
        )
    }

    /// The server's clock minus ours when HELLO_ACK came, microseconds; `nil` before.
    package private(set) var clockOffsetMicroseconds: Int64?

    // MARK: - Calls

    /// Opens a call with one request and one answer.
    ///
    /// - Returns: The call's number and a promise of its outcome.
    func openUnary(
        _ call: CallBlock,
        extensions: [UInt8],
        body: [UInt8]
    ) throws(CallError) -> (StreamID, LoopPromise<Result<[UInt8], CallError>>) {
        let stream = try open(call, extensions: extensions, body: body, isEnd: true)
        let promise = LoopPromise<Result<[UInt8], CallError>>(loop: loop)
        pending[stream.rawValue] = .unary(promise)
        settle()
        return (stream, promise)
    }

    /// Opens a call with a stream in one or both directions.
    func openStream(
        _ call: CallBlock,
        extensions: [UInt8],
        body: [UInt8],
        isEnd: Bool
    ) throws(CallError) -> ClientStream {
        let id = try open(call, extensions: extensions, body: body, isEnd: isEnd)
        let stream = ClientStream(id, on: self)
        pending[id.rawValue] = .stream(stream)
        settle()
        return stream
    }

    private func open(
        _ call: CallBlock,
        extensions: [UInt8],
        body: [UInt8],
        isEnd: Bool
    ) throws(CallError) -> StreamID {
        do throws(SendRefusal) {
            // Safe: every byte of an array of bytes is initialised.
            return try unsafe core.open(
                call,
                extensions: extensions.span.bytes,
                body: body.span.bytes,
                isEnd: isEnd,
                now: loop.now
            )
        } catch {
            throw Self.error(of: error)
        }
    }

    /// Nobody waits for the call's answer any more.
    func cancel(_ stream: StreamID, _ code: StatusCode) {
        guard pending.removeValue(forKey: stream.rawValue) != nil else { return }
        core.cancel(stream, code: code)
        settle()
    }

    func send(_ message: RawSpan, on stream: StreamID, isEnd: Bool) throws(CallError) -> Bool {
        do throws(SendRefusal) {
            try core.sendData(message, on: stream, isEnd: isEnd)
        } catch {
            switch error {
            case .noStreamCredit, .noConnectionCredit, .outputFull, .beforeHello: return false
            default: throw Self.error(of: error)
            }
        }
        settle()
        return true
    }

    func consumed(_ byteCount: Int, on stream: StreamID) {
        core.consumed(byteCount, on: stream)
        settle()
    }

    /// Offers a new token for the living connection.
    package func renewToken(_ token: [UInt8]) {
        // Safe: every byte of an array of bytes is initialised.
        unsafe core.sendToken(token.span.bytes)
        settle()
    }

    /// Lets open calls finish, then ends the connection.
    func drain() {
        core.drain(.shuttingDown, now: loop.now)
        settle()
    }

    /// What a refusal to send means for the call; in each case nothing was sent.
    private static func error(of refusal: SendRefusal) -> CallError {
        switch refusal {
        case .tooLong:
            CallError(.invalidArgument, "the request is longer than 65,536 bytes")
        case .tooManyStreams:
            CallError(.resourceExhausted, "as many calls are open as may", isNotProcessed: true)
        case .noStreamCredit, .noConnectionCredit, .outputFull, .beforeHello:
            CallError(.resourceExhausted, "the peer takes no more bytes", isNotProcessed: true)
        case .notConnected, .draining, .streamsExhausted, .streamClosed, .cancelled:
            CallError(.unavailable, "the connection is going away", isNotProcessed: true)
        }
    }

    // MARK: - Events

    override func handle(_ event: ConnectionEvent, _ bytes: RawSpan) {
        switch event {
        case .data(let stream, let body, let isEnd):
            receive(bytes.extracting(body), on: stream, isEnd: isEnd)
        case .status(let stream): receiveStatus(of: stream, bytes)
        case .unprocessed(let stream):
            complete(
                stream,
                CallError(.unavailable, "the server goes away", isNotProcessed: true)
            )
        case .expired(let stream):
            core.cancel(stream, code: .deadlineExceeded)
            complete(stream, .deadlineExceeded())
        case .writable(let stream): becameWritable(stream)
        case .established:
            if let time = core.peer.serverTimeMicroseconds {
                let own = loop.timeSource.wallTime.microseconds
                clockOffsetMicroseconds = time.subtractingReportingOverflow(own).partialValue
            }
            owner?.connectionReady(self)
        case .goAway:
            isLeaving = true
            owner?.connectionLeaving(self)
        case .drained, .ended, .failed: closeAfterOutput()
        case .opened, .hello, .cancelled, .tokenOffered, .ageReached: break
        }
    }

    override func ended(_ reason: CloseReason) {
        // In the order of opening, so that a run can be repeated.
        for raw in pending.keys.sorted() { complete(StreamID(raw), .connectionLost) }
        owner?.connectionClosed(self, reason)
    }

    private func receive(_ message: RawSpan, on stream: StreamID, isEnd: Bool) {
        switch pending[stream.rawValue] {
        case .unary(let promise):
            pending[stream.rawValue] = nil
            core.consumed(message.byteCount, on: stream)
            promise.complete(.success(message.copied()))
        case .stream(let live):
            if isEnd { pending[stream.rawValue] = nil }
            live.received(message, isEnd: isEnd)
        case nil: core.consumed(message.byteCount, on: stream)
        }
    }

    private func receiveStatus(of stream: StreamID, _ bytes: RawSpan) {
        let status = core.receivedStatus
        let text = try? bytes.string(at: status.text.lowerBound, byteCount: status.text.count)
        let error = CallError(
            status.code,
            text ?? "",
            subCode: status.subCode,
            retryAfter: status.retryAfterMilliseconds == 0
                ? nil : .milliseconds(Int64(status.retryAfterMilliseconds)),
            isNotProcessed: status.notProcessed
        )
        complete(stream, error)
    }

    private func complete(_ stream: StreamID, _ error: CallError) {
        switch pending.removeValue(forKey: stream.rawValue) {
        case .unary(let promise): promise.complete(.failure(error))
        case .stream(let live): live.ended(error)
        case nil: break
        }
    }

    private func becameWritable(_ stream: StreamID) {
        let woken = stream == .connection ? pending.keys.sorted() : [stream.rawValue]
        for raw in woken {
            if case .stream(let live) = pending[raw] { live.becameWritable() }
        }
    }
}
