/// An OPEN frame's payload: call block, extensions, and the first message where there is one.
@frozen
public struct OpenPayload: Hashable, Sendable {
    /// The fixed block.
    public var call: CallBlock
    /// The extensions.
    public var extensions: OpenExtensions
    /// The first message's place in the span that was read; empty where there is none.
    public var body: Range<Int>

    /// Reads the payload of the OPEN frame `header` at `offset`.
    ///
    /// - Throws: what `CallBlock` and `OpenExtensions` throw; `.badExtensionLength` where the extensions
    ///   end past the payload; `.endRequired` where a call whose client sends one message lacks END.
    public init(decoding bytes: RawSpan, at offset: Int, header: FrameHeader) throws(WireError) {
        guard header.payloadLength >= CallBlock.byteCount else { throw .truncated }
        call = try CallBlock(decoding: bytes, at: offset)
        let start = offset &+ CallBlock.byteCount
        let end = offset &+ header.payloadLength
        guard header.extensionLength <= end &- start else { throw .badExtensionLength }
        body = start &+ header.extensionLength..<end
        extensions =
            header.extensionLength == 0
            ? OpenExtensions()
            : try OpenExtensions(decoding: bytes, in: start..<body.lowerBound)
        guard call.kind.clientStreams || header.flags.contains(.end) else { throw .endRequired }
    }
}

/// The tagged fields of an OPEN.
///
///     tag  value
///       1  caller token, 1 ... 2,048 bytes: on whose behalf the call is made
///       2  shard epoch, u64: which placement the caller believes in
///
/// Other tags are passed over, unless bit 15 is set: then the call is refused with UNIMPLEMENTED.
@frozen
public struct OpenExtensions: Hashable, Sendable {
    /// The longest caller token, in bytes.
    public static let callerTokenMaximum = 2048

    /// The caller token's place in the span that was read.
    public var callerToken: Range<Int>?
    /// The placement that the caller believes in.
    public var shardEpoch: UInt64?
    /// Whether a tag that the receiver must understand is unknown.
    public var hasUnknownCritical = false

    /// No extensions.
    @inlinable
    public init() {}

    /// Reads the fields that fill `range`.
    ///
    /// - Throws: `WireError.truncated`, `.descendingTag`, `.duplicateTag`, `.tooLong("callerToken")`,
    ///   `.outOfRange` with "callerToken" (empty) or "shardEpoch" (not eight bytes).
    public init(decoding bytes: RawSpan, in range: Range<Int>) throws(WireError) {
        var reader = TaggedFieldReader(bytes, in: range)
        while let field = try reader.next(from: bytes) {
            switch field.tag {
            case 1:
                guard !field.value.isEmpty else { throw .outOfRange("callerToken") }
                guard field.value.count <= Self.callerTokenMaximum else {
                    throw .tooLong("callerToken")
                }
                callerToken = field.value
            case 2:
                shardEpoch = try field.integer(UInt64.self, named: "shardEpoch", from: bytes)
            default:
                if field.isCritical { hasUnknownCritical = true }
            }
        }
    }

    /// Appends the fields that are given, for the `extensions` of an OPEN.
    public static func encode(
        callerToken: RawSpan,
        shardEpoch: UInt64?,
        into output: inout OutputBuffer
    ) {
        if callerToken.byteCount > 0 { output.append(tag: 1, bytes: callerToken) }
        if let shardEpoch { output.append(tag: 2, shardEpoch) }
    }
}
