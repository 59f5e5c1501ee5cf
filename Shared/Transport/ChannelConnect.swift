package import Reactor
internal import Timekeeping

/// One attempt to reach an endpoint: its name resolved, its addresses tried in order, TLS set up.
package final class ChannelConnect: ByteChannelDelegate, TimerHandler {
    /// An active channel, whose delegate has heard `channelActive`, or why there is none.
    package typealias Outcome = Result<ByteChannel, CloseReason>

    private let loop: EventLoop
    private let endpoint: Endpoint
    private let security: ChannelSecurity
    private let options: ByteChannelOptions
    private let deadline: Instant
    private var delegate: (any ByteChannelDelegate)?
    private var completion: ((Outcome) -> Void)?
    private var timer = TimerToken.none
    private var addresses: ArraySlice<SocketAddress> = []
    private var attempt: TCPConnect?
    private var channel: ByteChannel?
    private var lastFailure: CloseReason

    /// Starts. `completion` is called once, on the loop, never before this returns.
    ///
    /// - Parameters:
    ///   - timeout: for all of it, names and TLS included.
    ///   - delegate: becomes the channel's.
    @discardableResult
    package init(
        loop: EventLoop,
        resolver: NameResolver,
        endpoint: Endpoint,
        security: ChannelSecurity,
        options: ByteChannelOptions = ByteChannelOptions(),
        timeout: Duration,
        delegate: any ByteChannelDelegate,
        completion: @escaping (Outcome) -> Void
    ) {
        loop.preconditionCurrent()
        self.loop = loop
        self.endpoint = endpoint
        self.security = security
        self.options = options
        self.delegate = delegate
        self.completion = completion
        deadline = loop.now.advanced(by: timeout)
        lastFailure = CloseReason(.connectFailed, "no answer from \(endpoint) within \(timeout)")
        timer = loop.schedule(at: deadline, self)
        let bound = LoopBound(self, to: loop)
        resolver.resolve(endpoint, on: loop) { bound.value.resolved($0) }
    }

    /// Gives up: `completion` gets `.closedHere` before this returns, unless it was called already.
    package func cancel() {
        loop.preconditionCurrent()
        finish(.failure(.closedHere))
    }

    private func resolved(_ result: Result<[SocketAddress], SocketError>) {
        switch result {
        case .failure(let error):
            finish(.failure(CloseReason(.connectFailed, error.message)))
        case .success(let found):
            addresses = found[...]
            tryNext()
        }
    }

    /// Tries the next address. The time left is shared among those left, so that one which does not answer does
    /// not use up the time of the others.
    private func tryNext() {
        guard completion != nil else { return }
        let left = addresses.count
        guard let address = addresses.popFirst() else { return finish(.failure(lastFailure)) }
        let time = loop.now.duration(to: deadline)
        attempt = TCPConnect(loop: loop, address: address, timeout: time / left) { [weak self] in
            self?.connected($0, address)
        }
    }

    private func connected(_ outcome: TCPConnect.Outcome, _ address: SocketAddress) {
        attempt = nil
        switch outcome {
        case .failure(let error):
            lastFailure = CloseReason(.connectFailed, error.message)
            tryNext()
        case .success(let descriptor):
            guard completion != nil else { return Socket.close(descriptor) }
            let channel = ByteChannel(
                loop: loop,
                descriptor: descriptor,
                peerAddress: address,
                security: security,
                options: options,
                delegate: self
            )
            self.channel = channel
            channel.start()
        }
    }

    package func timerFired(_ token: TimerToken) {
        finish(.failure(lastFailure))
    }

    private func finish(_ outcome: Outcome) {
        guard let completion else { return }
        self.completion = nil
        delegate = nil
        loop.cancel(timer)
        attempt?.cancel()
        attempt = nil
        if case .failure(let reason) = outcome { channel?.abort(reason) }
        channel = nil
        completion(outcome)
    }

    // MARK: - Until the channel is active

    package func channelActive(_ channel: ByteChannel) {
        guard let delegate else { return channel.abort() }
        channel.delegate = delegate
        delegate.channelActive(channel)
        finish(.success(channel))
    }

    package func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int {
        0
    }

    package func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {
        // A peer that fails TLS would fail it again; another address is another peer.
        lastFailure = reason
        self.channel = nil
        tryNext()
    }
}
