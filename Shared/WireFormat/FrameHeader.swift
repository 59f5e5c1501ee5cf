/// The sixteen bytes before every payload.
///
///     offset  size  field
///          0     4  payload length  0 ... 65,536
///          4     1  type
///          5     1  flags
///          6     2  extension length: bytes of tagged fields within the payload (OPEN, STATUS)
///          8     4  stream          0 for the connection
///         12     4  CRC-32C of bytes 0 ..< 12 and the payload
@frozen
public struct FrameHeader: Hashable, Sendable {
    /// The size of every header, in bytes.
    public static let byteCount = 16
    /// The most payload that any frame may carry, in bytes.
    public static let maximumPayload = 65_536

    /// Payload bytes after the header.
    public var payloadLength: Int
    /// What the frame is.
    public var type: FrameType
    /// Its flags.
    public var flags: FrameFlags
    /// Bytes of tagged fields within the payload.
    public var extensionLength: Int
    /// The call, or 0.
    public var stream: StreamID

    /// The frame's size with its header, in bytes.
    @inlinable
    public var frameByteCount: Int { Self.byteCount &+ payloadLength }

    /// Reads and checks the frame at `offset`: limit, completeness, checksum and every rule that needs no
    /// knowledge of the connection, in this order.
    ///
    /// The payload lies at `offset + 16`; its own fields are not looked at.
    ///
    /// - Parameters:
    ///   - bytes: What was received.
    ///   - offset: Where the frame begins.
    ///   - maximumPayload: The receiver's limit in bytes, at most 65,536.
    /// - Returns: `nil` while the frame is not complete.
    /// - Throws: `.payloadTooLong` (from the first four bytes on), `.badChecksum`, `.unknownFrameType`,
    ///   `.reservedFlag`, `.flagNotAllowed`, `.badExtensionLength`, `.wrongStream`, `.evenStream`. A
    ///   skippable unknown type passes once its checksum is right.
    /// - Complexity: O(payload).
    public static func next(
        in bytes: RawSpan,
        at offset: Int,
        maximumPayload: Int = FrameHeader.maximumPayload
    ) throws(WireError) -> FrameHeader? {
        let available = bytes.byteCount &- offset
        guard available >= 4 else { return nil }
        let length = try bytes.integer(UInt32.self, at: offset)
        guard length <= UInt32(clamping: maximumPayload) else { throw .payloadTooLong }
        guard available >= byteCount &+ Int(length) else { return nil }

        let kind = try bytes.integer(UInt32.self, at: offset &+ 4)
        let header = FrameHeader(
            payloadLength: Int(length),
            type: FrameType(rawValue: UInt8(truncatingIfNeeded: kind)),
            flags: FrameFlags(rawValue: UInt8(truncatingIfNeeded: kind >> 8)),
            extensionLength: Int(kind >> 16),
            stream: StreamID(try bytes.integer(UInt32.self, at: offset &+ 8))
        )
        let start = offset &+ byteCount
        let checksum = CRC32C.checksum(
            ofHeader: bytes.extracting(offset..<(offset &+ 12)),
            payload: bytes.extracting(start..<(start &+ Int(length)))
        )
        guard try bytes.integer(UInt32.self, at: offset &+ 12) == checksum else {
            throw .badChecksum
        }
        try header.check()
        return header
    }

    /// A header with these fields.
    @inlinable
    public init(
        payloadLength: Int,
        type: FrameType,
        flags: FrameFlags,
        extensionLength: Int,
        stream: StreamID
    ) {
        self.payloadLength = payloadLength
        self.type = type
        self.flags = flags
        self.extensionLength = extensionLength
        self.stream = stream
    }

    /// The rules of type, flags, extension length and stream id.
    @inline(__always)
    private func check() throws(WireError) {
        // Nearly every frame is DATA of some stream, with or without END.
        if type == .data, flags.rawValue <= 1, extensionLength == 0, stream.rawValue & 1 == 1 {
            return
        }
        try checkRare()
    }

    private func checkRare() throws(WireError) {
        guard type.isKnown else {
            if type.isSkippable { return }
            throw .unknownFrameType
        }
        guard flags.rawValue & ~FrameFlags.known == 0 else { throw .reservedFlag }
        if flags.contains(.end), type != .open, type != .data { throw .flagNotAllowed }
        if flags.contains(.notProcessed), type != .status { throw .flagNotAllowed }
        if extensionLength != 0 {
            guard type == .open || type == .status, extensionLength <= payloadLength else {
                throw .badExtensionLength
            }
        }
        if type.rawValue >= FrameType.open.rawValue {
            guard stream != .connection else { throw .wrongStream }
        } else if type != .credit {
            guard stream == .connection else { throw .wrongStream }
        }
        guard stream == .connection || stream.rawValue & 1 == 1 else { throw .evenStream }
    }
}

extension CRC32C {
    /// The checksum of a frame: its first twelve bytes, then its payload.
    static func checksum(ofHeader header: RawSpan, payload: RawSpan) -> UInt32 {
        checksum(of: payload, continuing: checksum(of: header))
    }
}
