/// The limits of a byte channel.
package struct ByteChannelOptions: Sendable {
    /// The most bytes that the delegate may leave unused, in bytes: the largest frame and its header.
    package var inputByteCountMax = 128 * 1024
    /// The most bytes that may be queued for sending; one more ends the channel.
    package var outputByteCountMax = 16 * 1024 * 1024
    /// From this many queued bytes on, `isWritable` is false.
    package var outputHighMark = 256 * 1024
    /// At this many queued bytes, `channelWritable` follows.
    package var outputLowMark = 64 * 1024
    /// How long the peer may read nothing with bytes queued.
    package var writeStallMax = Duration.seconds(10)
    /// How long a TLS handshake may take.
    package var handshakeMax = Duration.seconds(10)
    /// How long a closed channel waits for the peer's end, so that what was sent last is not lost.
    package var lingerMax = Duration.seconds(2)

    /// The limits between our own services and at the edge.
    package init() {}
}
