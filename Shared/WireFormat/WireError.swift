/// Why received bytes were refused.
///
/// One type for the whole protocol: bytes of messages, bytes of frames, the rules of a connection. The
/// `name` is published (PROTOCOL.md, "Errors") and stands in the vectors; a name is never reused.
@frozen
public enum WireError: Error, Hashable, Sendable {
    // Bytes.

    /// The bytes end before the value does, or the connection ended inside a frame.
    case truncated
    /// Bytes follow where the payload should have ended.
    case trailingByte
    /// The value is readable, but the one canonical form of it looks different.
    case notCanonical
    /// A field's value is outside its documented range.
    case outOfRange(String)
    /// A field is longer than its documented maximum.
    case tooLong(String)
    /// A field that must be present is absent.
    case missing(String)
    /// A string is not valid UTF-8.
    case notUTF8
    /// A tag is lower than the one before it.
    case descendingTag
    /// A tag stands twice.
    case duplicateTag
    /// A tag that the receiver must understand (bit 15) is unknown to it.
    case unknownCriticalTag

    // Frames.

    /// The first bytes of a connection are not "LBP", 0x1A.
    case badMagic
    /// The two sides have no protocol version in common.
    case noCommonVersion
    /// A reserved field is not zero.
    case reservedNotZero
    /// A frame announces more payload than the limit.
    case payloadTooLong
    /// The checksum does not match the frame.
    case badChecksum
    /// A frame type below 0x80 that this version does not know.
    case unknownFrameType
    /// A reserved flag bit is set.
    case reservedFlag
    /// A known flag is set on a frame that cannot carry it.
    case flagNotAllowed
    /// The extension length does not fit the frame, or stands on a frame without extensions.
    case badExtensionLength
    /// A connection's frame names a stream, or a stream's frame names none.
    case wrongStream
    /// A stream id is even.
    case evenStream
    /// A stream id is not greater than all before it.
    case streamNotIncreasing
    /// A call's time budget is zero.
    case timeoutZero
    /// A DATA frame carries neither a message nor END.
    case emptyData
    /// A frame that must carry END does not.
    case endRequired

    // Rules of a connection.

    /// The frame is not allowed in this direction or at this point of the connection.
    case unexpectedFrame
    /// HELLO or HELLO_ACK did not arrive in time.
    case helloTimeout
    /// HELLO is longer than 4 KiB.
    case helloTooLong
    /// More than 16 KiB came before HELLO_ACK.
    case earlyDataTooLong
    /// The peer belongs to another environment.
    case wrongEnvironment
    /// The token was refused.
    case authenticationFailed
    /// The token expired and was not renewed within the grace time.
    case authenticationExpired
    /// A frame names a stream that was never opened, or was ended by the peer.
    case streamUnknown
    /// A message came after the sender's END.
    case dataAfterEnd
    /// The peer sent more than its credit.
    case creditExceeded
    /// The peer granted credit past 2^31 - 1.
    case creditOverflow
    /// The peer granted no credit at all.
    case creditZero
    /// An OPEN's extensions are longer than the limit.
    case extensionTooLong
    /// Too many PING, CANCEL, AUTH or skipped frames, too many small CREDIT frames, or too many forced answers.
    case tooManyControlFrames
    /// Too many calls were cancelled right after they were opened.
    case tooManyCancels
    /// PINGs came faster than allowed, three times.
    case pingTooOften
    /// A frame was not complete within its time.
    case frameTimeout
    /// Nothing was heard from the peer for too long.
    case peerDead
    /// Open calls did not end within the drain time.
    case drainTimeout
    /// The peer ended the connection for a reason of its own.
    case endedByPeer

    /// The published name, followed by the field's name in parentheses where there is one.
    public var name: String {
        switch self {
        case .outOfRange(let field): "outOfRange(\(field))"
        case .tooLong(let field): "tooLong(\(field))"
        case .missing(let field): "missing(\(field))"
        default: String(describing: self)
        }
    }
}
