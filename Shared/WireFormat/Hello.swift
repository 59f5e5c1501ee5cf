/// The tagged fields of HELLO and HELLO_ACK.
///
///     tag  size   field              HELLO     HELLO_ACK
///       1  <=64   agent, UTF-8       optional  optional
///       2     1   chosen version     -         required
///       3     4   maximum payload    optional  optional
///       4     4   connection credit  optional  optional
///       5     4   stream credit      optional  optional
///       6     4   streams            optional  optional
///       7     4   keep-alive, ms     optional  optional
///       8  <=2048 token              optional  -
///       9     8   feature bits       optional  optional
///      11     8   server's time, us  -         required
///      12    16   instance id        -         required
///      14     8   environment id     optional  required
///
/// A limit that is absent stands at its edge default. A field that does not belong into the frame, and a tag
/// that is not listed, is passed over, unless bit 15 of the tag is set.
public struct Hello: Hashable, Sendable {
    /// The longest agent, in bytes.
    public static let agentMaximum = 64
    /// The longest token, in bytes.
    public static let tokenMaximum = 2048
    /// The longest HELLO or HELLO_ACK payload, in bytes.
    public static let payloadMaximum = 4096

    /// Which program the peer is, for logs.
    public var agent: String?
    /// The version that the server chose (HELLO_ACK).
    public var version: UInt8?
    /// The announced number, or `nil` for the default; see `limits`.
    public var maximumPayload: UInt32?
    /// The announced number, or `nil` for the default.
    public var connectionCredit: UInt32?
    /// The announced number, or `nil` for the default.
    public var streamCredit: UInt32?
    /// The announced number, or `nil` for the default.
    public var streams: UInt32?
    /// The announced number, or `nil` for the default.
    public var keepAliveMilliseconds: UInt32?
    /// The token's place in the span that was read (HELLO).
    public var token: Range<Int>?
    /// What the peer can do beyond version 1; no bit is given out yet.
    public var features: UInt64?
    /// The server's clock in microseconds since the Unix epoch (HELLO_ACK).
    public var serverTimeMicroseconds: Int64?
    /// Which process answers (HELLO_ACK).
    public var instance: UInt128? {
        get { instanceHalves?.wrappedValue }
        set { instanceHalves = newValue.map { Halved(wrappedValue: $0) } }
    }
    private var instanceHalves: Halved?
    /// Which environment the peer belongs to; 0 is not a valid one.
    public var environment: UInt64?

    /// A payload without fields.
    public init() {}

    /// The announced limits, defaults in the place of absent ones.
    public var limits: ConnectionLimits {
        get {
            let edge = ConnectionLimits.edge
            return ConnectionLimits(
                maximumPayload: maximumPayload ?? edge.maximumPayload,
                connectionCredit: connectionCredit ?? edge.connectionCredit,
                streamCredit: streamCredit ?? edge.streamCredit,
                streams: streams ?? edge.streams,
                keepAliveMilliseconds: keepAliveMilliseconds ?? edge.keepAliveMilliseconds
            )
        }
        set {
            maximumPayload = newValue.maximumPayload
            connectionCredit = newValue.connectionCredit
            streamCredit = newValue.streamCredit
            streams = newValue.streams
            keepAliveMilliseconds = newValue.keepAliveMilliseconds
        }
    }

    /// Reads the payload in `range`.
    ///
    /// - Parameter isAck: Whether it is the server's: then version, time, instance and environment must be
    ///   there.
    /// - Throws: `WireError.truncated`, `.descendingTag`, `.duplicateTag`, `.unknownCriticalTag`,
    ///   `.notUTF8`, `.tooLong`, `.outOfRange` and `.missing` with the field's name.
    public init(decoding bytes: RawSpan, in range: Range<Int>, isAck: Bool) throws(WireError) {
        var reader = TaggedFieldReader(bytes, in: range)
        while let field = try reader.next(from: bytes) {
            if isAck {
                try readAck(field, from: bytes)
            } else {
                try readHello(field, from: bytes)
            }
        }
        try limits.check()
        if let environment, environment == 0 { throw .outOfRange("environment") }
        guard isAck else { return }
        guard let version else { throw .missing("version") }
        guard version >= 1 else { throw .outOfRange("version") }
        guard serverTimeMicroseconds != nil else { throw .missing("serverTime") }
        guard instance != nil else { throw .missing("instance") }
        guard environment != nil else { throw .missing("environment") }
    }

    private mutating func readHello(
        _ field: TaggedField,
        from bytes: RawSpan
    ) throws(WireError) {
        guard field.tag == 8 else { return try readCommon(field, from: bytes) }
        token = try Self.checkedToken(field)
    }

    private mutating func readAck(_ field: TaggedField, from bytes: RawSpan) throws(WireError) {
        switch field.tag {
        case 2:
            version = try field.integer(UInt8.self, named: "version", from: bytes)
        case 11:
            serverTimeMicroseconds =
                try field.integer(Int64.self, named: "serverTime", from: bytes)
        case 12:
            instance =
                try field.integer(UInt128.self, named: "instance", from: bytes).byteSwapped
        default:
            try readCommon(field, from: bytes)
        }
    }

    private mutating func readCommon(_ field: TaggedField, from bytes: RawSpan) throws(WireError) {
        switch field.tag {
        case 1:
            guard field.value.count <= Self.agentMaximum else { throw .tooLong("agent") }
            agent = try bytes.string(at: field.value.lowerBound, byteCount: field.value.count)
        case 3:
            maximumPayload = try field.integer(UInt32.self, named: "maximumPayload", from: bytes)
        case 4:
            connectionCredit =
                try field.integer(UInt32.self, named: "connectionCredit", from: bytes)
        case 5:
            streamCredit = try field.integer(UInt32.self, named: "streamCredit", from: bytes)
        case 6:
            streams = try field.integer(UInt32.self, named: "streams", from: bytes)
        case 7:
            keepAliveMilliseconds = try field.integer(UInt32.self, named: "keepAlive", from: bytes)
        case 9:
            features = try field.integer(UInt64.self, named: "features", from: bytes)
        case 14:
            environment = try field.integer(UInt64.self, named: "environment", from: bytes)
        default:
            if field.isCritical { throw .unknownCriticalTag }
        }
    }

    /// Where the token lies.
    ///
    /// - Throws: `WireError.tooLong("token")`, `.outOfRange("token")` for an empty one.
    static func checkedToken(_ field: TaggedField) throws(WireError) -> Range<Int> {
        guard field.value.count <= tokenMaximum else { throw .tooLong("token") }
        guard !field.value.isEmpty else { throw .outOfRange("token") }
        return field.value
    }

    /// Appends a whole HELLO or HELLO_ACK frame with the fields that are set.
    ///
    /// - Parameter token: The token's bytes, empty for none; the `token` range is not looked at.
    public func encodeFrame(
        isAck: Bool,
        token tokenBytes: RawSpan = RawSpan(),
        into output: inout OutputBuffer
    ) {
        let start = output.beginFrame(isAck ? .helloAck : .hello)
        if let agent { output.append(tag: 1, utf8: agent) }
        if isAck, let version { output.append(tag: 2, version) }
        if let maximumPayload { output.append(tag: 3, maximumPayload) }
        if let connectionCredit { output.append(tag: 4, connectionCredit) }
        if let streamCredit { output.append(tag: 5, streamCredit) }
        if let streams { output.append(tag: 6, streams) }
        if let keepAliveMilliseconds { output.append(tag: 7, keepAliveMilliseconds) }
        if !isAck, tokenBytes.byteCount > 0 { output.append(tag: 8, bytes: tokenBytes) }
        if let features { output.append(tag: 9, features) }
        if isAck, let serverTimeMicroseconds { output.append(tag: 11, serverTimeMicroseconds) }
        if isAck, let instance { output.append(tag: 12, instance.byteSwapped) }
        if let environment { output.append(tag: 14, environment) }
        output.endFrame(start)
    }
}

/// An AUTH frame's payload: tagged fields, of which 8 is the new token.
public enum AuthPayload {
    /// Reads where the new token lies.
    ///
    /// - Throws: `WireError.truncated`, `.descendingTag`, `.duplicateTag`, `.unknownCriticalTag`,
    ///   `.tooLong("token")`, `.outOfRange("token")`, `.missing("token")`.
    public static func token(
        decoding bytes: RawSpan,
        in range: Range<Int>
    ) throws(WireError) -> Range<Int> {
        var token: Range<Int>?
        var reader = TaggedFieldReader(bytes, in: range)
        while let field = try reader.next(from: bytes) {
            if field.tag == 8 {
                token = try Hello.checkedToken(field)
            } else if field.isCritical {
                throw .unknownCriticalTag
            }
        }
        guard let token else { throw .missing("token") }
        return token
    }

    /// Appends a whole AUTH frame.
    public static func encodeFrame(token: RawSpan, into output: inout OutputBuffer) {
        let start = output.beginFrame(.auth)
        output.append(tag: 8, bytes: token)
        output.endFrame(start)
    }
}
