package import Reactor
internal import Synchronization

/// One port on several event loops: a server and a listener on each, among which the system spreads connections.
package final class LoopListeners<Server, Listener>: Sendable {
    /// One loop's share of the port.
    package struct Share: Sendable {
        /// What serves the connections that this loop accepts.
        package let server: LoopBound<Server>
        /// What accepts them.
        package let listener: LoopBound<Listener>
        /// Where it listens.
        package let address: SocketAddress

        /// A share of `loop`, to which server and listener belong.
        package init(
            _ server: Server,
            _ listener: Listener,
            at address: SocketAddress,
            on loop: EventLoop
        ) {
            self.server = LoopBound(server, to: loop)
            self.listener = LoopBound(listener, to: loop)
            self.address = address
        }
    }

    /// Listens on one loop; called there.
    ///
    /// Its third parameter says whether other loops listen at the same port (`SO_REUSEPORT`).
    package typealias Listen =
        @Sendable (EventLoop, SocketAddress, _ sharesPort: Bool) throws(SocketError) -> Share

    private let open = Mutex<[Share]>([])

    /// Nothing that listens yet.
    package init() {}

    /// What listens, in the order of the loops; empty before `start`.
    package var shares: [Share] { open.withLock { $0 } }

    /// Where it listens, with the port that the system chose where 0 was asked for; `nil` before `start`.
    package var address: SocketAddress? { open.withLock { $0.first?.address } }

    /// Listens on each of `loops`; with port 0 the others share what the first was given.
    ///
    /// - Returns: Where it listens.
    /// - Throws: What the first loop that failed was told; those before it go on listening, for the caller to stop.
    package func start(
        on loops: [EventLoop],
        at address: SocketAddress,
        _ listen: @escaping Listen
    ) async throws(SocketError) -> SocketAddress {
        var address = address
        for loop in loops {
            let wanted = address
            let outcome: Result<Share, SocketError> = await loop.submit {
                do throws(SocketError) {
                    return .success(try listen(loop, wanted, loops.count > 1))
                } catch {
                    return .failure(error)
                }
            }
            let share = try outcome.get()
            address = share.address
            open.withLock { $0.append(share) }
        }
        return address
    }
}
