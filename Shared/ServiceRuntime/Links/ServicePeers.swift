package import Calls
package import Messages
package import Model
package import Reactor
internal import Synchronization
internal import Timekeeping
internal import WireConnection
internal import WireFormat

/// The connections to other services: one client for each peer, on the program's first loop.
///
/// A peer that is out of reach is shown as degraded and changes nothing else.
// Safe: the clients belong to their loop and are used there; the rest is behind the lock or never changes.
package final class ServicePeers: ServiceComponent, @unchecked Sendable {
    /// The wait between two looks at who is in reach.
    package static let watchInterval = Duration.seconds(1)

    package let name = "peers"
    /// By service, for all that were asked for; one without endpoints never connects.
    package let clients: [ServiceName: CallClient]
    /// The loop of the clients.
    package let loop: EventLoop
    private let program: ServiceProgram
    private let resolver: NameResolver
    private let watch = Mutex<Task<Void, Never>?>(nil)
    private let known: Mutex<[PeerStatus]>

    /// Clients of `names` at their configured endpoints.
    ///
    /// - Parameter callCountMax: Calls at once on a connection, where more than between services is usual; the peer's
    ///   own limit holds too.
    /// - Throws: `.descriptorsExhausted`.
    package init(
        _ names: [ServiceName],
        _ program: ServiceProgram,
        security: LinkSecurity,
        callCountMax: UInt32? = nil
    ) throws(SocketError) {
        self.program = program
        let loop = program.loops.loops[0]
        self.loop = loop
        let resolver = try NameResolver()
        self.resolver = resolver
        var connection = program.configuration.connection
        if let callCountMax { connection.limits.streams = callCountMax }
        var clients: [ServiceName: CallClient] = [:]
        for name in names {
            clients[name] = CallClient(
                loop: loop,
                name: name.text,
                addresses: program.configuration.endpoints(of: name).map(\.description),
                configuration: connection,
                opener: LinkOpener(
                    resolver: resolver,
                    security: security.connecting(to: name.text)
                ),
                token: security.helloToken,
                generator: SystemRandomNumberGenerator()
            )
        }
        self.clients = clients
        known = Mutex(
            names.map { name in
                var status = PeerStatus()
                status.service = name.rawValue
                status.endpointCount = UInt16(
                    clamping: program.configuration.endpoints(of: name).count
                )
                return status
            }
        )
    }

    /// Carries outbox entries to these peers.
    package var courier: CallCourier {
        CallCourier(clients, traces: DeliveryTraces(program.logger))
    }

    /// The peers, as of the last look.
    package var statuses: [PeerStatus] { known.withLock { $0 } }

    package func start() async throws {
        let clients = clients
        await loop.submit { for client in clients.values { client.start() } }
        let task = loop.spawn { [self] in
            while !Task.isCancelled {
                look()
                _ = await loop.sleep(for: Self.watchInterval)
            }
        }
        watch.withLock { $0 = task }
    }

    package func stop(within limit: Duration) async {
        let task = watch.withLock { $0 }
        task?.cancel()
        await task?.value
        let clients = clients
        await loop.spawn {
            for client in clients.values { await client.close() }
        }.value
        resolver.stop()
    }

    private func look() {
        known.withLock { known in
            for index in known.indices {
                guard let name = ServiceName(rawValue: known[index].service),
                    let client = clients[name]
                else { continue }
                known[index].endpointUpCount = UInt16(clamping: client.readyCount)
                known[index].isReachable = client.readyCount > 0
                program.health.set(name.text, isUp: client.readyCount > 0)
            }
        }
    }
}
