/// A GOAWAY frame's payload: the sender takes no more calls.
///
///     offset  size  field
///          0     4  last accepted  highest stream that was or may still be processed, 0 for none
///          4     2  reason
///          6     2  zero
///          8     4  drain          milliseconds that open calls have left
@frozen
public struct GoAwayPayload: Hashable, Sendable {
    /// The size of every payload, in bytes.
    public static let byteCount = 12

    /// Streams above this one were not processed.
    public var lastAccepted: StreamID
    /// Why.
    public var reason: GoAwayReason
    /// How long open calls have, in milliseconds.
    public var drainMilliseconds: UInt32

    /// A payload with these fields.
    public init(lastAccepted: StreamID, reason: GoAwayReason, drainMilliseconds: UInt32) {
        self.lastAccepted = lastAccepted
        self.reason = reason
        self.drainMilliseconds = drainMilliseconds
    }

    /// Reads the payload in `range`.
    ///
    /// - Throws: `WireError.truncated`, `.trailingByte`, `.evenStream`, `.reservedNotZero`.
    public init(decoding bytes: RawSpan, in range: Range<Int>) throws(WireError) {
        var cursor = ByteCursor(bytes, from: range.lowerBound, to: range.upperBound)
        lastAccepted = StreamID(try cursor.read(UInt32.self, from: bytes))
        reason = GoAwayReason(wire: try cursor.read(UInt16.self, from: bytes))
        let reserved = try cursor.read(UInt16.self, from: bytes)
        drainMilliseconds = try cursor.read(UInt32.self, from: bytes)
        try cursor.finish()
        guard lastAccepted == .connection || lastAccepted.rawValue & 1 == 1 else {
            throw .evenStream
        }
        guard reserved == 0 else { throw .reservedNotZero }
    }

    /// Appends a whole GOAWAY frame.
    public func encodeFrame(into output: inout OutputBuffer) {
        let start = output.beginFrame(.goAway)
        output.append(lastAccepted.rawValue)
        output.append(reason.rawValue)
        output.append(UInt16(0))
        output.append(drainMilliseconds)
        output.endFrame(start)
    }
}

/// The payloads that are one number: PING, PONG, CREDIT, CANCEL.
public enum ControlPayload {
    /// Reads the eight bytes of a PING or PONG as a little-endian number.
    ///
    /// - Throws: `WireError.truncated`, `.trailingByte`.
    public static func ping(
        decoding bytes: RawSpan,
        in range: Range<Int>
    ) throws(WireError) -> UInt64 {
        var cursor = ByteCursor(bytes, from: range.lowerBound, to: range.upperBound)
        let value = try cursor.read(UInt64.self, from: bytes)
        try cursor.finish()
        return value
    }

    /// Reads how many bytes a CREDIT grants, 1 ... 2^31 - 1.
    ///
    /// - Throws: `WireError.truncated`, `.trailingByte`, `.creditZero`, `.creditOverflow`.
    public static func credit(
        decoding bytes: RawSpan,
        in range: Range<Int>
    ) throws(WireError) -> UInt32 {
        var cursor = ByteCursor(bytes, from: range.lowerBound, to: range.upperBound)
        let value = try cursor.read(UInt32.self, from: bytes)
        try cursor.finish()
        guard value > 0 else { throw .creditZero }
        guard value <= CallBlock.creditMaximum else { throw .creditOverflow }
        return value
    }

    /// Reads why a call is cancelled: any code but OK.
    ///
    /// - Throws: `WireError.truncated`, `.trailingByte`, `.reservedNotZero`, `.outOfRange("code")`.
    public static func cancel(
        decoding bytes: RawSpan,
        in range: Range<Int>
    ) throws(WireError) -> StatusCode {
        var cursor = ByteCursor(bytes, from: range.lowerBound, to: range.upperBound)
        let code = StatusCode(wire: try cursor.read(UInt16.self, from: bytes))
        let reserved = try cursor.read(UInt16.self, from: bytes)
        try cursor.finish()
        guard reserved == 0 else { throw .reservedNotZero }
        guard code != .ok else { throw .outOfRange("code") }
        return code
    }

    /// Appends a whole PING or PONG frame.
    public static func encodePing(
        _ value: UInt64,
        isAnswer: Bool,
        into output: inout OutputBuffer
    ) {
        let start = output.beginFrame(isAnswer ? .pong : .ping)
        output.append(value)
        output.endFrame(start)
    }

    /// Appends a whole CREDIT frame.
    public static func encodeCredit(
        _ byteCount: UInt32,
        on stream: StreamID,
        into output: inout OutputBuffer
    ) {
        let start = output.beginFrame(.credit, on: stream)
        output.append(byteCount)
        output.endFrame(start)
    }

    /// Appends a whole CANCEL frame.
    public static func encodeCancel(
        _ code: StatusCode,
        on stream: StreamID,
        into output: inout OutputBuffer
    ) {
        let start = output.beginFrame(.cancel, on: stream)
        output.append(code.rawValue)
        output.append(UInt16(0))
        output.endFrame(start)
    }
}
