package import Reactor
internal import Timekeeping
internal import WireFormat

/// Serves calls that come as whole messages: a program's routes, its list of who may call what and its tokens, without
/// connections. For simulations.
// Safe: touched on its loop alone.
package final class DirectServer: @unchecked Sendable {
    /// Messages of one call that may be on their way before a sender has to wait.
    package static let creditCount = 64

    let loop: EventLoop
    let routes: CallRoutes
    private let callers: any CallerVerifier
    /// Calls that are open, by number.
    private var running: [UInt64: DirectServedCall] = [:]
    private var nextNumber: UInt64 = 0
    private var isClosed = false

    /// A server of `routes`.
    package init(loop: EventLoop, routes: CallRoutes, callers: any CallerVerifier) {
        self.loop = loop
        self.routes = routes
        self.callers = callers
    }

    /// Begins to serve a call of `peer`.
    ///
    /// - Parameters:
    ///   - onMessage: Gets each message of a stream.
    ///   - onEnd: Called once: with the answer of a call that has one, `nil` for a stream's end, or why it failed.
    /// - Returns: The call, for messages that follow; it is over where `onEnd` was called already.
    @discardableResult
    package func open(
        _ call: DirectCall,
        of peer: PeerIdentity,
        onMessage: @escaping ([UInt8]) -> Void = { _ in },
        onEnd: @escaping (Result<[UInt8]?, CallError>) -> Void
    ) -> DirectServedCall {
        let number = nextNumber
        nextNumber += 1
        let served = DirectServedCall(loop: loop, onMessage: onMessage) { [weak self] outcome in
            self?.running[number] = nil
            onEnd(outcome)
        }
        guard !isClosed else {
            served.end(.failure(.connectionLost))
            return served
        }
        running[number] = served
        do throws(CallError) {
            let block = call.block
            let bit = CallRoutes.bit(of: peer.caller)
            let route = try routes.route(of: block)
            try route.check(block, of: peer, peerBit: bit)
            let token = call.options.callerToken
            let caller =
                token.isEmpty
                ? nil
                : try route.verify(token, by: callers, wallTime: loop.timeSource.wallTime)
            let context = try CallContext(block, route, of: peer, caller: caller, now: loop.now)
            try served.start(route.handler, context, call.body, isEnd: call.isEnd)
        } catch {
            served.end(.failure(error))
        }
        return served
    }

    /// Ends every call as a lost connection does, and takes no more.
    package func close() {
        isClosed = true
        for number in running.keys.sorted() { running[number]?.cancel(.connectionLost) }
    }
}

/// A call that is served as whole messages.
// Safe: touched on its loop alone.
package final class DirectServedCall: CallCarrier, @unchecked Sendable {
    private enum Running {
        case task(Task<Void, Never>, ServerStream?)
        case callback(CallbackStream)
    }

    let loop: EventLoop
    private let onMessage: ([UInt8]) -> Void
    private let onEnd: (Result<[UInt8]?, CallError>) -> Void
    private var running: Running?
    private var isOver = false
    private var creditCount = DirectServer.creditCount
    private var isWaitedFor = false

    init(
        loop: EventLoop,
        onMessage: @escaping ([UInt8]) -> Void,
        onEnd: @escaping (Result<[UInt8]?, CallError>) -> Void
    ) {
        self.loop = loop
        self.onMessage = onMessage
        self.onEnd = onEnd
    }

    // Safe: every byte of an array of bytes is initialised.
    func start(
        _ handler: CallHandler,
        _ context: CallContext,
        _ body: [UInt8],
        isEnd: Bool
    ) throws(CallError) {
        // One call has one carrier, so the number of its stream does not matter.
        let stream = StreamID(1)
        switch handler {
        case .synchronous(let handle):
            var output = OutputBuffer()
            try unsafe handle(context, body.span.bytes, &output)
            end(.success(output.array()))
        case .unary(let handle):
            let task = loop.spawn { [self] in
                do throws(CallError) {
                    end(.success(try await handle(context, body)))
                } catch {
                    end(.failure(error))
                }
            }
            running = .task(task, nil)
        case .stream(let handle):
            let live = ServerStream(context, stream, on: self)
            let task = loop.spawn { [self] in
                do throws(CallError) {
                    end(.success(try await handle(live)))
                } catch {
                    end(.failure(error))
                }
            }
            running = .task(task, live)
            unsafe live.received(body.span.bytes, isEnd: isEnd)
        case .callback(let make):
            let live = CallbackStream(context, stream, on: self)
            running = .callback(live)
            live.receiver = try make(live)
            unsafe live.received(body.span.bytes, isEnd: isEnd)
        }
    }

    /// A further message of the caller.
    // Safe: every byte of an array of bytes is initialised.
    package func receive(_ message: [UInt8], isEnd: Bool) {
        switch running {
        case .task(_, let live?): unsafe live.received(message.span.bytes, isEnd: isEnd)
        case .callback(let live): unsafe live.received(message.span.bytes, isEnd: isEnd)
        case .task(_, nil), nil: break
        }
    }

    /// The caller has read a message: there is room for another.
    package func noteRead() {
        creditCount += 1
        guard isWaitedFor else { return }
        isWaitedFor = false
        switch running {
        case .task(_, let live?): live.becameWritable()
        case .callback(let live): live.becameWritable()
        case .task(_, nil), nil: break
        }
    }

    /// The caller is gone.
    package func cancel(_ error: CallError) {
        switch running {
        case .task(let task, let live):
            live?.fail(error)
            task.cancel()
        case .callback(let live):
            live.closed(error)
            end(.failure(error))
        case nil: break
        }
    }

    func end(_ outcome: Result<[UInt8]?, CallError>) {
        guard !isOver else { return }
        isOver = true
        running = nil
        onEnd(outcome)
    }

    // MARK: - For the handler

    func send(
        _ message: RawSpan,
        on stream: StreamID,
        isEnd: Bool
    ) -> ServerConnection.SendOutcome {
        guard !isOver else { return .failed(.connectionLost) }
        guard creditCount > 0 else {
            isWaitedFor = true
            return .noCredit
        }
        creditCount -= 1
        onMessage(message.copied())
        return .sent
    }

    func consumed(_ byteCount: Int, on stream: StreamID) {}

    func endCallback(_ live: CallbackStream, with error: CallError?) {
        live.receiver = nil
        end(error.map { .failure($0) } ?? .success(nil))
    }
}
