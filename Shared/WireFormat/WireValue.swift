/// Where the value of a tail, or an element of a list, lies within its message.
@frozen
public struct WireValue: Hashable, Sendable {
    /// The first byte, counted from the start of the message.
    public let offset: Int
    /// How many bytes.
    public let byteCount: Int

    /// The value at this place, which the reader has found to be within the message.
    @inlinable
    init(offset: Int, byteCount: Int) {
        self.offset = offset
        self.byteCount = byteCount
    }

    /// The first byte after the value.
    @inlinable
    public var end: Int { offset &+ byteCount }
    /// The bytes, as positions within the message.
    @inlinable
    public var range: Range<Int> { offset..<end }

    /// The value as text.
    ///
    /// - Parameters:
    ///   - field: The name that an error gives.
    ///   - maxByteCount: The most bytes of UTF-8.
    ///   - message: The bytes that the value was found in.
    /// - Throws: `.tooLong` with the field's name, `.notUTF8`.
    public func text(
        _ field: StaticString,
        maxByteCount: Int,
        from message: RawSpan
    ) throws(WireError) -> String {
        guard byteCount <= maxByteCount else { throw .tooLong(field.description) }
        return try message.string(at: offset, byteCount: byteCount)
    }

    /// The value as raw bytes.
    ///
    /// - Throws: `.tooLong` with the field's name where there are more than `maxByteCount`.
    public func bytes(
        _ field: StaticString,
        maxByteCount: Int,
        from message: RawSpan
    ) throws(WireError) -> [UInt8] {
        guard byteCount <= maxByteCount else { throw .tooLong(field.description) }
        return try message.array(range)
    }

    /// The value as a list of equally long elements: count u16, stride u16, elements.
    ///
    /// - Parameters:
    ///   - field: The name that an error gives.
    ///   - minimumStride: The bytes of an element that we know; a newer peer's may be longer.
    ///   - maxCount: The most elements.
    ///   - message: The bytes that the value was found in.
    /// - Throws: `.truncated` where the value is too short for its count, `.tooLong` with the
    ///   field's name for too many, `.trailingByte`, `.notCanonical` for an empty list (its tail is
    ///   left out) or a shorter stride.
    @inlinable
    public func list(
        _ field: StaticString,
        minimumStride: Int,
        maxCount: Int,
        from message: RawSpan
    ) throws(WireError) -> WireList {
        guard byteCount >= WireList.headerByteCount else { throw .truncated }
        let count = Int(try message.integer(UInt16.self, at: offset))
        let stride = Int(try message.integer(UInt16.self, at: offset &+ 2))
        guard count <= maxCount else { throw .tooLong(field.description) }
        guard count > 0, stride >= minimumStride else { throw .notCanonical }
        let needed = WireList.headerByteCount &+ count &* stride
        guard needed <= byteCount else { throw .truncated }
        guard needed == byteCount else { throw .trailingByte }
        return WireList(
            firstOffset: offset &+ WireList.headerByteCount,
            count: count,
            stride: stride
        )
    }
}
