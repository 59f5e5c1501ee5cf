package import Transport

/// The limits of a server.
package struct HTTPServerOptions: Sendable {
    /// What one request may hold.
    package var requestLimits = RequestLimits()
    /// How long a client may take for the head of a request, from the connection or its first byte; over it
    /// the answer is 408.
    package var headTimeMax = Duration.seconds(10)
    /// How long a client may take for a body; over it the answer is 408.
    package var bodyTimeMax = Duration.seconds(30)
    /// How long a connection may stay open between requests.
    package var idleTimeMax = Duration.seconds(60)
    /// How long a handler may take; over it it is cancelled and the answer is 503.
    package var handlerTimeMax = Duration.seconds(60)
    /// Connections at one time; further ones are closed as they come.
    package var connectionCountMax = 10_000
    /// Received bytes that may wait behind a request in work before reading pauses.
    package var pipelineByteCountMax = 64 * 1024
    /// Whether large answers are compressed where the client takes it.
    package var compresses = true
    /// Adds what the program tells with each problem to those that no handler made: an unknown path, a method
    /// that a path does not have, a request that is refused before it is complete.
    package var completeProblem: (@Sendable (inout Problem) -> Void)?
    /// The limits of the channels. A response that may wait does at 64 KiB; one slow reader holds no more.
    package var channel: ByteChannelOptions = {
        var channel = ByteChannelOptions()
        channel.outputHighMark = 64 * 1024
        channel.outputLowMark = 16 * 1024
        return channel
    }()

    /// The limits of the public edge.
    package init() {}
}
