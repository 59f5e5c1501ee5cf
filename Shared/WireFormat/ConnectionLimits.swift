/// The five numbers that both sides announce; each side uses the smaller of its own and the peer's.
///
/// `streamCredit` is never below `maximumPayload` and `connectionCredit` never below `streamCredit`, so that
/// a whole message always fits into fresh credit. The smaller of two such sets is such a set again.
@frozen
public struct ConnectionLimits: Hashable, Sendable {
    /// The most payload in a frame, in bytes; 16,384 ... 65,536.
    public var maximumPayload: UInt32
    /// Bytes of messages outstanding on the connection, each way; `streamCredit` ... 2^31 - 1.
    public var connectionCredit: UInt32
    /// Bytes of messages outstanding on a stream from the client; `maximumPayload` ... 2^31 - 1.
    public var streamCredit: UInt32
    /// Calls open at once; 1 ... 65,536.
    public var streams: UInt32
    /// How often the client sends PING, in milliseconds; 5,000 ... 3,600,000.
    public var keepAliveMilliseconds: UInt32

    /// What stands in for a number that a peer does not announce, and holds before HELLO_ACK.
    public static let edge = ConnectionLimits(
        maximumPayload: 65_536,
        connectionCredit: 1 << 20,
        streamCredit: 65_536,
        streams: 100,
        keepAliveMilliseconds: 25_000
    )

    /// The numbers between our own services.
    public static let betweenServices = ConnectionLimits(
        maximumPayload: 65_536,
        connectionCredit: 8 << 20,
        streamCredit: 256 << 10,
        streams: 1_024,
        keepAliveMilliseconds: 5_000
    )

    /// A set of numbers; `check` says whether they are legal.
    public init(
        maximumPayload: UInt32,
        connectionCredit: UInt32,
        streamCredit: UInt32,
        streams: UInt32,
        keepAliveMilliseconds: UInt32
    ) {
        self.maximumPayload = maximumPayload
        self.connectionCredit = connectionCredit
        self.streamCredit = streamCredit
        self.streams = streams
        self.keepAliveMilliseconds = keepAliveMilliseconds
    }

    /// Checks the documented ranges.
    ///
    /// - Throws: `WireError.outOfRange` with "maximumPayload", "streamCredit", "connectionCredit",
    ///   "streams" or "keepAlive": the first that is wrong, in this order.
    public func check() throws(WireError) {
        guard (16_384...65_536).contains(maximumPayload) else {
            throw .outOfRange("maximumPayload")
        }
        guard streamCredit >= maximumPayload, streamCredit <= CallBlock.creditMaximum else {
            throw .outOfRange("streamCredit")
        }
        guard connectionCredit >= streamCredit, connectionCredit <= CallBlock.creditMaximum else {
            throw .outOfRange("connectionCredit")
        }
        guard (1...65_536).contains(streams) else { throw .outOfRange("streams") }
        guard (5_000...3_600_000).contains(keepAliveMilliseconds) else {
            throw .outOfRange("keepAlive")
        }
    }

    /// The smaller of each number.
    public func agreed(with other: ConnectionLimits) -> ConnectionLimits {
        ConnectionLimits(
            maximumPayload: min(maximumPayload, other.maximumPayload),
            connectionCredit: min(connectionCredit, other.connectionCredit),
            streamCredit: min(streamCredit, other.streamCredit),
            streams: min(streams, other.streams),
            keepAliveMilliseconds: min(keepAliveMilliseconds, other.keepAliveMilliseconds)
        )
    }
}
