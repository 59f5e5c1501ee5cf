package import Reactor
internal import Timekeeping
package import Transport

/// Serves HTTP/1.1 on the connections it is given, on one event loop.
///
/// Several loops have a server each; nothing is shared between them.
// Safe: touched on its loop only, which `accept` and `drain` assert.
@safe
package final class HTTPServer: @unchecked Sendable {
    /// The limits.
    package let options: HTTPServerOptions
    /// The loop.
    package let loop: EventLoop
    let router: Router<HTTPHandler>
    let observer: (any HTTPObserver)?
    private(set) var isDraining = false

    private var connections: [ObjectIdentifier: HTTPConnection] = [:]
    // Left out of the run-time check of overlapping accesses: none of them calls out.
    @safe @exclusivity(unchecked) private var encoder = ResponseEncoder()
    @safe @exclusivity(unchecked) private var scratch: [UInt8] = []
    private var compressor: GzipCompressor?
    private var drained: LoopPromise<Bool>?

    /// A server without connections.
    ///
    /// - Parameters:
    ///   - loop: The loop of its connections and handlers.
    ///   - router: What answers.
    ///   - observer: Hears of each request; kept.
    package init(
        loop: EventLoop,
        router: Router<HTTPHandler>,
        options: HTTPServerOptions = HTTPServerOptions(),
        observer: (any HTTPObserver)? = nil
    ) {
        options.requestLimits.validate()
        self.loop = loop
        self.router = router
        self.options = options
        self.observer = observer
        scratch.reserveCapacity(1024)
    }

    /// How many connections are open.
    package var connectionCount: Int { connections.count }

    /// Becomes the delegate of `channel`, which the caller starts then, or has started under TLS.
    ///
    /// - Returns: Whether it is served; where there are too many connections it is closed instead.
    @discardableResult
    package func accept(_ channel: ByteChannel) -> Bool {
        loop.preconditionCurrent()
        guard connections.count < options.connectionCountMax, !isDraining else {
            observer?.connectionRefused()
            channel.abort()
            return false
        }
        let connection = HTTPConnection(server: self, channel: channel)
        connections[ObjectIdentifier(connection)] = connection
        channel.delegate = connection
        connection.start()
        return true
    }

    func forget(_ connection: HTTPConnection) {
        connections[ObjectIdentifier(connection)] = nil
        if isDraining, connections.isEmpty { drained?.complete(true) }
    }

    /// Answers what is in work and ends every connection; returns when none is left.
    ///
    /// Idle connections end at once. Event streams end one after another over the first half of the time,
    /// so that their clients do not all come back to the other instances in one moment. What is left at the
    /// end of the time is cut off. Call it on the loop; stop accepting before.
    ///
    /// - Returns: Whether everything ended by itself.
    package func drain(within limit: Duration) async -> Bool {
        loop.preconditionCurrent()
        isDraining = true
        let promise = LoopPromise<Bool>(loop: loop)
        drained = promise
        let open = Array(connections.values)
        let streams = open.filter { $0.events != nil }
        for connection in open { connection.drain() }
        for (index, connection) in streams.enumerated() {
            let delay = limit * index / (2 * streams.count)
            loop.schedule(after: delay) { connection.events?.finish() }
        }
        let cutOff = loop.schedule(after: limit) { [self] in
            for connection in Array(connections.values) { connection.channel.abort() }
            promise.complete(false)
        }
        if connections.isEmpty { promise.complete(true) }
        let isOrderly = await promise.value()
        loop.cancel(cutOff)
        return isOrderly
    }

    // MARK: - For connections

    func accepts(_ request: HTTPRequest) -> Bool {
        guard options.compresses, let value = request.bytes(of: .acceptEncoding) else {
            return false
        }
        return GzipPolicy.accepts(value)
    }

    /// `body` compressed, where that is worth it.
    func compressed(_ body: [UInt8], _ response: HTTPResponse) -> [UInt8]? {
        guard (GzipPolicy.byteCountMin...GzipPolicy.byteCountMax).contains(body.count),
            GzipPolicy.isCompressible(response.contentType),
            !response.fields.contains(where: { $0.name == .contentEncoding })
        else { return nil }
        if compressor == nil { compressor = GzipCompressor() }
        return compressor?.compress(body)
    }

    func writeHead(
        _ response: HTTPResponse,
        framing: ResponseEncoder.Framing,
        closes: Bool,
        isGzip: Bool,
        to channel: ByteChannel
    ) {
        scratch.removeAll(keepingCapacity: true)
        encoder.appendHead(
            of: response,
            framing: framing,
            closes: closes,
            isGzip: isGzip,
            at: loop.timeSource.wallTime,
            to: &scratch
        )
        channel.write(scratch)
    }
}

extension HTTPServer: ChannelListenerDelegate {
    package func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
        accept(channel)
    }
}
