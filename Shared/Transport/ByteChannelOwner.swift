/// Counts channels against the limits of the listener that accepted them.
protocol ByteChannelOwner: AnyObject {
    /// The channel's handshake ended, well or not; called once for each channel that had one.
    func channelHandshakeEnded(_ channel: ByteChannel)

    /// The channel is over; called once.
    func channelFinished(_ channel: ByteChannel)
}
