/// What a frame is; the byte at offset 4 of its header.
///
/// An open set: types from 0x80 on are skipped by a version that does not know them.
@frozen
public struct FrameType: RawRepresentable, Hashable, Sendable {
    /// The byte.
    public let rawValue: UInt8

    /// The type with this byte.
    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The client's limits, token and environment.
    @inlinable public static var hello: FrameType { FrameType(rawValue: 0x01) }
    /// The server's limits, time and environment.
    @inlinable public static var helloAck: FrameType { FrameType(rawValue: 0x02) }
    /// A new token on a living connection.
    @inlinable public static var auth: FrameType { FrameType(rawValue: 0x03) }
    /// Asks for a PONG with the same eight bytes.
    @inlinable public static var ping: FrameType { FrameType(rawValue: 0x04) }
    /// Answers a PING.
    @inlinable public static var pong: FrameType { FrameType(rawValue: 0x05) }
    /// No new calls after this one.
    @inlinable public static var goAway: FrameType { FrameType(rawValue: 0x06) }
    /// Grants credit for a stream or the connection.
    @inlinable public static var credit: FrameType { FrameType(rawValue: 0x07) }
    /// Begins a call.
    @inlinable public static var open: FrameType { FrameType(rawValue: 0x10) }
    /// One message of a call.
    @inlinable public static var data: FrameType { FrameType(rawValue: 0x11) }
    /// The server's end of a call.
    @inlinable public static var status: FrameType { FrameType(rawValue: 0x12) }
    /// The client's wish that a call ends.
    @inlinable public static var cancel: FrameType { FrameType(rawValue: 0x13) }

    /// Whether a version that does not know the type passes over the frame.
    @inlinable
    public var isSkippable: Bool { rawValue >= 0x80 }

    /// Whether this version knows the type.
    @inlinable
    public var isKnown: Bool {
        (rawValue >= 0x01 && rawValue <= 0x07) || (rawValue >= 0x10 && rawValue <= 0x13)
    }
}

/// The flags of a frame; the byte at offset 5 of its header.
@frozen
public struct FrameFlags: OptionSet, Hashable, Sendable {
    /// The byte.
    public let rawValue: UInt8

    /// The flags in this byte.
    @inlinable
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The sender's last message of the call (OPEN, DATA).
    @inlinable public static var end: FrameFlags { FrameFlags(rawValue: 1) }
    /// The call had no effect and may be tried again elsewhere (STATUS).
    @inlinable public static var notProcessed: FrameFlags { FrameFlags(rawValue: 2) }
    /// Reserved for compression; zero in version 1.
    @inlinable public static var compressed: FrameFlags { FrameFlags(rawValue: 4) }

    /// The bits that version 1 knows.
    @usableFromInline static let known: UInt8 = 3
}
