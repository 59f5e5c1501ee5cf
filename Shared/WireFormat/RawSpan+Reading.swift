extension RawSpan {
    /// Reads the little-endian integer at `offset`.
    ///
    /// - Throws: `WireError.truncated` where it does not lie wholly within the span.
    /// - Complexity: O(1), one comparison and one load.
    @inlinable
    @inline(__always)
    public func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        at offset: Int
    ) throws(WireError) -> Value {
        guard offset >= 0, offset <= byteCount &- MemoryLayout<Value>.size else {
            throw .truncated
        }
        // Safe: the guard keeps every byte of the value within the span.
        return unsafe Value(
            littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: Value.self)
        )
    }

    /// Reads the 16 bytes at `offset` as they stand, first byte most significant.
    ///
    /// - Throws: `WireError.truncated`.
    @inlinable
    @inline(__always)
    public func bigEndian128(at offset: Int) throws(WireError) -> UInt128 {
        try integer(UInt128.self, at: offset).byteSwapped
    }

    /// The validated UTF-8 string in the `byteCount` bytes from `offset` on.
    ///
    /// - Throws: `WireError.truncated`, `.notUTF8`.
    public func string(at offset: Int, byteCount length: Int) throws(WireError) -> String {
        guard offset >= 0, length >= 0, offset <= byteCount, length <= byteCount - offset else {
            throw .truncated
        }
        // Safe: the guard keeps the bytes within the span; the string copies them.
        let text = unsafe withUnsafeBytes { buffer in
            unsafe String(
                validating: buffer[offset..<(offset + length)],
                as: UTF8.self
            )
        }
        guard let text else { throw .notUTF8 }
        return text
    }

    /// A copy of the bytes in `range`.
    ///
    /// - Throws: `WireError.truncated`.
    public func array(_ range: Range<Int>) throws(WireError) -> [UInt8] {
        guard range.lowerBound >= 0, range.upperBound <= byteCount else { throw .truncated }
        // Safe: the guard keeps the range within the span; the array copies it.
        return unsafe withUnsafeBytes { buffer in unsafe [UInt8](buffer[range]) }
    }
}

/// A position in a span, moved by each read.
///
/// It does not hold the span: each read is given it, so that the cursor is an ordinary value.
@frozen
public struct ByteCursor: Sendable {
    /// The offset of the next byte.
    public var offset: Int
    /// The offset after the last byte that may be read.
    public let end: Int

    /// A cursor over the bytes from `offset` up to `end` of a span; `nil` for its whole length.
    @inlinable
    public init(_ bytes: borrowing RawSpan, from offset: Int = 0, to end: Int? = nil) {
        self.offset = offset
        self.end = Swift.min(end ?? bytes.byteCount, bytes.byteCount)
    }

    /// How many bytes are left.
    @inlinable
    public var remaining: Int { end &- offset }

    /// Reads the next little-endian integer.
    ///
    /// - Throws: `WireError.truncated`; the cursor stays where it was.
    @inlinable
    @inline(__always)
    public mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        from bytes: borrowing RawSpan
    ) throws(WireError) -> Value {
        guard remaining >= MemoryLayout<Value>.size else { throw .truncated }
        let value = try bytes.integer(Value.self, at: offset)
        offset &+= MemoryLayout<Value>.size
        return value
    }

    /// Passes over the next `count` bytes and returns where they lie.
    ///
    /// - Throws: `WireError.truncated`; the cursor stays where it was.
    @inlinable
    public mutating func take(_ count: Int) throws(WireError) -> Range<Int> {
        guard count >= 0, count <= remaining else { throw .truncated }
        let start = offset
        offset &+= count
        return start..<offset
    }

    /// Checks that nothing is left.
    ///
    /// - Throws: `WireError.trailingByte`.
    @inlinable
    public func finish() throws(WireError) {
        guard remaining == 0 else { throw .trailingByte }
    }
}
