package import Calls
package import DeliverySQL
package import Model
internal import Reactor
package import Storage
internal import Telemetry
internal import Transport

/// What stands around every service's own work: who it is to the others, its business clock, its peers, and the parts
/// that keep those going.
///
/// A server makes one first, builds its own work from it, and lists its parts behind the frame's:
///
///     let frame = try ServiceFrame(program, store: store, peers: [.payments])
///     let outbox = frame.outbox(to: [.payments], executor: executor)
///     let control = frame.control(outbox: outbox)
///     ... its own routes
///     port = frame.port(routes, control: control)
///     parts = frame.parts + outbox.parts + [..., port]
package struct ServiceFrame: Sendable {
    /// The schemas that live in every store, for `MigrationSet`s of the service's own to follow.
    package static let migrations = [DeliverySchema.migrations, BusinessTimeTable.migrations]

    /// What it works in.
    package let program: ServiceProgram
    /// The service's own store.
    package let store: any TransactionalStore
    /// Certificates and keys.
    package let credentials: LinkCredentials
    /// What its rules take for now.
    package let businessTime: BusinessTimeKeeper
    /// The services that it calls.
    package let peers: ServicePeers

    /// A frame; nothing starts.
    ///
    /// - Parameters:
    ///   - peers: The services that it calls; none where it only answers.
    ///   - callCountMax: Calls at once on a connection to a peer, where more than between services is usual.
    /// - Throws: Unusable certificates or keys; `SocketError` where the system has no descriptors left.
    package init(
        _ program: ServiceProgram,
        store: any TransactionalStore,
        peers: [ServiceName] = [],
        callCountMax: UInt32? = nil
    ) throws {
        self.program = program
        self.store = store
        credentials = try LinkCredentials(program.configuration)
        businessTime = BusinessTimeKeeper(time: program.time)
        self.peers = try ServicePeers(
            peers,
            program,
            security: credentials.security,
            callCountMax: callCountMax
        )
    }

    /// The parts that start first, right behind the store: the service's own may rely on its clock and its peers.
    package var parts: [any ServiceComponent] {
        let logger = program.logger
        return [
            BusinessTimePart(businessTime, store: store),
            LinkRefresh.part(credentials.security, credentials.keys, logger: logger),
            InboxRetention.part(store, time: program.time) { error in
                logger.warning(
                    "old commands could not be forgotten",
                    [RuntimeLog.reason(error.message)]
                )
            },
            peers,
        ]
    }

    /// The client of `service`, one of those that the frame was made with.
    package func client(of service: ServiceName) -> CallClient {
        guard let client = peers.clients[service] else {
            preconditionFailure("the frame was made without \(service.text) as a peer")
        }
        return client
    }

    /// The outbox of the store.
    ///
    /// - Parameters:
    ///   - executor: Applies what the answers bring, in the transaction that removes the entry.
    ///   - courier: Who carries the entries; the peers' own where none is given.
    package func outbox(
        to destinations: [ServiceName],
        executor: CommandExecutor,
        courier: (any Courier)? = nil
    ) -> OutboxPart {
        OutboxPart(
            to: destinations,
            on: peers.loop,
            store: store,
            executor: executor,
            courier: courier ?? peers.courier,
            registry: program.registry,
            logger: program.logger,
            time: program.time
        )
    }

    /// The control service: how the program is, its business clock, and what its outbox gave up.
    ///
    /// - Parameters:
    ///   - outbox: Whose length a status shows.
    ///   - connectionCount: Connections of the outside that are open; asked for on any thread.
    package func control(
        outbox: OutboxPart? = nil,
        connectionCount: @escaping @Sendable () -> Int = { 0 }
    ) -> ControlService {
        ControlService(
            configuration: program.configuration,
            health: program.health,
            businessTime: businessTime,
            store: store,
            time: program.time,
            parked: ParkedDesk(
                of: program.configuration.service,
                store: store,
                pump: outbox?.pump,
                logger: program.logger,
                time: program.time
            ),
            figures: { [peers] in
                var figures = ControlService.Figures()
                figures.connectionCount = connectionCount()
                figures.outboxCount = outbox?.count ?? 0
                figures.parked = outbox?.parkedCounts ?? []
                figures.peers = peers.statuses
                return figures
            }
        )
    }

    /// Where the other services call it: its own `routes`, and those of `control`.
    ///
    /// - Parameter callCountMax: Calls at once on a connection, where more than between services is usual.
    package func port(
        _ routes: CallRoutes,
        control: ControlService,
        callCountMax: UInt32? = nil
    ) -> CallPort {
        var routes = routes
        control.register(in: &routes)
        // Never in production, whose configuration is refused without them.
        if credentials.keys == nil {
            program.logger.warning("NEXORS_TOKEN_KEYS is not set: every caller's token is refused")
        }
        return CallPort(
            program,
            security: credentials.security,
            routes: routes,
            callers: credentials.callers,
            callCountMax: callCountMax
        )
    }
}
