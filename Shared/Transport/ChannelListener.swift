package import Reactor
internal import Timekeeping

/// Gives accepted channels their protocol, on the listener's loop.
package protocol ChannelListenerDelegate: AnyObject {
    /// A peer connected. Set the channel's delegate; the listener starts it when this returns. A channel without
    /// a delegate is closed.
    func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel)
}

/// Accepts channels on one address, within limits.
package final class ChannelListener: TCPListenerDelegate, ByteChannelOwner {
    /// How many channels there may be.
    package struct Limits: Sendable {
        /// All channels; one more peer is refused.
        package var connectionsMax = 16_384
        /// TLS handshakes in progress: each costs 0.5 ms of CPU and some 50 KiB while it lasts.
        package var handshakesMax = 1_024
        /// Channels of one IPv4 address or IPv6 /64.
        package var connectionsPerAddressMax = 16_384

        /// The limits of a service on one machine.
        package init() {}
    }

    /// What the listener has seen, for metrics.
    package struct Counters: Hashable, Sendable {
        /// Channels handed to the delegate.
        package var accepted = 0
        /// Silent peers dropped in favour of newer ones while handshakes were at their limit.
        package var droppedSilent = 0
    }

    /// The loop that accepts, and on which the channels live.
    package let loop: EventLoop
    /// What the listener has seen.
    package private(set) var counters = Counters()
    /// Channels that live now.
    package private(set) var connectionCount = 0
    /// Handshakes in progress.
    package private(set) var handshakeCount = 0

    /// Told of each peer that is sent away, for metrics.
    package var onRefusal: (ListenerRefusal) -> Void = { _ in }

    private let security: ChannelSecurity
    private let options: ByteChannelOptions
    private let limits: Limits
    private weak var delegate: (any ChannelListenerDelegate)?
    private var listener: TCPListener?
    private var countByAddress: [UInt64: Int] = [:]
    /// Channels in the order of their acceptance whose handshake was not known to have ended.
    private var handshaking: ContiguousArray<ByteChannel> = []
    private var firstHandshaking = 0

    /// Listens on `address`; the delegate is held weakly.
    ///
    /// - Throws: as `TCPListener`.
    package init(
        loop: EventLoop,
        address: SocketAddress,
        security: ChannelSecurity,
        options: ByteChannelOptions = ByteChannelOptions(),
        limits: Limits = Limits(),
        backlog: Int32 = 1024,
        sharesPort: Bool = false,
        delegate: any ChannelListenerDelegate
    ) throws(SocketError) {
        self.loop = loop
        self.security = security
        self.options = options
        self.limits = limits
        self.delegate = delegate
        listener = try TCPListener(
            loop: loop,
            address: address,
            backlog: backlog,
            sharesPort: sharesPort,
            delegate: self
        )
        listener?.onRefusal = { [weak self] in self?.onRefusal(.descriptors) }
    }

    /// Where the listener listens; `nil` once closed.
    package var address: SocketAddress? { listener?.address }

    /// Stops accepting; the channels live on.
    package func close() {
        listener?.close()
        listener = nil
    }

    package func listener(
        _ listener: TCPListener,
        accepted descriptor: Int32,
        from address: SocketAddress
    ) {
        guard mayAccept(address) else { return Socket.close(descriptor) }
        let channel = ByteChannel(
            loop: loop,
            descriptor: descriptor,
            peerAddress: address,
            security: security,
            options: options
        )
        delegate?.channelListener(self, accepted: channel)
        guard channel.delegate != nil else { return channel.abort() }
        counters.accepted += 1
        connectionCount += 1
        countByAddress[address.limitKey, default: 0] += 1
        channel.owner = self
        if channel.isSecure {
            handshakeCount += 1
            channel.isHandshakeCounted = true
            handshaking.append(channel)
        }
        channel.start()
    }

    private func mayAccept(_ address: SocketAddress) -> Bool {
        if connectionCount >= limits.connectionsMax {
            onRefusal(.connections)
            return false
        }
        if countByAddress[address.limitKey, default: 0] >= limits.connectionsPerAddressMax {
            onRefusal(.address)
            return false
        }
        if handshakeCount >= limits.handshakesMax, !dropSilent() {
            onRefusal(.handshakes)
            return false
        }
        return true
    }

    /// Drops the oldest peer that has sent nothing yet. In a flood of connections without handshakes those are all
    /// but the honest ones, which send with their first packet; refusing newcomers would shut out exactly them.
    private func dropSilent() -> Bool {
        while firstHandshaking < handshaking.count {
            let channel = handshaking[firstHandshaking]
            firstHandshaking += 1
            // What has sent something, or is over, leaves the line: each is looked at once.
            guard channel.isHandshakeCounted, channel.receivedByteCount == 0 else { continue }
            counters.droppedSilent += 1
            channel.abort(
                CloseReason(
                    .handshakeTimedOut,
                    "the peer sent nothing while handshakes were at their limit"
                )
            )
            return true
        }
        compact()
        return false
    }

    /// Lets go of channels that have left the line.
    private func compact() {
        handshaking.removeSubrange(..<firstHandshaking)
        firstHandshaking = 0
    }

    func channelHandshakeEnded(_ channel: ByteChannel) {
        handshakeCount -= 1
        // Ended ones stay in the line until they reach its front; more of them than live ones are cleared out.
        guard handshaking.count > 64, handshaking.count > 4 * handshakeCount else { return }
        compact()
        handshaking.removeAll { !$0.isHandshakeCounted }
    }

    func channelFinished(_ channel: ByteChannel) {
        connectionCount -= 1
        guard let key = channel.peerAddress?.limitKey, let count = countByAddress[key] else {
            return
        }
        countByAddress[key] = count > 1 ? count - 1 : nil
    }
}
