package import Calls
package import Reactor
package import ServiceRuntime
internal import Transport
package import WireConnection

/// The two ends of a link over loopback, for tests that play a service or its caller.
package enum LinkEnds {
    /// What a link of the environment `test` is made with.
    package static func connection(agent: String) -> ConnectionConfiguration {
        ConnectionConfiguration(
            profile: .betweenServices,
            agent: agent,
            environment: Deployment.test.environmentNumber
        )
    }

    /// Serves `routes` at a port of loopback that the system chooses. On the loop.
    ///
    /// - Throws: What the system says.
    package static func listen(
        on loop: EventLoop,
        _ routes: CallRoutes,
        _ security: LinkSecurity,
        callers: any CallerVerifier = NoCallers(),
        connection: ConnectionConfiguration
    ) throws -> (server: CallServer, listener: LinkListener) {
        let server = CallServer(
            loop: loop,
            configuration: CallServerConfiguration(connection: connection),
            routes: routes,
            authenticator: ServiceAuthenticator(security),
            callers: callers,
            generator: SystemRandomNumberGenerator()
        )
        let listener = try LinkListener(
            server: server,
            address: .loopback(port: 0),
            security: security.listening
        )
        return (server, listener)
    }

    /// A started client of the service `name` at `address`, or of nobody. On the loop.
    package static func client(
        on loop: EventLoop,
        of name: String,
        at address: SocketAddress?,
        _ security: LinkSecurity,
        resolver: NameResolver,
        connection: ConnectionConfiguration
    ) -> CallClient {
        let client = CallClient(
            loop: loop,
            name: name,
            addresses: [address.map { "\($0)" } ?? "127.0.0.1:1"],
            configuration: connection,
            opener: LinkOpener(resolver: resolver, security: security.connecting(to: name)),
            token: security.helloToken,
            generator: SystemRandomNumberGenerator()
        )
        client.start()
        return client
    }
}
