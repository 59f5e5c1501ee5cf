internal import Messages
internal import Model
internal import Reactor
internal import Timekeeping
internal import Transport
internal import WireConnection
internal import WireFormat

/// The server's side of one connection: lets the peer in, and runs a handler for each call.
///
/// A call ends once for both sides: its place is free again when its handler has returned, so a client that
/// cancels and opens in a loop never has more handlers running than the agreed number of calls.
/// What every call touches is left out of the run-time check of overlapping accesses, 6 % of a small call: no access
/// lasts while other code runs, which is why `scratch` is swapped out before a handler gets it.
// Safe: touched on the loop of its channel alone.
package final class ServerConnection: CallLink, @unchecked Sendable {
    /// What sending a message came to.
    enum SendOutcome {
        case sent
        /// Credit or room is missing; the call is told when there is some.
        case noCredit
        case failed(CallError)
    }

    private enum Running {
        case unary(HandlerTask)
        case stream(ServerStream, Task<Void, Never>)
        case callback(CallbackStream)
    }

    private let server: CallServer
    /// Who the peer is, once it was let in.
    @safe @exclusivity(unchecked) package private(set) var peer: PeerIdentity?
    @safe @exclusivity(unchecked) private var peerBit: UInt16 = 0
    @safe @exclusivity(unchecked) private var running: [UInt32: Running] = [:]
    /// Answers that found no connection credit; sent in their order when some comes.
    @safe @exclusivity(unchecked) private var waitingAnswers: [(stream: StreamID, body: [UInt8])] =
        []
    /// Calls that ended by time: their handlers still run, and what they return is late.
    @safe @exclusivity(unchecked) private var expired: Set<UInt32> = []
    /// The memory of synchronous answers; with the handler while one runs.
    @safe @exclusivity(unchecked) private var scratch = OutputBuffer()
    /// Answers wait for the end of their burst.
    @safe @exclusivity(unchecked) private var isUnsettled = false

    init(server: CallServer, channel: ByteChannel) {
        self.server = server
        super.init(
            channel: channel,
            core: ConnectionCore(server: server.connectionConfiguration(), now: channel.loop.now)
        )
    }

    /// Takes no more calls; ends when the open ones have.
    func drain() {
        core.drain(.shuttingDown, now: loop.now)
        settle()
    }

    // MARK: - Events

    override func handle(_ event: ConnectionEvent, _ bytes: RawSpan) {
        switch event {
        case .opened(let stream, let body, let isEnd):
            open(stream, body: bytes.extracting(body), isEnd: isEnd, bytes)
        case .data(let stream, let body, let isEnd):
            receive(bytes.extracting(body), on: stream, isEnd: isEnd)
        case .cancelled(let stream, _):
            end(stream, CallError(.cancelled, "the caller cancelled the call"))
        case .expired(let stream):
            expired.insert(stream.rawValue)
            end(stream, .deadlineExceeded())
        case .writable(let stream): becameWritable(stream)
        case .hello(let token):
            admit(token.map { bytes.extracting($0).copied() } ?? [], isNew: true)
        case .tokenOffered(let token): admit(bytes.extracting(token).copied(), isNew: false)
        case .drained, .ended, .failed:
            if let failure = core.failure { server.noteFailure(failure) }
            closeAfterOutput()
        case .ageReached, .goAway, .established, .status, .unprocessed: break
        }
    }

    override func ended(_ reason: CloseReason) {
        server.handlers.noteWaiting()
        let streams = running.keys.sorted()
        for raw in streams { end(StreamID(raw), .connectionLost) }
        while server.handlers.withdrawAny(of: self) { server.returnHandlerPlace() }
        running.removeAll()
        waitingAnswers.removeAll()
        server.connectionEnded(self)
    }

    private func admit(_ token: [UInt8], isNew: Bool) {
        do throws(CallError) {
            let admitted = try server.authenticator.authenticate(
                certificateNames: channel.peerNames,
                token: token
            )
            if !isNew, admitted.identity != peer {
                throw CallError(.permissionDenied, "a renewed token names somebody else")
            }
            peer = admitted.identity
            peerBit = CallRoutes.bit(of: admitted.identity.caller)
            let expiry = admitted.tokenExpiresAt.map { expiresAt in
                loop.now.advanced(by: server.timeSource.wallTime.duration(to: expiresAt))
            }
            if isNew {
                core.accept(
                    tokenExpiry: expiry,
                    serverTimeMicroseconds: server.timeSource.wallTime.microseconds,
                    now: loop.now
                )
            } else {
                core.renewToken(expiry: expiry)
            }
        } catch {
            server.noteRefusedPeer(error)
            core.refuse(.authenticationFailed)
        }
    }

    // MARK: - Opening calls

    private func open(_ stream: StreamID, body: RawSpan, isEnd: Bool, _ bytes: RawSpan) {
        let call = core.openedCall
        do throws(CallError) {
            let route = try server.routes.route(of: call.call)
            try route.check(call.call, of: peer, peerBit: peerBit)
            var caller: VerifiedCaller?
            if let token = call.extensions.callerToken {
                caller = try route.verify(
                    bytes.extracting(token).copied(),
                    by: server.callers,
                    wallTime: server.timeSource.wallTime
                )
            }
            let context = try CallContext(
                call.call,
                route,
                of: peer,
                caller: caller,
                now: loop.now
            )
            try start(route, context, stream, body: body, isEnd: isEnd)
        } catch {
            server.noteRefusedCall(call.call, of: peer, error)
            core.consumed(body.byteCount, on: stream)
            core.sendStatus(error.status, on: stream)
        }
    }

    private func start(
        _ route: CallRoute,
        _ context: CallContext,
        _ stream: StreamID,
        body: RawSpan,
        isEnd: Bool
    ) throws(CallError) {
        let begin = loop.now
        switch route.handler {
        case .synchronous(let handle):
            try answer(handle, context, stream, body)
            server.noteEnd(route.index, .ok, nanoseconds: 0)
        case .unary(let handle):
            try server.takeHandlerPlace(context.method)
            let request = body.copied()
            core.consumed(body.byteCount, on: stream)
            server.handlers.add(
                handle,
                context,
                request: request,
                of: self,
                on: stream,
                begin: begin
            )
        case .stream(let handle):
            try server.takeHandlerPlace(context.method)
            let live = ServerStream(context, stream, on: self)
            let task = loop.spawn { [self] in
                var outcome: Result<[UInt8]?, CallError>
                do throws(CallError) {
                    outcome = .success(try await handle(live))
                } catch {
                    outcome = .failure(error)
                }
                live.abandonInbox()
                server.returnHandlerPlace()
                if running.removeValue(forKey: stream.rawValue) != nil {
                    answer(stream, context, since: begin, with: outcome)
                    settle()
                }
            }
            running[stream.rawValue] = .stream(live, task)
            live.received(body, isEnd: isEnd)
        case .callback(let make):
            let live = CallbackStream(context, stream, on: self)
            live.receiver = try make(live)
            running[stream.rawValue] = .callback(live)
            live.received(body, isEnd: isEnd)
            core.consumed(body.byteCount, on: stream)
        }
    }

    private func answer(
        _ handle: (CallContext, RawSpan, inout OutputBuffer) throws(CallError) -> Void,
        _ context: CallContext,
        _ stream: StreamID,
        _ body: RawSpan
    ) throws(CallError) {
        var output = OutputBuffer()
        swap(&output, &scratch)
        defer { swap(&output, &scratch) }
        output.removeAll()
        try handle(context, body, &output)
        core.consumed(body.byteCount, on: stream)
        switch output.withBytes({ put($0, on: stream, isEnd: true) }) {
        case .sent: break
        case .noCredit: waitingAnswers.append((stream, output.array()))
        case .failed(let error): core.sendStatus(error.status, on: stream)
        }
    }

    // MARK: - Messages

    private func receive(_ message: RawSpan, on stream: StreamID, isEnd: Bool) {
        switch running[stream.rawValue] {
        case .callback(let live):
            live.received(message, isEnd: isEnd)
            core.consumed(message.byteCount, on: stream)
        case .stream(let live, _): live.received(message, isEnd: isEnd)
        case .unary, nil: core.consumed(message.byteCount, on: stream)
        }
    }

    /// Returns credit for what a handler has read.
    func consumed(_ byteCount: Int, on stream: StreamID) {
        core.consumed(byteCount, on: stream)
        settle()
    }

    func send(_ message: RawSpan, on stream: StreamID, isEnd: Bool) -> SendOutcome {
        let outcome = put(message, on: stream, isEnd: isEnd)
        settle()
        return outcome
    }

    /// Hands a message to the core; whoever calls settles after the last one.
    private func put(_ message: RawSpan, on stream: StreamID, isEnd: Bool) -> SendOutcome {
        do throws(SendRefusal) {
            try core.sendData(message, on: stream, isEnd: isEnd)
        } catch {
            switch error {
            case .noStreamCredit, .noConnectionCredit, .outputFull: return .noCredit
            case .tooLong:
                return .failed(CallError(.internal, "a message is longer than 65,536 bytes"))
            case .cancelled:
                return .failed(CallError(.cancelled, "the caller cancelled the call"))
            default: return .failed(.connectionLost)
            }
        }
        return .sent
    }

    private func becameWritable(_ stream: StreamID) {
        if stream == .connection {
            sendWaitingAnswers()
            // In the order of opening: whoever has waited longest goes first.
            for raw in running.keys.sorted() { wake(raw) }
        } else {
            wake(stream.rawValue)
        }
    }

    private func wake(_ raw: UInt32) {
        switch running[raw] {
        case .stream(let live, _): live.becameWritable()
        case .callback(let live): live.becameWritable()
        case .unary, nil: break
        }
    }

    private func sendWaitingAnswers() {
        var sent = 0
        for answer in waitingAnswers {
            // Safe: every byte of an array of bytes is initialised.
            let outcome = unsafe send(answer.body.span.bytes, on: answer.stream, isEnd: true)
            if case .noCredit = outcome { break }
            sent += 1
        }
        waitingAnswers.removeFirst(sent)
    }

    // MARK: - Ending calls

    /// Tells a call's handler that nobody waits for it any more. Its place is kept until it returns.
    private func end(_ stream: StreamID, _ error: CallError) {
        waitingAnswers.removeAll { $0.stream == stream }
        server.handlers.noteWaiting()
        switch running[stream.rawValue] {
        case .unary(let task): task.cancel()
        case .stream(let live, let task):
            live.fail(error)
            task.cancel()
        case .callback(let live):
            running[stream.rawValue] = nil
            core.sendStatus(error.status, on: stream)
            live.closed(error)
        case nil:
            // A synchronous answer that waited for credit, a call that has just ended, or one whose handler has not
            // begun.
            if let work = server.handlers.withdraw(stream, of: self) {
                server.returnHandlerPlace()
                expired.remove(stream.rawValue)
                noteEnd(work.context, error.code, since: work.begin)
                server.noteFailedCall(work.context, error)
            }
            core.sendStatus(error.status, on: stream)
        }
    }

    @inline(__always)
    private func noteEnd(_ context: CallContext, _ code: StatusCode, since begin: Instant) {
        let nanoseconds = Int64(truncatingIfNeeded: loop.now.nanoseconds &- begin.nanoseconds)
        server.noteEnd(context.route.index, code, nanoseconds: nanoseconds)
    }

    /// The handler of a call has begun to wait: from now on the call can be cancelled.
    func handlerWaits(_ task: HandlerTask, _ stream: StreamID) {
        guard !isClosed else { return task.cancel() }
        running[stream.rawValue] = .unary(task)
    }

    /// A handler has returned.
    func finish(_ work: UnaryWork, _ task: HandlerTask, _ outcome: Result<[UInt8]?, CallError>) {
        server.returnHandlerPlace()
        let isKnown = !server.handlers.endedUnknown(task)
        guard !isKnown || running.removeValue(forKey: work.stream.rawValue) != nil else { return }
        answer(work.stream, work.context, since: work.begin, with: outcome)
        guard !isUnsettled else { return }
        isUnsettled = true
        server.handlers.settleLater(self)
    }

    /// The burst in which handlers returned is over.
    func settleNow() {
        isUnsettled = false
        settle()
    }

    /// Hands what a handler returned to the core.
    private func answer(
        _ stream: StreamID,
        _ context: CallContext,
        since begin: Instant,
        with outcome: Result<[UInt8]?, CallError>
    ) {
        guard !isClosed else { return }
        let isLate = !expired.isEmpty && expired.remove(stream.rawValue) != nil
        switch outcome {
        case .success(let body):
            noteEnd(context, .ok, since: begin)
            let message = body ?? []
            // Safe: every byte of an array of bytes is initialised.
            switch unsafe put(message.span.bytes, on: stream, isEnd: true) {
            case .sent: break
            case .noCredit: waitingAnswers.append((stream, message))
            case .failed(let error): core.sendStatus(error.status, on: stream)
            }
        case .failure(let error):
            let told = isLate ? CallError.deadlineExceeded() : error
            noteEnd(context, told.code, since: begin)
            server.noteFailedCall(context, told)
            core.sendStatus(told.status, on: stream)
        }
    }

    /// A call served by callbacks has ended from our side.
    func endCallback(_ live: CallbackStream, with error: CallError?) {
        guard running.removeValue(forKey: live.stream.rawValue) != nil else { return }
        live.receiver = nil
        if let error {
            core.sendStatus(error.status, on: live.stream)
        } else if case .noCredit = send(RawSpan(), on: live.stream, isEnd: true) {
            waitingAnswers.append((live.stream, []))
        }
        settle()
    }
}
