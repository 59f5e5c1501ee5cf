/// What protects a channel's bytes.
package enum ChannelSecurity: Sendable {
    /// Nothing: tests, benchmarks, and the inside of one machine.
    case plain
    /// TLS 1.3 as a server.
    case server(TLSContext)
    /// TLS 1.3 as a client that accepts a certificate for `expectedName` only: the service's identity, or the host.
    case client(TLSContext, expectedName: String)
}
