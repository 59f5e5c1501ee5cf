/// A walk over one encoded message: first the fields of its block, in order, then its tails.
///
/// Message, little-endian (`PROTOCOL.md` 11):
///
///     offset  size         field
///          0     2         blockLength
///          2     2         tailCount
///          4  blockLength  block
///          .     .         tails: tag u16, length u16, value; tags strictly ascending
///
/// The reader holds positions only and is given the message's bytes at every step, so it is copied
/// freely and owns nothing. Every step is bounded by what is there; nothing is allocated before its
/// size is known to be present.
///
///     var reader = try MessageReader(message, minimumBlock: 40)
///     let offer = try reader.readIdentifier(from: message)
///     let reason = try reader.tail(1, from: message)?
///         .text("reason", maxByteCount: 128, from: message)
///     try reader.finish(message)
@frozen
public struct MessageReader: Sendable {
    /// Bytes before the block: blockLength and tailCount.
    public static let headerByteCount = 4
    /// Bytes before a tail's value: tag and length.
    public static let tailHeaderByteCount = 4

    /// Where the next field of the block starts.
    @usableFromInline var blockPosition: Int
    /// The first byte after the block.
    @usableFromInline let blockEnd: Int
    /// Where the next tail starts.
    @usableFromInline var tailPosition: Int
    /// How many tails are left.
    @usableFromInline var tailsLeft: UInt16
    /// The tag of the last tail taken, or 0: tags start at 1.
    @usableFromInline var lastTag: UInt16

    /// Starts on `message`.
    ///
    /// - Parameter minimumBlock: The bytes of block that every version of this message has, 0 ...
    ///   65 535.
    /// - Throws: `.truncated` where the block is not all there or is shorter than `minimumBlock`.
    @inlinable
    public init(_ message: RawSpan, minimumBlock: Int) throws(WireError) {
        let blockLength = Int(try message.integer(UInt16.self, at: 0))
        tailsLeft = try message.integer(UInt16.self, at: 2)
        blockPosition = Self.headerByteCount
        blockEnd = Self.headerByteCount &+ blockLength
        tailPosition = blockEnd
        lastTag = 0
        guard blockLength >= minimumBlock, blockEnd <= message.byteCount else {
            throw .truncated
        }
    }

    /// How many bytes of the block have not been read.
    @inlinable
    public var blockBytesLeft: Int { blockEnd &- blockPosition }

    /// Reads the block's next integer.
    ///
    /// - Throws: `.truncated` where the block ends before it.
    @inlinable
    public mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        from message: RawSpan
    ) throws(WireError) -> Value {
        let end = blockPosition &+ MemoryLayout<Value>.size
        guard end <= blockEnd else { throw .truncated }
        let value = try message.integer(type, at: blockPosition)
        blockPosition = end
        return value
    }

    /// Reads the block's next identifier: 16 bytes, most significant first.
    ///
    /// - Throws: `.truncated` where the block ends before it.
    @inlinable
    public mutating func readIdentifier(from message: RawSpan) throws(WireError) -> UInt128 {
        try read(UInt128.self, from: message).byteSwapped
    }

    /// What of the block has not been read: after the last field we know, a newer peer's fields.
    @inlinable
    public var blockRest: WireValue {
        WireValue(offset: blockPosition, byteCount: blockBytesLeft)
    }

    /// Whether the next field of `byteCount` bytes is in the block: an older peer's block ends
    /// before it.
    ///
    /// - Throws: `.notCanonical` where the block ends within the field: no version ever ended
    ///   there.
    @inlinable
    public func holds(byteCount: Int) throws(WireError) -> Bool {
        if blockBytesLeft >= byteCount { return true }
        guard blockBytesLeft == 0 else { throw .notCanonical }
        return false
    }

    /// Takes the tail with this tag; `nil` where there is none. Tails with smaller tags are
    /// skipped.
    ///
    /// - Parameter tag: 1 or more, greater than that of every earlier call.
    /// - Throws: `.truncated`, `.duplicateTag`, `.descendingTag`.
    @inlinable
    public mutating func tail(_ tag: UInt16, from message: RawSpan) throws(WireError) -> WireValue?
    {
        while let next = try nextTag(from: message), next < tag {
            _ = try takeTail(from: message)
        }
        guard try nextTag(from: message) == tag else { return nil }
        return try takeTail(from: message)
    }

    /// The tag of the next tail; `nil` after the last.
    ///
    /// - Throws: `.truncated`, `.duplicateTag`, `.descendingTag`.
    @inlinable
    public func nextTag(from message: RawSpan) throws(WireError) -> UInt16? {
        guard tailsLeft > 0 else { return nil }
        let tag = try message.integer(UInt16.self, at: tailPosition)
        guard tag > lastTag else { throw tag == lastTag ? .duplicateTag : .descendingTag }
        return tag
    }

    /// Takes the next tail, whatever its tag; the caller has seen in `nextTag` that there is one.
    ///
    /// - Throws: `.truncated`, `.duplicateTag`, `.descendingTag`.
    @inlinable
    public mutating func takeTail(from message: RawSpan) throws(WireError) -> WireValue {
        guard let tag = try nextTag(from: message) else { throw .truncated }
        let byteCount = Int(try message.integer(UInt16.self, at: tailPosition &+ 2))
        let offset = tailPosition &+ Self.tailHeaderByteCount
        guard offset &+ byteCount <= message.byteCount else { throw .truncated }
        lastTag = tag
        tailsLeft &-= 1
        tailPosition = offset &+ byteCount
        return WireValue(offset: offset, byteCount: byteCount)
    }

    /// Ends the walk: skips the rest of a newer peer's block and its unknown tails.
    ///
    /// - Throws: `.truncated`, `.duplicateTag`, `.descendingTag`, `.trailingByte` where bytes
    ///   follow the last tail.
    @inlinable
    public mutating func finish(_ message: RawSpan) throws(WireError) {
        while try nextTag(from: message) != nil {
            _ = try takeTail(from: message)
        }
        guard tailPosition == message.byteCount else { throw .trailingByte }
    }
}
