package import Configuration
package import HTTP
package import Transport

/// The settings that bound what clients may hold of the public port: connections and time.
package struct PartnerLimitKeys: Sendable {
    /// Connections at once.
    package let connectionCount = ConfigurationKey<Int>.integer(
        "NEXORS_HTTP_CONNECTIONS",
        1...1_000_000,
        default: "10000",
        "Partners' connections at once on each event loop; one more is closed. Each is a file descriptor."
    )
    /// Connections at once from one address.
    package let connectionCountPerAddress = ConfigurationKey<Int>.integer(
        "NEXORS_HTTP_CONNECTIONS_PER_ADDRESS",
        1...1_000_000,
        default: "10000",
        "Of these from one address; lower it where clients connect directly, not through one proxy."
    )
    /// The time for a request's head.
    package let headTime = ConfigurationKey<Duration>.duration(
        "NEXORS_HTTP_HEAD_TIME",
        .milliseconds(100)...(.seconds(120)),
        default: "10s",
        "How long a client may take for the head of a request; then 408."
    )
    /// The time for a request's body.
    package let bodyTime = ConfigurationKey<Duration>.duration(
        "NEXORS_HTTP_BODY_TIME",
        .milliseconds(100)...(.seconds(600)),
        default: "30s",
        "How long a client may take for a body; then 408."
    )
    /// The time between two requests.
    package let idleTime = ConfigurationKey<Duration>.duration(
        "NEXORS_HTTP_IDLE_TIME",
        .milliseconds(100)...(.seconds(3600)),
        default: "60s",
        "How long a connection stays open between requests; longer than a proxy before it keeps one."
    )

    /// The keys.
    package init() {}

    /// Adds all of them to `schema`.
    package func add(to schema: inout ConfigurationSchema) {
        schema.add([connectionCount, connectionCountPerAddress])
        schema.add([headTime, bodyTime, idleTime])
    }
}

/// What clients may hold of the public port.
package struct PartnerLimits: Sendable {
    /// The limits of the server on each loop.
    package let server: HTTPServerOptions
    /// The limits of the listener on each loop.
    package let listener: ChannelListener.Limits

    /// The limits in `values`, whose schema `PartnerLimitKeys.add(to:)` completed.
    package init(_ values: ConfigurationValues) {
        let keys = PartnerLimitKeys()
        var server = HTTPServerOptions()
        server.connectionCountMax = values[keys.connectionCount]
        server.headTimeMax = values[keys.headTime]
        server.bodyTimeMax = values[keys.bodyTime]
        server.idleTimeMax = values[keys.idleTime]
        self.server = server
        var listener = ChannelListener.Limits()
        // The server's own limit comes first, which it counts.
        listener.connectionsMax = max(listener.connectionsMax, values[keys.connectionCount] + 1)
        listener.connectionsPerAddressMax = values[keys.connectionCountPerAddress]
        self.listener = listener
    }
}
