/// One `tag, length, value` field and where its value lies.
@frozen
public struct TaggedField: Hashable, Sendable {
    /// Which field; bit 15 says that the receiver must know it.
    public var tag: UInt16
    /// The value's place in the span that was read.
    public var value: Range<Int>

    /// A field `tag` with its value at `value`.
    @inlinable
    public init(tag: UInt16, value: Range<Int>) {
        self.tag = tag
        self.value = value
    }

    /// Whether a receiver that does not know the tag must refuse.
    @inlinable
    public var isCritical: Bool { tag & 0x8000 != 0 }

    /// The value as an integer of exactly its own size.
    ///
    /// - Throws: `WireError.outOfRange` with `name` where the value has another size.
    public func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        named name: String,
        from bytes: RawSpan
    ) throws(WireError) -> Value {
        guard value.count == MemoryLayout<Value>.size else { throw .outOfRange(name) }
        return try bytes.integer(type, at: value.lowerBound)
    }
}

/// Reads `tag u16, length u16, value` fields: tags strictly ascending.
@frozen
public struct TaggedFieldReader: Sendable {
    @usableFromInline var cursor: ByteCursor
    @usableFromInline var lastTag: Int32 = -1

    /// A reader of the fields that fill `range` of `bytes`.
    @inlinable
    public init(_ bytes: borrowing RawSpan, in range: Range<Int>) {
        cursor = ByteCursor(bytes, from: range.lowerBound, to: range.upperBound)
    }

    /// The next field; `nil` after the last.
    ///
    /// - Throws: `WireError.truncated`, `.duplicateTag`, `.descendingTag`.
    @inlinable
    public mutating func next(from bytes: borrowing RawSpan) throws(WireError) -> TaggedField? {
        guard cursor.remaining > 0 else { return nil }
        let tag = try cursor.read(UInt16.self, from: bytes)
        let length = try cursor.read(UInt16.self, from: bytes)
        let value = try cursor.take(Int(length))
        guard Int32(tag) > lastTag else {
            throw Int32(tag) == lastTag ? .duplicateTag : .descendingTag
        }
        lastTag = Int32(tag)
        return TaggedField(tag: tag, value: value)
    }
}

extension OutputBuffer {
    /// Appends a field with an integer value.
    public mutating func append<Value: FixedWidthInteger & BitwiseCopyable>(
        tag: UInt16,
        _ value: Value
    ) {
        append(tag)
        append(UInt16(MemoryLayout<Value>.size))
        append(value)
    }

    /// Appends a field with raw bytes, at most 65,535.
    public mutating func append(tag: UInt16, bytes: RawSpan) {
        precondition(bytes.byteCount <= Int(UInt16.max), "a tagged value has at most 65,535 bytes")
        append(tag)
        append(UInt16(bytes.byteCount))
        append(bytes)
    }

    /// Appends a field with UTF-8 text, at most 65,535 bytes.
    public mutating func append(tag: UInt16, utf8 text: String) {
        let byteCount = text.utf8.count
        precondition(byteCount <= Int(UInt16.max), "a tagged value has at most 65,535 bytes")
        append(tag)
        append(UInt16(byteCount))
        append(utf8: text)
    }
}
