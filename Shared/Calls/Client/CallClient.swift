internal import Delivery
package import Messages
internal import Model
package import Reactor
internal import Timekeeping
package import Transport
package import WireConnection
internal import WireFormat

/// Opens byte channels to an address: plain or under TLS, real or of a test.
package protocol ChannelOpening: Sendable {
    /// A started channel to `address`, connecting or connected; `delegate` hears what becomes of it.
    ///
    /// Runs on `loop`.
    func openChannel(
        to address: String,
        on loop: EventLoop,
        _ completion: @escaping (Result<ByteChannel, CloseReason>) -> Void
    )
}

/// What a client counts; read by metrics.
package struct CallClientCounters: Hashable, Sendable {
    /// First tries.
    package var callCount: UInt64 = 0
    /// Further tries.
    package var retryCount: UInt64 = 0
    /// Calls that failed in the end.
    package var failureCount: UInt64 = 0
    /// Retries that the budget refused.
    package var budgetRefusalCount: UInt64 = 0
}

/// Calls one service, whichever of its endpoints is connected.
///
/// Keeps one connection to each endpoint, sends a call where the fewest run, and tries again what may be tried
/// again (`RetryRule`), within the caller's time and 10 % of first tries.
// Safe: touched on its loop alone, which every entry checks.
package final class CallClient: ClientConnectionOwner, TimerHandler, @unchecked Sendable {
    /// The loop of its connections; calls are made from tasks on it.
    package let loop: EventLoop
    /// The service's name, for messages.
    package let name: String
    /// What happened so far.
    package private(set) var counters = CallClientCounters()

    private let configuration: ConnectionConfiguration
    private let opener: any ChannelOpening
    private let token: [UInt8]
    private var generator: any RandomNumberGenerator
    private var pool: EndpointPool
    private var connections: [EndpointPool.EndpointID: ClientConnection] = [:]
    private var endpoints: [ObjectIdentifier: EndpointPool.EndpointID] = [:]
    private var budget = RetryBudget()
    private var waiters: [LoopPromise<Void>] = []
    /// Since when no endpoint takes calls; `nil` while one does, and before the first try to connect has failed.
    private var downSince: Instant?
    private var timer = TimerToken.none
    private var isClosed = false
    private var closed: [LoopPromise<Void>] = []

    /// A client of the service at `addresses`; connects when `start` is called.
    ///
    /// - Parameters:
    ///   - token: What HELLO carries: a driver's token; empty between services.
    ///   - generator: For the jitter of waits.
    package init(
        loop: EventLoop,
        name: String,
        addresses: [String],
        configuration: ConnectionConfiguration,
        opener: any ChannelOpening,
        token: [UInt8] = [],
        generator: any RandomNumberGenerator
    ) {
        self.loop = loop
        self.name = name
        self.configuration = configuration
        self.opener = opener
        self.token = token
        self.generator = generator
        pool = EndpointPool(addresses: addresses)
    }

    /// Begins to connect to every endpoint, and keeps at it.
    package func start() {
        loop.preconditionCurrent()
        connectDue()
    }

    /// Sets the endpoints anew, as a name resolved now.
    package func list(_ addresses: [String]) {
        loop.preconditionCurrent()
        for action in pool.list(addresses) {
            guard case .drain(let id) = action else { continue }
            connections[id]?.drain()
        }
        connectDue()
    }

    /// Endpoints that take calls now.
    package var readyCount: Int { pool.readyCount }

    /// Lets open calls finish and ends all connections.
    package func close() async {
        loop.preconditionCurrent()
        isClosed = true
        loop.cancel(timer)
        for connection in connections.values { connection.drain() }
        wakeWaiters()
        guard !connections.isEmpty else { return }
        let promise = LoopPromise<Void>(loop: loop)
        closed.append(promise)
        await promise.value()
    }

    // MARK: - Calls

    /// Makes a call over the messages' bytes.
    package func callBytes(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        _ options: CallOptions = CallOptions()
    ) async throws(CallError) -> [UInt8] {
        loop.preconditionCurrent()
        let deadline = deadline(of: method, options)
        counters.callCount += 1
        budget.noteCall()
        var attempt = 1
        var avoided: EndpointPool.EndpointID?
        while true {
            // Without an endpoint there is nothing to try again: the wait for one was the patience there is.
            let (id, connection) = try await connection(for: options, avoided, until: deadline)
            avoided = id
            do throws(CallError) {
                return try await tryOnce(
                    method,
                    body,
                    options,
                    deadline: deadline,
                    attempt: attempt,
                    on: id,
                    connection
                )
            } catch {
                let verdict = RetryRule.judge(
                    error,
                    attempt: attempt,
                    hasKey: !options.key.isNone,
                    remaining: loop.now.duration(to: deadline),
                    random: generator.next()
                )
                guard case .retry(let wait) = verdict, options.retries, !isClosed else {
                    counters.failureCount += 1
                    throw error
                }
                guard budget.takeRetry() else {
                    counters.budgetRefusalCount += 1
                    counters.failureCount += 1
                    throw error
                }
                counters.retryCount += 1
                attempt += 1
                guard await loop.sleep(for: wait) else {
                    throw CallError(.cancelled, "the caller was cancelled", isNotProcessed: true)
                }
            }
        }
    }

    /// Opens a call with a stream in one or both directions, on one try: resuming is the caller's, who knows
    /// from where.
    ///
    /// - Parameters:
    ///   - body: The first message; empty where there is none yet.
    ///   - isEnd: Whether it is the last of this side.
    package func open(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        isEnd: Bool,
        _ options: CallOptions = CallOptions(),
        responseCredit: UInt32 = 256 * 1024
    ) async throws(CallError) -> ClientStream {
        loop.preconditionCurrent()
        let deadline = deadline(of: method, options)
        let (_, connection) = try await connection(for: options, nil, until: deadline)
        var block = Self.block(of: method, options, attempt: 1)
        block.responseCredit = responseCredit
        if method.timeoutMilliseconds == nil, options.timeout == nil {
            block.timeoutMilliseconds = CallBlock.noTimeout
        } else {
            block.timeoutMilliseconds = Self.milliseconds(loop.now.duration(to: deadline))
        }
        return try connection.openStream(
            block,
            extensions: Self.extensions(options),
            body: body,
            isEnd: isEnd
        )
    }

    private func tryOnce(
        _ method: MethodDescriptor,
        _ body: [UInt8],
        _ options: CallOptions,
        deadline: Instant,
        attempt: Int,
        on id: EndpointPool.EndpointID,
        _ connection: ClientConnection
    ) async throws(CallError) -> [UInt8] {
        defer { pool.callEnded(id) }
        let remaining = loop.now.duration(to: deadline)
        guard remaining > .milliseconds(Int64(method.floorMilliseconds)) else {
            throw .deadlineExceeded(isNotProcessed: true)
        }
        var block = Self.block(of: method, options, attempt: attempt)
        block.timeoutMilliseconds = Self.milliseconds(remaining)
        let (stream, promise) = try connection.openUnary(
            block,
            extensions: Self.extensions(options),
            body: body
        )
        let outcome = await withTaskCancellationHandler {
            await promise.value()
        } onCancel: {
            // Any thread may cancel, so the way back is the loop's queue.
            loop.execute {
                connection.cancel(stream, .cancelled)
                promise.complete(.failure(CallError(.cancelled, "the caller was cancelled")))
            }
        }
        return try outcome.get()
    }

    /// A connected endpoint, counted as busy with one call more; waits for one where the caller allows it.
    ///
    /// The wait is counted from when the service went out of reach, not from the call: it bridges a lost connection,
    /// and a service that is known to be down costs its callers no time.
    private func connection(
        for options: CallOptions,
        _ avoided: EndpointPool.EndpointID?,
        until deadline: Instant
    ) async throws(CallError) -> (EndpointPool.EndpointID, ClientConnection) {
        let since = downSince ?? loop.now
        let waitEnd = min(deadline, since.advanced(by: options.connectionWait))
        while !isClosed {
            if let id = pool.choose(avoiding: avoided), let connection = connections[id] {
                return (id, connection)
            }
            guard loop.now < waitEnd else { break }
            let promise = LoopPromise<Void>(loop: loop)
            waiters.append(promise)
            let token = loop.schedule(at: waitEnd) { promise.complete(()) }
            await promise.value()
            loop.cancel(token)
        }
        counters.failureCount += 1
        throw .noEndpoint(name)
    }

    private func deadline(of method: MethodDescriptor, _ options: CallOptions) -> Instant {
        let own = Duration.milliseconds(Int64(method.timeoutMilliseconds ?? 60_000))
        return loop.now.advanced(by: min(own, options.timeout ?? own))
    }

    static func block(
        of method: MethodDescriptor,
        _ options: CallOptions,
        attempt: Int
    ) -> CallBlock {
        var block = CallBlock(
            service: method.service.rawValue,
            method: method.id,
            kind: CallKind(rawValue: method.kind.rawValue) ?? .unary,
            timeoutMilliseconds: 1
        )
        block.criticality = Criticality(rawValue: method.criticality.rawValue) ?? .critical
        block.traceID = options.traceID
        block.parentSpanID = options.spanID
        block.traceFlags = options.traceFlags
        block.attempt = UInt8(clamping: attempt - 1)
        block.tenant = options.tenant.rawValue
        block.idempotencyKey = options.key.bits
        return block
    }

    static func milliseconds(_ remaining: Duration) -> UInt32 {
        UInt32(clamping: max(1, min(60_000, remaining.wholeMilliseconds)))
    }

    private static func extensions(_ options: CallOptions) -> [UInt8] {
        guard !options.callerToken.isEmpty else { return [] }
        var output = OutputBuffer()
        // Safe: every byte of an array of bytes is initialised.
        unsafe OpenExtensions.encode(
            callerToken: options.callerToken.span.bytes,
            shardEpoch: nil,
            into: &output
        )
        return output.array()
    }

    // MARK: - Connections

    private func connectDue() {
        guard !isClosed else { return }
        for action in pool.connectDue(at: loop.now) {
            guard case .connect(let id, let address) = action else { continue }
            opener.openChannel(to: address, on: loop) { [weak self] outcome in
                self?.channelOpened(id, outcome)
            }
        }
        armTimer()
    }

    /// Sets the timer for the next try; even one that is due waits for the next turn, so that endpoints which
    /// refuse at once cannot keep the loop in a recursion.
    private func armTimer() {
        loop.cancel(timer)
        timer = .none
        if let due = pool.nextDue { timer = loop.schedule(at: due, self) }
    }

    package func timerFired(_ token: TimerToken) {
        connectDue()
    }

    private func channelOpened(
        _ id: EndpointPool.EndpointID,
        _ outcome: Result<ByteChannel, CloseReason>
    ) {
        guard !isClosed, case .success(let channel) = outcome else {
            if case .success(let channel) = outcome { channel.close() }
            failed(id, orderly: false)
            return
        }
        let connection = ClientConnection(
            channel: channel,
            configuration: configuration,
            token: token,
            owner: self
        )
        channel.delegate = connection
        connections[id] = connection
        endpoints[ObjectIdentifier(connection)] = id
        connection.settle()
    }

    func connectionReady(_ connection: ClientConnection) {
        guard let id = endpoints[ObjectIdentifier(connection)] else { return }
        pool.connected(id)
        downSince = nil
        wakeWaiters()
    }

    func connectionLeaving(_ connection: ClientConnection) {
        guard let id = endpoints[ObjectIdentifier(connection)] else { return }
        pool.leaving(id)
        noteDown()
    }

    func connectionClosed(_ connection: ClientConnection, _ reason: CloseReason) {
        guard let id = endpoints.removeValue(forKey: ObjectIdentifier(connection)) else { return }
        connections[id] = nil
        failed(id, orderly: connection.isLeaving)
        guard isClosed, connections.isEmpty else { return }
        for promise in closed { promise.complete(()) }
        closed.removeAll()
    }

    private func failed(_ id: EndpointPool.EndpointID, orderly: Bool) {
        pool.closed(id, at: loop.now, random: generator.next(), orderly: orderly)
        noteDown()
        if !isClosed { armTimer() }
    }

    private func noteDown() {
        if downSince == nil, pool.readyCount == 0 { downSince = loop.now }
    }

    private func wakeWaiters() {
        let woken = waiters
        waiters.removeAll()
        for promise in woken { promise.complete(()) }
    }
}
