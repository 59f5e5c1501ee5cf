internal import Messages
package import Reactor
internal import Timekeeping
package import Transport
package import WireConnection
package import WireFormat

/// What a server counts; read by its metrics.
package struct CallServerCounters: Hashable, Sendable {
    /// Connections that are open.
    package var connectionCount = 0
    /// Handlers that run in tasks.
    package var handlerCount = 0
    /// Peers that were not let in.
    package var refusedPeerCount: UInt64 = 0
    /// Calls that were refused before their handler: unknown, not allowed, out of time, out of places.
    package var refusedCallCount: UInt64 = 0
    /// Connections that ended because of what the peer sent or failed to do.
    package var failedConnectionCount: UInt64 = 0
}

/// What a server is made with.
package struct CallServerConfiguration: Sendable {
    /// Handlers in tasks at once, over all connections of a loop. Above it calls are refused unprocessed; the
    /// least critical already from three quarters of it on.
    package var handlerCountMax = 10_000
    /// The connection's limits, environment and agent.
    package var connection: ConnectionConfiguration
    /// Scales a connection's age by up to 10 % each way, so that they do not all end at once.
    package var agesWithJitter = true

    /// The defaults, over connections as `connection` says.
    package init(connection: ConnectionConfiguration) {
        self.connection = connection
    }
}

/// Calls that ended alike.
package struct CallEnd: Hashable, Sendable {
    /// The method's place among those of the routes; `nil` for one that is not served here.
    package var route: Int?
    /// How they ended.
    package var code: StatusCode
    /// How long each took, in nanoseconds: from the turn that opened it to the turn that ended it.
    package var nanoseconds: Int64
    /// How many there are.
    package var count: Int
}

/// Serves calls on the connections of one event loop.
///
/// Listening is the transport's; whoever accepts a channel attaches it here.
// Safe: touched on its loop alone.
package final class CallServer: TurnEndHandler, @unchecked Sendable {
    /// The loop of all its connections.
    package let loop: EventLoop
    let routes: CallRoutes
    let authenticator: any PeerAuthenticator
    let callers: any CallerVerifier
    let timeSource: any TimeSource
    /// What happened so far.
    @safe @exclusivity(unchecked) package private(set) var counters = CallServerCounters()
    /// Hears how calls ended, at the latest at the end of the turn.
    ///
    /// Calls by callbacks are not told: they last as long as their connection.
    package var onCallEnd: ((CallEnd) -> Void)?
    /// Hears of each call that ended with another status than OK, at once; for the log.
    ///
    /// Calls by callbacks are told where they are refused, and not how they end.
    package var onFailedCall: ((FailedCall) -> Void)?
    /// Hears why a peer was not let in; for the log.
    package var onRefusedPeer: ((CallError) -> Void)?
    /// Hears why a connection failed; for the log.
    package var onFailure: ((WireError) -> Void)?

    private let configuration: CallServerConfiguration
    let handlers: HandlerTasks
    private var connections: [ObjectIdentifier: ServerConnection] = [:]
    private var generator: any RandomNumberGenerator
    private var isDraining = false
    /// Calls that ended alike one after the other and were not told yet: those of one burst mostly are, and telling
    /// each apart took 8 % of a small call.
    @safe @exclusivity(unchecked) private var untold = CallEnd(
        route: nil,
        code: .ok,
        nanoseconds: 0,
        count: 0
    )
    private var drained: [LoopPromise<Void>] = []

    /// A server on `loop`.
    ///
    /// - Parameter generator: For the jitter of connections' ages.
    package init(
        loop: EventLoop,
        configuration: CallServerConfiguration,
        routes: CallRoutes,
        authenticator: any PeerAuthenticator,
        callers: any CallerVerifier,
        generator: any RandomNumberGenerator
    ) {
        self.loop = loop
        self.configuration = configuration
        self.routes = routes
        self.authenticator = authenticator
        self.callers = callers
        self.generator = generator
        timeSource = loop.timeSource
        handlers = HandlerTasks(loop: loop)
    }

    /// Serves calls on `channel` from now on; called when the channel is active, or before it starts.
    package func attach(_ channel: ByteChannel) {
        loop.preconditionCurrent()
        guard !isDraining else {
            channel.close()
            return
        }
        let connection = ServerConnection(server: self, channel: channel)
        channel.delegate = connection
        connections[ObjectIdentifier(connection)] = connection
        counters.connectionCount += 1
        handlers.keepsIdle = true
    }

    /// Takes no more calls, lets open ones finish within the drain time, and returns when all are gone.
    package func drain() async {
        loop.preconditionCurrent()
        isDraining = true
        // GOAWAY for everybody in this turn: the peers' own jitter spreads their return.
        for connection in Array(connections.values) { connection.drain() }
        if !connections.isEmpty {
            let promise = LoopPromise<Void>(loop: loop)
            drained.append(promise)
            await promise.value()
        }
    }

    /// Closes every connection at once; for the end of a drain that took too long.
    package func closeAll() {
        loop.preconditionCurrent()
        for connection in Array(connections.values) { connection.channel.close() }
    }

    // MARK: - From connections

    func connectionConfiguration() -> ConnectionConfiguration {
        var connection = configuration.connection
        guard configuration.agesWithJitter, let age = connection.connectionAge else {
            return connection
        }
        connection.connectionAge = age * Int.random(in: 90...110, using: &generator) / 100
        return connection
    }

    func connectionEnded(_ connection: ServerConnection) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        counters.connectionCount -= 1
        handlers.keepsIdle = !connections.isEmpty
        guard isDraining, connections.isEmpty else { return }
        for promise in drained { promise.complete(()) }
        drained.removeAll()
    }

    /// Takes a place for a handler, or refuses the call; what matters least is refused first.
    func takeHandlerPlace(_ method: MethodDescriptor) throws(CallError) {
        let limit =
            method.criticality == .sheddable || method.criticality == .sheddablePlus
            ? configuration.handlerCountMax * 3 / 4 : configuration.handlerCountMax
        guard counters.handlerCount < limit else {
            throw CallError(
                .resourceExhausted,
                "as many calls run as may",
                retryAfter: .milliseconds(100),
                isNotProcessed: true
            )
        }
        counters.handlerCount += 1
    }

    func returnHandlerPlace() {
        counters.handlerCount -= 1
    }

    func noteRefusedPeer(_ error: CallError) {
        counters.refusedPeerCount += 1
        onRefusedPeer?(error)
    }

    func noteRefusedCall(_ call: CallBlock, of peer: PeerIdentity?, _ error: CallError) {
        counters.refusedCallCount += 1
        let route = routes.route(service: call.service, method: call.method)
        noteEnd(route?.index, error.code, nanoseconds: 0)
        onFailedCall?(
            FailedCall(call, route?.method, of: peer, error, isDraining: isDraining)
        )
    }

    /// Tells of a call whose handler failed or was too late; its end is noted apart.
    func noteFailedCall(_ context: CallContext, _ error: CallError) {
        onFailedCall?(FailedCall(context, error, isDraining: isDraining))
    }

    /// Notes how a call ended.
    @inline(__always)
    func noteEnd(_ route: Int?, _ code: StatusCode, nanoseconds: Int64) {
        guard untold.count > 0, untold.route == route, untold.code == code,
            untold.nanoseconds == nanoseconds
        else { return beginUntold(route, code, nanoseconds) }
        untold.count &+= 1
    }

    @inline(never)
    private func beginUntold(_ route: Int?, _ code: StatusCode, _ nanoseconds: Int64) {
        if untold.count == 0 { loop.atEndOfTurn(self) } else { onCallEnd?(untold) }
        untold = CallEnd(route: route, code: code, nanoseconds: nanoseconds, count: 1)
    }

    /// Tells `onCallEnd` of the calls that ended last in this turn.
    package func endOfTurn() {
        guard untold.count > 0 else { return }
        onCallEnd?(untold)
        untold.count = 0
    }

    func noteFailure(_ error: WireError) {
        counters.failedConnectionCount += 1
        onFailure?(error)
    }
}
