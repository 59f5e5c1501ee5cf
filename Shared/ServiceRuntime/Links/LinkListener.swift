package import Calls
package import Reactor
package import Transport

/// Accepts connections on one address and serves calls on them.
///
/// Belongs to the loop of its server, on which it is made, drained and let go.
package final class LinkListener: ChannelListenerDelegate {
    private let server: CallServer
    private var listener: ChannelListener?

    /// Listens on `address` with the server's own loop.
    ///
    /// - Parameter metrics: Counts the peers that are sent away.
    /// - Throws: As `ChannelListener`: port in use, no permission, not an address of this machine.
    package init(
        server: CallServer,
        address: SocketAddress,
        security: ChannelSecurity,
        options: ByteChannelOptions = ByteChannelOptions(),
        limits: ChannelListener.Limits = ChannelListener.Limits(),
        sharesPort: Bool = false,
        metrics: ListenerMetrics? = nil
    ) throws(SocketError) {
        self.server = server
        listener = try ChannelListener(
            loop: server.loop,
            address: address,
            security: security,
            options: options,
            limits: limits,
            sharesPort: sharesPort,
            delegate: self
        )
        if let metrics { listener?.onRefusal = { metrics.count($0) } }
    }

    /// Where it listens, with the port that the system chose where 0 was asked for; `nil` once closed.
    package var address: SocketAddress? { listener?.address }

    /// What the listener has seen; `nil` once closed.
    package var counters: ChannelListener.Counters? { listener?.counters }

    package func channelListener(_ listener: ChannelListener, accepted channel: ByteChannel) {
        server.attach(channel)
    }

    /// Stops accepting, says GOAWAY to everybody and returns when the open calls are done.
    package func drain() async {
        listener?.close()
        listener = nil
        await server.drain()
    }
}
