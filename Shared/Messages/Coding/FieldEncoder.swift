import WireFormat

/// Writes a message's fields in their canonical form: the coder of every `encode(to:)`.
///
/// It holds the buffer while it works, and gives it back at the end; nothing is copied by that.
struct FieldEncoder: FieldCoder, ~Copyable {
    private var buffer: OutputBuffer
    private var writer: MessageWriter
    private let unknown: UnknownFields
    private var unknownWritten = 0
    private var isBlockOpen = true

    init(taking lent: inout OutputBuffer, blockByteCount: Int, unknown: UnknownFields) {
        buffer = lent
        lent = OutputBuffer()
        self.unknown = unknown
        writer = MessageWriter(
            to: &buffer,
            blockByteCount: blockByteCount + unknown.blockRest.count
        )
    }

    @inline(__always)
    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        guard range.contains(value) else { throw .outOfRange(name.description) }
        writer.write(value, to: &buffer)
    }

    @inline(__always)
    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        writer.writeIdentifier(bits, to: &buffer)
    }

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        guard !value.isEmpty else { return }
        guard value.utf8.count <= maxByteCount else { throw .tooLong(name.description) }
        writeUnknown(below: tag)
        writer.tail(tag, text: value, to: &buffer)
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        guard !value.isEmpty else { return }
        guard value.count <= maxByteCount else { throw .tooLong(name.description) }
        writeUnknown(below: tag)
        writer.tail(tag, bytes: value, to: &buffer)
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        guard !value.isEmpty else { return }
        guard value.count <= maxCount else { throw .tooLong(name.description) }
        writeUnknown(below: tag)
        let start = writer.openTail(tag, in: &buffer)
        buffer.append(UInt16(truncatingIfNeeded: value.count))
        buffer.append(UInt16(truncatingIfNeeded: Element.byteCount))
        var encoder = ElementEncoder(taking: &buffer)
        do throws(WireError) {
            for var element in value {
                try element.walk(&encoder)
            }
            encoder.finish(givingBack: &buffer)
        } catch {
            encoder.finish(givingBack: &buffer)
            throw error
        }
        try closeTail(start, name)
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        guard !value.isEmpty else { return }
        guard value.count <= maxCount else { throw .tooLong(name.description) }
        writeUnknown(below: tag)
        let start = writer.openTail(tag, in: &buffer)
        buffer.append(UInt16(truncatingIfNeeded: value.count))
        buffer.append(UInt16(0))
        for message in value {
            let position = buffer.byteCount
            buffer.append(UInt16(0))
            try message.encode(to: &buffer)
            let byteCount = buffer.byteCount - position - 2
            guard byteCount <= UInt16.max else { throw .tooLong(name.description) }
            buffer.overwrite(at: position, with: UInt16(truncatingIfNeeded: byteCount))
        }
        try closeTail(start, name)
    }

    /// Ends the message and gives the buffer back.
    mutating func finish(givingBack lent: inout OutputBuffer) throws(WireError) {
        writeUnknown(below: .max)
        if let last = unknown.tails.last, last.tag == .max { writeTail(last) }
        writer.finish(&buffer)
        swap(&buffer, &lent)
    }

    /// Takes the message back out and gives the buffer back.
    mutating func abandon(givingBack lent: inout OutputBuffer) {
        writer.abandon(&buffer)
        swap(&buffer, &lent)
    }

    /// Ends a list; a list within its count can still be too long for its tail.
    private mutating func closeTail(_ start: Int, _ name: StaticString) throws(WireError) {
        guard buffer.byteCount - start <= UInt16.max else { throw .tooLong(name.description) }
        writer.closeTail(start, in: &buffer)
    }

    /// Writes what is kept of a newer peer's message and comes before this tag.
    private mutating func writeUnknown(below tag: UInt16) {
        if isBlockOpen {
            isBlockOpen = false
            if !unknown.blockRest.isEmpty {
                writer.writeBlockRest(unknown.blockRest, to: &buffer)
            }
        }
        while unknownWritten < unknown.tails.count, unknown.tails[unknownWritten].tag < tag {
            writeTail(unknown.tails[unknownWritten])
        }
    }

    private mutating func writeTail(_ tail: UnknownFields.Tail) {
        writer.tail(tail.tag, bytes: tail.value, to: &buffer)
        unknownWritten += 1
    }
}

/// Writes the fields of a list's elements.
struct ElementEncoder: ScalarCoder, ~Copyable {
    private var buffer: OutputBuffer

    init(taking lent: inout OutputBuffer) {
        buffer = lent
        lent = OutputBuffer()
    }

    @inline(__always)
    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        guard range.contains(value) else { throw .outOfRange(name.description) }
        buffer.append(value)
    }

    @inline(__always)
    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        buffer.append(bigEndian128: bits)
    }

    /// Gives the buffer back.
    mutating func finish(givingBack lent: inout OutputBuffer) {
        swap(&buffer, &lent)
    }
}
