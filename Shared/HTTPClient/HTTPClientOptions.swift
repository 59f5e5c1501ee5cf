/// The limits of a client.
package struct HTTPClientOptions: Sendable {
    /// How long name look-up, connecting and TLS may take together.
    package var connectTimeMax = Duration.seconds(5)
    /// The largest body of an answer, bytes.
    package var bodyByteCountMax = 4 * 1024 * 1024
    /// All headers of an answer together, bytes.
    package var headerByteCountMax = 64 * 1024
    /// Requests under way at one time; one more is refused.
    package var requestCountMax = 1024
    /// Connections to one host; further requests wait for one, within their own time.
    package var connectionsPerHostMax = 64
    /// Connections altogether.
    package var connectionCountMax = 256
    /// Connections kept open without use.
    package var idleConnectionCountMax = 64
    /// How long an unused connection is kept; shorter than the 60 s and more after which peers close theirs.
    package var idleTimeMax = Duration.seconds(50)
    /// The authorities trusted, a PEM file; `nil` trusts the system's.
    package var authorityPath: String?
    /// Which addresses may be connected to.
    package var addressPolicy = AddressPolicy.any
    /// What the client calls itself.
    package var userAgent = "nexors/1"

    /// The limits towards providers.
    package init() {}
}
