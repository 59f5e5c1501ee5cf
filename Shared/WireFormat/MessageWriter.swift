/// Writes one message in its canonical form: the block's fields in order, then tails by ascending
/// tag.
///
/// The writer holds positions only and is given the buffer at every step, as the reader is given
/// the message: so a message goes straight behind its frame's header, without a copy.
///
///     var writer = MessageWriter(to: &buffer, blockByteCount: 40)
///     writer.writeIdentifier(answer.offer.bits, to: &buffer)
///     writer.tail(1, text: answer.reason, to: &buffer)
///     writer.finish(&buffer)
@frozen
public struct MessageWriter: Sendable {
    /// Where the message starts within the buffer's waiting bytes.
    @usableFromInline let start: Int
    /// The block's length.
    @usableFromInline let blockByteCount: Int
    /// How many tails were written.
    @usableFromInline var tailCount: UInt16
    /// The tag of the last tail, or 0: tags start at 1.
    @usableFromInline var lastTag: UInt16

    /// Starts a message behind what the buffer holds.
    ///
    /// - Parameters:
    ///   - buffer: Where the message goes; nothing may be taken from its front until `finish`.
    ///   - blockByteCount: The block's length, 0 ... 65 535; its fields have to fill it exactly.
    @inlinable
    public init(to buffer: inout OutputBuffer, blockByteCount: Int) {
        precondition(blockByteCount <= UInt16.max, "a block's length is a 16-bit number")
        start = buffer.byteCount
        self.blockByteCount = blockByteCount
        tailCount = 0
        lastTag = 0
        buffer.append(UInt16(truncatingIfNeeded: blockByteCount))
        buffer.append(UInt16(0))
    }

    /// Writes the block's next integer.
    @inlinable
    public mutating func write<Value: FixedWidthInteger & BitwiseCopyable>(
        _ value: Value,
        to buffer: inout OutputBuffer
    ) {
        buffer.append(value)
    }

    /// Writes the block's next identifier: 16 bytes, most significant first.
    @inlinable
    public mutating func writeIdentifier(_ bits: UInt128, to buffer: inout OutputBuffer) {
        buffer.append(bigEndian128: bits)
    }

    /// Writes what a newer peer had behind our last field, so that a message passed on keeps it.
    public mutating func writeBlockRest(_ bytes: [UInt8], to buffer: inout OutputBuffer) {
        // Safe: every byte of an array of bytes is initialised.
        unsafe buffer.append(bytes.span.bytes)
    }

    /// Writes a tail that holds text; the caller leaves out an empty one.
    ///
    /// - Parameter tag: 1 or more, greater than that of every earlier tail.
    public mutating func tail(_ tag: UInt16, text: String, to buffer: inout OutputBuffer) {
        let start = openTail(tag, in: &buffer)
        buffer.append(utf8: text)
        closeTail(start, in: &buffer)
    }

    /// Writes a tail that holds raw bytes; the caller leaves out an empty one.
    ///
    /// - Parameter tag: 1 or more, greater than that of every earlier tail.
    public mutating func tail(_ tag: UInt16, bytes: [UInt8], to buffer: inout OutputBuffer) {
        let start = openTail(tag, in: &buffer)
        // Safe: every byte of an array of bytes is initialised.
        unsafe buffer.append(bytes.span.bytes)
        closeTail(start, in: &buffer)
    }

    /// Begins a tail whose value the caller appends to the buffer, and ends with `closeTail`.
    ///
    /// - Parameter tag: 1 or more, greater than that of every earlier tail.
    /// - Returns: What `closeTail` wants.
    public mutating func openTail(_ tag: UInt16, in buffer: inout OutputBuffer) -> Int {
        precondition(tag > lastTag, "tags ascend")
        if tailCount == 0 { requireFullBlock(buffer.byteCount) }
        lastTag = tag
        tailCount += 1
        buffer.append(tag)
        buffer.append(UInt16(0))
        return buffer.byteCount
    }

    /// Ends the tail that `openTail` began: fills in its length.
    public func closeTail(_ valueStart: Int, in buffer: inout OutputBuffer) {
        let byteCount = buffer.byteCount - valueStart
        precondition(byteCount <= UInt16.max, "a tail's length is a 16-bit number")
        buffer.overwrite(at: valueStart - 2, with: UInt16(truncatingIfNeeded: byteCount))
    }

    /// Ends the message.
    ///
    /// A message longer than a frame's payload is refused where the frame is made.
    @inlinable
    public func finish(_ buffer: inout OutputBuffer) {
        if tailCount == 0 {
            requireFullBlock(buffer.byteCount)
        } else {
            buffer.overwrite(at: start + 2, with: tailCount)
        }
    }

    /// Takes the message back out of the buffer: it could not be written.
    public func abandon(_ buffer: inout OutputBuffer) {
        buffer.truncate(to: start)
    }

    @usableFromInline
    func requireFullBlock(_ byteCount: Int) {
        precondition(
            byteCount == start + MessageReader.headerByteCount + blockByteCount,
            "the fields fill the block exactly"
        )
    }
}
