/// Writes a batch of positions behind what a buffer holds; the count is filled in at the end.
@frozen
public struct LocationBatchWriter: Sendable {
    /// Where the batch starts within the buffer's waiting bytes.
    @usableFromInline let start: Int
    /// What the records' offsets count from, milliseconds since the Unix epoch.
    public let baseTimeMilliseconds: Int64
    /// How many records were written.
    @usableFromInline var written: Int

    /// Starts a batch.
    ///
    /// - Parameters:
    ///   - buffer: Where the batch goes; nothing may be taken from its front until `finish`.
    ///   - baseTimeMilliseconds: What the records' offsets count from, since the Unix epoch.
    /// - Throws: `.outOfRange` for a time before 1970 or after 9999.
    @inlinable
    public init(to buffer: inout OutputBuffer, baseTimeMilliseconds: Int64) throws(WireError) {
        guard
            baseTimeMilliseconds >= 0,
            baseTimeMilliseconds <= LocationBatch.baseTimeMillisecondsMax
        else { throw .outOfRange("baseTimeMilliseconds") }
        start = buffer.byteCount
        self.baseTimeMilliseconds = baseTimeMilliseconds
        written = 0
        buffer.append(UInt16(0))
        buffer.append(UInt16(LocationRecord.byteCount))
        buffer.append(UInt32(0))
        buffer.append(baseTimeMilliseconds)
    }

    /// How many records the batch holds so far.
    @inlinable
    public var count: Int { written }

    /// Appends a record.
    ///
    /// - Throws: `.outOfRange` with the field's name, `.tooLong` past `LocationBatch.countMax`;
    ///   nothing is appended.
    @inlinable
    @inline(__always)
    public mutating func append(
        _ record: LocationRecord,
        to buffer: inout OutputBuffer
    ) throws(WireError) {
        guard written < LocationBatch.countMax else { throw .tooLong("records") }
        try record.encode(to: &buffer)
        written &+= 1
    }

    /// Ends the batch: fills in its count.
    @inlinable
    public func finish(_ buffer: inout OutputBuffer) {
        buffer.overwrite(at: start, with: UInt16(truncatingIfNeeded: written))
    }
}
