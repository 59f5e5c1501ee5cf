internal import Messages
internal import Reactor
internal import Synchronization
internal import Timekeeping
internal import Transport
internal import WireConnection
internal import WireFormat

/// A closed loop of unary calls on many connections: each keeps so many under way and opens the next when one is
/// answered. Straight on the connection core, so that the generator costs less than what it measures.
// Safe: touched on its loop alone.
final class CallLoad: @unchecked Sendable {
    /// What to send.
    struct Plan: Sendable {
        var method: MethodDescriptor
        var body: [UInt8]
        var connectionCount: Int
        var inFlight: Int
        var callCount: Int
    }

    private let loop: EventLoop
    private let plan: Plan
    private var openedCount = 0
    private(set) var answeredCount = 0
    private(set) var failedCount = 0
    private var links: [LoadLink] = []
    private let done: LoopPromise<Void>

    init(loop: EventLoop, plan: Plan) {
        self.loop = loop
        self.plan = plan
        done = LoopPromise(loop: loop)
    }

    /// Connects to `address` and runs the plan; returns when every call is answered. On the loop.
    func run(
        to address: SocketAddress,
        security: ChannelSecurity,
        hello: [UInt8],
        environment: UInt64
    ) async throws {
        let configuration = ConnectionConfiguration(
            profile: .betweenServices,
            agent: "bench",
            environment: environment
        )
        for _ in 0..<plan.connectionCount {
            let link = LoadLink(load: self, configuration: configuration, hello: hello)
            links.append(link)
            guard await link.connect(to: address, on: loop, security: security) else {
                throw BenchmarkError("no connection to \(address)")
            }
        }
        for link in links { link.fill() }
        await done.value()
        for link in links { link.close() }
    }

    /// The block and body of the next call; `nil` when all are opened.
    func next() -> (CallBlock, [UInt8])? {
        guard openedCount < plan.callCount else { return nil }
        openedCount += 1
        let block = CallBlock(
            service: plan.method.service.rawValue,
            method: plan.method.id,
            timeoutMilliseconds: 60_000
        )
        return (block, plan.body)
    }

    var inFlightMax: Int { plan.inFlight }

    func answered(_ isGood: Bool) {
        answeredCount += 1
        if !isGood { failedCount += 1 }
        if answeredCount == plan.callCount { done.complete(()) }
    }
}

/// One connection of the load.
private final class LoadLink: ByteChannelDelegate {
    private unowned let load: CallLoad
    private var core: ConnectionCore
    private var channel: ByteChannel?
    private var inFlight = 0
    private var ready: LoopPromise<Bool>?

    init(load: CallLoad, configuration: ConnectionConfiguration, hello: [UInt8]) {
        self.load = load
        core = ConnectionCore(
            client: configuration,
            token: hello.span.bytes,
            now: SystemTimeSource().now
        )
    }

    func connect(
        to address: SocketAddress,
        on loop: EventLoop,
        security: ChannelSecurity
    ) async -> Bool {
        let promise = LoopPromise<Bool>(loop: loop)
        ready = promise
        let connect = TCPConnect(loop: loop, address: address, timeout: .seconds(5)) { outcome in
            guard case .success(let descriptor) = outcome else {
                promise.complete(false)
                return
            }
            let channel = ByteChannel(
                loop: loop,
                descriptor: descriptor,
                peerAddress: address,
                security: security,
                delegate: self
            )
            self.channel = channel
            channel.start()
        }
        defer { _ = connect }
        return await promise.value()
    }

    func close() {
        channel?.close()
    }

    func fill() {
        while inFlight < load.inFlightMax, let (block, body) = load.next() {
            inFlight += 1
            guard
                (try? core.open(
                    block,
                    body: body.span.bytes,
                    now: SystemTimeSource().now
                )) != nil
            else {
                inFlight -= 1
                load.answered(false)
                continue
            }
        }
        moveOutput()
    }

    private func moveOutput() {
        guard let channel, !core.output.isEmpty else { return }
        let count = core.output.byteCount
        core.output.withBytes { channel.write($0) }
        core.outputTaken(count)
    }

    func channelActive(_ channel: ByteChannel) {
        moveOutput()
    }

    func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        var consumed = 0
        let now = channel.loop.now
        while let event = core.nextEvent(in: bytes, consumed: &consumed, now: now) {
            switch event {
            case .established: ready?.complete(true)
            case .data(let stream, let body, _):
                core.consumed(body.count, on: stream)
                inFlight -= 1
                load.answered(true)
            case .status:
                inFlight -= 1
                load.answered(false)
            case .failed, .ended: channel.close()
            default: break
            }
        }
        fill()
        return consumed
    }

    func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
        ready?.complete(false)
    }
}
