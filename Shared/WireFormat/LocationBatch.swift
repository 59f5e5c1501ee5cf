/// The head of a batch of positions; the records stay in the received bytes and are read one by
/// one.
///
///     offset  size  field
///          0     2  count                  u16   0 ... 65 535
///          2     2  recordSize             u16   32, or more from a newer peer
///          4     4  flags                  u32   zero (bit 0 is kept for a delta encoding)
///          8     8  baseTimeMilliseconds   i64   since the Unix epoch, 0 ... 253 402 300 799 999
///         16     .  records
///
///     let batch = try LocationBatch(decoding: message)
///     for index in 0..<batch.count {
///         let record = try batch.record(at: index, in: message)
///     }
@frozen
public struct LocationBatch: Hashable, Sendable {
    /// Bytes before the first record.
    public static let headerByteCount = 16
    /// The last moment that a base time may name, 9999-12-31T23:59:59.999Z: sums with offsets
    /// cannot overflow.
    public static let baseTimeMillisecondsMax: Int64 = 253_402_300_799_999
    /// The most records that fit a payload of 64 KiB.
    public static let countMax = (65_536 - headerByteCount) / LocationRecord.byteCount

    /// How many records; all of them are within the message.
    public let count: Int
    /// Bytes from one record to the next, 32 or more.
    public let recordByteCount: Int
    /// What the records' offsets count from, milliseconds since the Unix epoch.
    public let baseTimeMilliseconds: Int64

    /// Reads the head and holds the count against the bytes that are there.
    ///
    /// - Throws: `.truncated`, `.trailingByte`, `.reservedNotZero` for flags, `.outOfRange` for
    ///   `recordSize` or `baseTimeMilliseconds`.
    @inlinable
    public init(decoding message: RawSpan) throws(WireError) {
        count = Int(try message.integer(UInt16.self, at: 0))
        recordByteCount = Int(try message.integer(UInt16.self, at: 2))
        let flags = try message.integer(UInt32.self, at: 4)
        baseTimeMilliseconds = try message.integer(Int64.self, at: 8)
        guard recordByteCount >= LocationRecord.byteCount else { throw .outOfRange("recordSize") }
        guard flags == 0 else { throw .reservedNotZero }
        guard baseTimeMilliseconds >= 0, baseTimeMilliseconds <= Self.baseTimeMillisecondsMax else {
            throw .outOfRange("baseTimeMilliseconds")
        }
        // At most 65 535 * 65 535 + 16: far from overflow.
        let needed = Self.headerByteCount &+ count &* recordByteCount
        guard needed <= message.byteCount else { throw .truncated }
        guard needed == message.byteCount else { throw .trailingByte }
    }

    /// Reads one record.
    ///
    /// - Parameters:
    ///   - index: 0 ..< `count`.
    ///   - message: The bytes that the head was read from.
    /// - Throws: `.truncated` past the last record, `.outOfRange` with the field's name,
    ///   `.reservedNotZero`.
    /// - Complexity: O(1), no allocation.
    @inlinable
    @inline(__always)
    public func record(at index: Int, in message: RawSpan) throws(WireError) -> LocationRecord {
        guard index >= 0, index < count else { throw .truncated }
        return try LocationRecord(
            decoding: message,
            at: Self.headerByteCount &+ index &* recordByteCount
        )
    }

    /// When `record` was measured, microseconds since the Unix epoch; may be before it by up to 25
    /// days.
    @inlinable
    public func microseconds(of record: LocationRecord) -> Int64 {
        (baseTimeMilliseconds &+ Int64(record.offsetMilliseconds)) &* 1000
    }
}
