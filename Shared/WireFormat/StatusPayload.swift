/// A STATUS frame's payload: how a call ended.
///
///     offset  size  field
///          0     2  code
///          2     2  sub-code      of the service, 0 for none
///          4     4  retry after   milliseconds, 0 for none
///          8     2  text length   0 ... 256
///         10     n  text          UTF-8, for logs only
///                   details       tagged fields, as long as the frame's extension length says
public struct StatusPayload: Hashable, Sendable {
    /// The bytes before the text.
    public static let fixedByteCount = 10
    /// The longest text, in bytes.
    public static let textMaximum = 256

    /// How the call ended.
    public var code: StatusCode
    /// The service's own number for the reason, 0 for none.
    public var subCode: UInt16
    /// How long to wait before a retry, in milliseconds; 0 for no opinion.
    public var retryAfterMilliseconds: UInt32
    /// Whether the call certainly had no effect.
    public var notProcessed: Bool
    /// For logs; never shown to users.
    public var text: String

    /// A status with these fields; `text` is cut to 256 bytes of whole characters.
    public init(
        _ code: StatusCode,
        subCode: UInt16 = 0,
        retryAfterMilliseconds: UInt32 = 0,
        notProcessed: Bool = false,
        text: String = ""
    ) {
        self.code = code
        self.subCode = subCode
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.notProcessed = notProcessed && code != .ok
        self.text = text
        while self.text.utf8.count > Self.textMaximum { self.text.removeLast() }
    }

    /// Reads the payload of the STATUS frame `header` at `offset`.
    ///
    /// - Parameter details: Set to where the detail fields lie; they are checked, not interpreted.
    /// - Throws: `WireError.truncated`, `.trailingByte`, `.tooLong("text")`, `.notUTF8`,
    ///   `.flagNotAllowed` (NOT_PROCESSED with OK), `.descendingTag`, `.duplicateTag`.
    public init(
        decoding bytes: RawSpan,
        at offset: Int,
        header: FrameHeader,
        details: inout Range<Int>
    ) throws(WireError) {
        var cursor = ByteCursor(bytes, from: offset, to: offset + header.payloadLength)
        code = StatusCode(wire: try cursor.read(UInt16.self, from: bytes))
        subCode = try cursor.read(UInt16.self, from: bytes)
        retryAfterMilliseconds = try cursor.read(UInt32.self, from: bytes)
        let textLength = Int(try cursor.read(UInt16.self, from: bytes))
        guard textLength <= Self.textMaximum else { throw .tooLong("text") }
        let textRange = try cursor.take(textLength)
        details = try cursor.take(header.extensionLength)
        try cursor.finish()
        text = try bytes.string(at: textRange.lowerBound, byteCount: textLength)
        notProcessed = header.flags.contains(.notProcessed)
        guard !notProcessed || code != .ok else { throw .flagNotAllowed }
        var reader = TaggedFieldReader(bytes, in: details)
        while try reader.next(from: bytes) != nil {}
    }

    /// Appends a whole STATUS frame.
    ///
    /// - Parameter details: Tagged fields, already encoded; `text` and details must fit the payload limit.
    public func encodeFrame(on stream: StreamID, details: RawSpan, into output: inout OutputBuffer)
    {
        let start = output.beginFrame(.status, flags: notProcessed ? .notProcessed : [], on: stream)
        output.append(code.rawValue)
        output.append(subCode)
        output.append(retryAfterMilliseconds)
        output.append(UInt16(text.utf8.count))
        output.append(utf8: text)
        output.append(details)
        output.endFrame(start, extensionLength: details.byteCount)
    }
}
