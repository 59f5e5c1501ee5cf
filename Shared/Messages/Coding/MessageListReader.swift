import WireFormat

/// Walks a list of messages: count u16, stride 0, and each message behind its length u16.
struct MessageListReader {
    /// Bytes before the first element: count and the zero stride.
    static let headerByteCount = 4
    /// The least that an element takes: its length, and the head of an empty message.
    static let elementByteCountMin = 2 + MessageReader.headerByteCount

    /// How many messages are left.
    private(set) var left: Int
    private var cursor: ByteCursor

    /// Starts on the list in `value`.
    ///
    /// - Throws: `.truncated` where the bytes cannot hold the count, `.notCanonical` for a stride.
    init(_ value: WireValue, in message: RawSpan) throws(WireError) {
        cursor = ByteCursor(message, from: value.offset, to: value.end)
        left = Int(try cursor.read(UInt16.self, from: message))
        guard try cursor.read(UInt16.self, from: message) == 0 else { throw .notCanonical }
        // Before anything is reserved for them: the count is only a claim.
        guard left * Self.elementByteCountMin <= cursor.remaining else { throw .truncated }
    }

    /// Where the next message lies; `nil` after the last.
    ///
    /// - Throws: `.truncated`, `.trailingByte`.
    mutating func next(in message: RawSpan) throws(WireError) -> Range<Int>? {
        guard left > 0 else {
            try cursor.finish()
            return nil
        }
        left -= 1
        let byteCount = Int(try cursor.read(UInt16.self, from: message))
        return try cursor.take(byteCount)
    }
}
