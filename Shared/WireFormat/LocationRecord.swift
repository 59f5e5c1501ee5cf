/// One measured position of one driver, as it travels: 32 bytes, little-endian (`PROTOCOL.md` 12).
///
///     offset  size  field
///          0     8  driverReference           u64
///          8     4  sequence                  u32
///         12     4  offsetMilliseconds        i32
///         16     4  latitudeE7                i32   -900 000 000 ... 900 000 000
///         20     4  longitudeE7               i32   -1 800 000 000 ... 1 800 000 000
///         24     2  speed                     u16   cm/s
///         26     2  heading                   u16   0 ... 35 999, 65 535 unknown
///         28     2  accuracy                  u16   dm
///         30     1  status                    u8
///         31     1  flags                     u8    zero
///
/// Fixed width and plain integers: a batch of any size is read without allocation, in any order.
@frozen
public struct LocationRecord: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of a record of this version; a newer peer's may be longer.
    public static let byteCount = 32
    /// The largest latitude, 1e-7 degrees; the smallest is its negative.
    public static let latitudeE7Max: Int32 = 900_000_000
    /// The largest longitude, 1e-7 degrees; the smallest is its negative.
    public static let longitudeE7Max: Int32 = 1_800_000_000
    /// The largest heading, 1/100 degree clockwise from north.
    public static let headingMax: UInt16 = 35_999
    /// A receiver at rest knows no heading.
    public static let headingUnknown: UInt16 = 65_535

    /// Who: the reference given when the stream opened; 0 on the driver's own stream means the
    /// stream's driver.
    public var driverReference: UInt64
    /// The driver's count of fixes, ascending: drops duplicates and reordering.
    public var sequence: UInt32
    /// When, relative to the batch's base time.
    public var offsetMilliseconds: Int32
    /// Latitude, WGS 84, 1e-7 degrees.
    public var latitudeE7: Int32
    /// Longitude, WGS 84, 1e-7 degrees.
    public var longitudeE7: Int32
    /// Speed over ground, cm/s.
    public var speedCentimetersPerSecond: UInt16
    /// Heading, 1/100 degree clockwise from north, 0 ... 35 999, or `headingUnknown`.
    public var headingHundredthsOfDegree: UInt16
    /// The radius that holds 68 % of fixes, dm.
    public var accuracyDecimeters: UInt16
    /// What the driver is doing; the registry's enumeration `DriverStatusCode`. Unknown values are
    /// kept.
    public var status: UInt8

    /// A record with these values; the ranges are checked when it is written and when it is read.
    @inlinable
    public init(
        driverReference: UInt64,
        sequence: UInt32,
        offsetMilliseconds: Int32,
        latitudeE7: Int32,
        longitudeE7: Int32,
        speedCentimetersPerSecond: UInt16 = 0,
        headingHundredthsOfDegree: UInt16 = headingUnknown,
        accuracyDecimeters: UInt16 = 0,
        status: UInt8 = 0
    ) {
        self.driverReference = driverReference
        self.sequence = sequence
        self.offsetMilliseconds = offsetMilliseconds
        self.latitudeE7 = latitudeE7
        self.longitudeE7 = longitudeE7
        self.speedCentimetersPerSecond = speedCentimetersPerSecond
        self.headingHundredthsOfDegree = headingHundredthsOfDegree
        self.accuracyDecimeters = accuracyDecimeters
        self.status = status
    }

    /// Whether every field is in its range.
    ///
    /// Each range is one unsigned comparison: adding the maximum maps it to 0 ... 2 * maximum, and
    /// everything outside wraps to something larger.
    @inlinable
    @inline(__always)
    public var isInRange: Bool {
        UInt32(bitPattern: latitudeE7 &+ Self.latitudeE7Max) <= 1_800_000_000
            && UInt32(bitPattern: longitudeE7 &+ Self.longitudeE7Max) <= 3_600_000_000
            && (headingHundredthsOfDegree <= Self.headingMax
                || headingHundredthsOfDegree == Self.headingUnknown)
    }

    /// The error that names the first field out of range; kept out of line, away from the hot path.
    @usableFromInline
    @inline(never)
    func refusal() -> WireError {
        if latitudeE7 < -Self.latitudeE7Max || latitudeE7 > Self.latitudeE7Max {
            return .outOfRange("latitudeE7")
        }
        if longitudeE7 < -Self.longitudeE7Max || longitudeE7 > Self.longitudeE7Max {
            return .outOfRange("longitudeE7")
        }
        return .outOfRange("headingHundredthsOfDegree")
    }
}

extension LocationRecord {
    /// Reads the record at `offset`.
    ///
    /// - Throws: `.truncated`, `.reservedNotZero` for a flag, `.outOfRange` with the field's name.
    /// - Complexity: O(1), no allocation.
    @inlinable
    @inline(__always)
    public init(decoding bytes: RawSpan, at offset: Int) throws(WireError) {
        guard offset >= 0, offset <= bytes.byteCount &- Self.byteCount else { throw .truncated }
        // Safe: the guard has all 32 bytes within the span, and every bit pattern is an integer.
        unsafe self.init(
            driverReference: bytes.unchecked(UInt64.self, at: offset),
            sequence: bytes.unchecked(UInt32.self, at: offset &+ 8),
            offsetMilliseconds: bytes.unchecked(Int32.self, at: offset &+ 12),
            latitudeE7: bytes.unchecked(Int32.self, at: offset &+ 16),
            longitudeE7: bytes.unchecked(Int32.self, at: offset &+ 20),
            speedCentimetersPerSecond: bytes.unchecked(UInt16.self, at: offset &+ 24),
            headingHundredthsOfDegree: bytes.unchecked(UInt16.self, at: offset &+ 26),
            accuracyDecimeters: bytes.unchecked(UInt16.self, at: offset &+ 28),
            status: bytes.unchecked(UInt8.self, at: offset &+ 30)
        )
        guard unsafe bytes.unchecked(UInt8.self, at: offset &+ 31) == 0 else {
            throw .reservedNotZero
        }
        guard isInRange else { throw refusal() }
    }

    /// Appends the record's 32 bytes.
    ///
    /// - Throws: `.outOfRange` with the field's name; nothing is appended then.
    /// - Complexity: O(1), no allocation while the buffer has room.
    @inlinable
    @inline(__always)
    public func encode(to buffer: inout OutputBuffer) throws(WireError) {
        guard isInRange else { throw refusal() }
        // Two integers of 128 bits: one check for room each instead of one for every field.
        let when = UInt64(sequence) | UInt64(UInt32(bitPattern: offsetMilliseconds)) << 32
        let place =
            UInt64(UInt32(bitPattern: latitudeE7))
            | UInt64(UInt32(bitPattern: longitudeE7)) << 32
        let motion =
            UInt64(speedCentimetersPerSecond)
            | UInt64(headingHundredthsOfDegree) << 16
            | UInt64(accuracyDecimeters) << 32
            | UInt64(status) << 48
        buffer.append(UInt128(driverReference) | UInt128(when) << 64)
        buffer.append(UInt128(place) | UInt128(motion) << 64)
    }
}

extension RawSpan {
    /// The little-endian integer at `offset`, which the caller has checked.
    @inlinable
    @inline(__always)
    @unsafe
    func unchecked<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        at offset: Int
    ) -> Value {
        // Safe: the caller's check; every bit pattern is an integer.
        unsafe Value(littleEndian: unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: type))
    }
}
