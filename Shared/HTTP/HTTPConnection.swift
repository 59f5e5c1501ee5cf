internal import Reactor
internal import Timekeeping
internal import Transport

/// One client's connection: reads requests in order and answers each before it reads the next.
///
/// Requests that arrive together are answered together: the channel sends what one turn wrote with one system
/// call. Immediate handlers run inside the turn; for the others the connection has one task, started when
/// first needed and kept, because starting one per request costs as much as the request.
// Safe: touched on the loop of its channel only; the task runs there too, and the channel asserts it.
final class HTTPConnection: ByteChannelDelegate, TimerHandler, @unchecked Sendable {
    enum Phase {
        /// Reads the next request.
        case ready
        /// A suspending handler has the request. Next: streaming, ready, closing.
        case handling
        /// The head is sent, the body is being written. Next: ready, closing.
        case streaming
        /// The last answer is sent, or nobody is there to read it.
        case closing
    }

    /// What the client is expected to send.
    enum Waiting {
        case head
        case body
        case nextRequest
    }

    /// What the task does next.
    enum Job {
        case handle(@Sendable () async throws(Problem) -> HTTPResponse)
        case produce(BodyWriter, @Sendable (BodyWriter) async -> Void)
    }

    /// The request being answered.
    struct Exchange {
        var method = HTTPMethod.get
        var minorVersion: UInt8 = 1
        var keepsAlive = true
        var acceptsGzip = false
        /// The route's place among those of the router; `nil` where none matched.
        var route: Int?
        var startedAt = Instant(nanoseconds: 0)
    }

    /// Refers to us too, until the channel is closed: checking that it lives cost 2.5 % of a small request.
    let server: HTTPServer
    let channel: ByteChannel
    let loop: EventLoop
    // Left out of the run-time check of overlapping accesses: none of them calls out.
    @safe @exclusivity(unchecked) var parser: RequestParser
    @safe @exclusivity(unchecked) var phase = Phase.ready
    @safe @exclusivity(unchecked) var exchange = Exchange()
    /// Whether the body being streamed is chunked.
    var isChunked = false
    var writer: BodyWriter?
    var events: EventStream?

    var waiting = Waiting.head
    var deadline: Instant?
    var timer = TimerToken.none
    var timerIsFor = Instant(nanoseconds: 0)

    var job: Job?
    var task: Task<Void, Never>?
    let jobSignal: LoopSignal
    /// Counts exchanges, so that a handler that returns too late is recognised.
    var exchangeCount: UInt64 = 0
    /// Requests wait until the client has read more of the answers.
    var isStalled = false
    /// The client sent its end: what is in work is the last.
    var hasEnded = false

    init(server: HTTPServer, channel: ByteChannel) {
        self.server = server
        self.channel = channel
        loop = channel.loop
        parser = RequestParser(limits: server.options.requestLimits)
        jobSignal = LoopSignal(loop: channel.loop)
    }

    func start() {
        wait(for: .head, isNew: true)
    }

    // MARK: - What the channel calls

    func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        parser.receive(bytes)
        advance()
        // Nobody else adds to this connection's output, so waiting for the others' turn would gather nothing: with 64
        // clients an answer waited for up to 63 others.
        if phase == .ready { channel.sendNow() }
        let waitingCount = parser.unreadByteCount
        if phase != .ready || isStalled, waitingCount > server.options.pipelineByteCountMax {
            channel.pauseReading()
        }
        return bytes.byteCount
    }

    func channelReceivedEnd(_ channel: ByteChannel) {
        hasEnded = true
        switch phase {
        case .ready where !isStalled: end()
        case .streaming where events != nil: end()
        default: exchange.keepsAlive = false
        }
    }

    func channelWritable(_ channel: ByteChannel) {
        writer?.pendingDrained()
        guard isStalled else { return }
        isStalled = false
        advance()
        channel.resumeReading()
    }

    func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
        phase = .closing
        deadline = nil
        loop.cancel(timer)
        writer?.close()
        events?.close(.disconnected)
        job = nil
        task?.cancel()
        jobSignal.raise()
        server.forget(self)
    }

    // MARK: - Requests

    /// Answers what is complete, then waits for more.
    func advance() {
        var hasAnswered = false
        while phase == .ready {
            guard channel.isWritable else {
                isStalled = true
                channel.pauseReading()
                deadline = nil
                return
            }
            switch parser.next() {
            case .needsInput:
                if hasEnded { return end() }
                let isInside = parser.isInsideRequest
                let next: Waiting = isInside ? (parser.isInsideBody ? .body : .head) : .nextRequest
                return wait(for: next, isNew: hasAnswered)
            case .expectsContinue:
                channel.write(Self.continueLine)
            case .request(let request):
                hasAnswered = true
                answer(request)
            case .refused(let refusal):
                refuse(refusal)
            }
        }
    }

    private static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private func answer(_ request: HTTPRequest) {
        exchangeCount &+= 1
        exchange = Exchange(
            method: request.method,
            minorVersion: request.minorVersion,
            keepsAlive: request.keepsAlive && !server.isDraining && !hasEnded,
            acceptsGzip: server.accepts(request),
            route: nil,
            startedAt: loop.now
        )
        switch server.router.match(request.method, request.pathBytes) {
        case .route(let route, let captures):
            exchange.route = route.index
            let context = HTTPContext(
                loop: loop,
                captures: captures,
                peerAddress: channel.peerAddress
            )
            handle(request, context, route.handler)
        case .otherMethods(let methods):
            let allowed = methods.map(\.name).joined(separator: ", ")
            var response =
                request.method == .options
                ? HTTPResponse(.noContent)
                : own(Problem(.methodNotAllowed, detail: "This path takes \(allowed)."))
            response.fields.append(ResponseField(.allow, allowed))
            respond(response)
        case .none where request.method == .options && request.pathBytes.elementsEqual("*".utf8):
            var response = HTTPResponse(.noContent)
            response.fields = [ResponseField(.allow, Self.allMethods)]
            respond(response)
        case .none:
            respond(own(Problem(.notFound)))
        }
    }

    private func handle(_ request: HTTPRequest, _ context: HTTPContext, _ handler: HTTPHandler) {
        switch handler {
        case .immediate(let handler):
            respond(Self.outcome { () throws(Problem) in try handler(request, context) })
        case .suspending(let handler):
            handleLater { () async throws(Problem) in try await handler(request, context) }
        case .adaptive(let handler):
            do throws(Problem) {
                switch try handler(request, context) {
                case .answer(let response): respond(response)
                case .later(let work): handleLater(work)
                }
            } catch {
                respond(error.response())
            }
        }
    }

    private func handleLater(_ work: @escaping @Sendable () async throws(Problem) -> HTTPResponse) {
        phase = .handling
        deadlineIs(loop.now.advanced(by: server.options.handlerTimeMax))
        give(.handle(work))
    }

    /// The answer for a problem that no handler of the program made.
    private func own(_ problem: Problem) -> HTTPResponse {
        var problem = problem
        server.options.completeProblem?(&problem)
        return problem.response()
    }

    private static let allMethods = HTTPMethod.served.map(\.name).joined(separator: ", ")

    private static func outcome(
        _ body: () throws(Problem) -> HTTPResponse
    ) -> HTTPResponse {
        do throws(Problem) {
            return try body()
        } catch {
            return error.response()
        }
    }

    private func refuse(_ refusal: RequestRefusal) {
        server.observer?.requestRefused(refusal)
        closeWith(Problem(refusal.status, detail: refusal.reason.rawValue))
    }

    /// Answers outside any request and closes.
    func closeWith(_ problem: Problem) {
        exchange = Exchange()
        exchange.keepsAlive = false
        exchange.startedAt = loop.now
        exchangeCount &+= 1
        respond(own(problem))
    }

    /// Sends what is queued, then the end.
    func end() {
        phase = .closing
        deadline = nil
        channel.close()
    }

    // MARK: - The task

    /// Hands `job` to the connection's task.
    func give(_ job: Job) {
        self.job = job
        jobSignal.raise()
        guard task == nil else { return }
        task = loop.spawn { [self] in await work() }
    }

    private func work() async {
        while phase != .closing {
            await jobSignal.wait()
            guard let job else { continue }
            self.job = nil
            let count = exchangeCount
            switch job {
            case .handle(let work):
                let response = await Self.run(work)
                // Meanwhile the client may have gone, or the handler's time ended.
                guard phase == .handling, count == exchangeCount else { continue }
                respond(response)
            case .produce(let writer, let produce):
                await produce(writer)
                guard phase == .streaming, count == exchangeCount else { continue }
                endBody(isComplete: !writer.isAbandoned && (writer.left ?? 0) == 0)
            }
            resume()
        }
    }

    private static func run(
        _ work: @Sendable () async throws(Problem) -> HTTPResponse
    ) async -> HTTPResponse {
        do throws(Problem) {
            return try await work()
        } catch {
            return error.response()
        }
    }

    /// Goes on reading after an answer that took several turns.
    func resume() {
        guard phase == .ready else { return }
        advance()
        if !isStalled { channel.resumeReading() }
    }
}
