/// The protocol on top of a byte channel: a connection of LBP or HTTP.
///
/// All calls come on the channel's loop, one at a time, and never from within a call that the delegate makes
/// to the channel: writing, pausing and closing take effect without calling back.
package protocol ByteChannelDelegate: AnyObject {
    /// The channel carries bytes from now on: at once where plain, after the handshake where TLS, when the
    /// peer's names and the chosen protocol are known. The delegate may set another delegate here.
    func channelActive(_ channel: ByteChannel)

    /// Bytes came: first those left over last time, then new ones. One call per read.
    ///
    /// - Returns: how many were used, from the front, 0 ... `bytes.byteCount`. The channel keeps the rest
    ///   and hands it over again with the next bytes, or after `resumeReading()`; a rest of
    ///   `inputByteCountMax` closes the channel.
    func channelReceived(_ channel: ByteChannel, _ bytes: RawSpan) -> Int

    /// The peer will send no more; it may still read. Unless implemented, the channel is closed.
    func channelReceivedEnd(_ channel: ByteChannel)

    /// What is queued fell to the low mark after it had reached the high mark.
    func channelWritable(_ channel: ByteChannel)

    /// The channel is gone; the last call, made once for each started channel.
    func channelClosed(_ channel: ByteChannel, _ reason: CloseReason)
}

extension ByteChannelDelegate {
    package func channelActive(_ channel: ByteChannel) {}

    package func channelReceivedEnd(_ channel: ByteChannel) {
        channel.close()
    }

    package func channelWritable(_ channel: ByteChannel) {}
}
