internal import Calls
package import Reactor
package import Transport

/// Opens connections to one service's endpoints.
package struct LinkOpener: ChannelOpening {
    /// How long names, TCP and TLS may take together.
    package static let connectTime = Duration.seconds(5)

    private let resolver: NameResolver
    private let security: ChannelSecurity

    /// An opener that protects its channels with `security`.
    package init(resolver: NameResolver, security: ChannelSecurity) {
        self.resolver = resolver
        self.security = security
    }

    package func openChannel(
        to address: String,
        on loop: EventLoop,
        _ completion: @escaping (Result<ByteChannel, CloseReason>) -> Void
    ) {
        let endpoint: Endpoint
        do {
            endpoint = try Endpoint(address)
        } catch {
            // Never from within the call: the caller is still counting its connections.
            let reason = CloseReason(.connectFailed, error.message)
            loop.schedule(at: loop.now) { completion(.failure(reason)) }
            return
        }
        ChannelConnect(
            loop: loop,
            resolver: resolver,
            endpoint: endpoint,
            security: security,
            timeout: Self.connectTime,
            delegate: Handover(),
            completion: completion
        )
    }

    /// The delegate of a channel between its activation and its protocol: leaves every byte where it is.
    private final class Handover: ByteChannelDelegate {
        func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int { 0 }
        func channelClosed(_ channel: ByteChannel, _ reason: CloseReason) {}
    }
}
