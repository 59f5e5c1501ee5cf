/// The first eight bytes of a connection: which protocol, which versions of it.
///
/// Client to server; a server without a common version answers with its own and closes.
///
///     offset  size  field
///          0     4  magic    4C 42 50 1A, "LBP" and 0x1A
///          4     1  lowest   version, 1 or more
///          5     1  highest  version, `lowest` or more
///          6     2  zero
@frozen
public struct Preface: Hashable, Sendable {
    /// The size of every preface, in bytes.
    public static let byteCount = 8
    /// What this code speaks.
    public static let current = Preface(lowestVersion: 1, highestVersion: 1)
    /// The magic read as a little-endian integer; above every legal frame length.
    public static let magic: UInt32 = 0x1A50_424C

    /// The lowest version that the sender speaks.
    public var lowestVersion: UInt8
    /// The highest version that the sender speaks.
    public var highestVersion: UInt8

    /// A preface for the versions `lowestVersion ... highestVersion`.
    public init(lowestVersion: UInt8, highestVersion: UInt8) {
        self.lowestVersion = lowestVersion
        self.highestVersion = highestVersion
    }

    /// Reads the preface at `offset`.
    ///
    /// - Throws: `WireError.badMagic`, `.truncated`, `.reservedNotZero`, `.outOfRange("version")`. The
    ///   magic is judged from the first byte on, so that another protocol is recognised at once.
    public init(decoding bytes: RawSpan, at offset: Int = 0) throws(WireError) {
        let present = Swift.min(4, bytes.byteCount - offset)
        for index in 0..<Swift.max(0, present) {
            let byte = try bytes.integer(UInt8.self, at: offset + index)
            guard byte == UInt8(truncatingIfNeeded: Self.magic >> (8 * UInt32(index))) else {
                throw .badMagic
            }
        }
        let reserved = try bytes.integer(UInt16.self, at: offset + 6)
        lowestVersion = try bytes.integer(UInt8.self, at: offset + 4)
        highestVersion = try bytes.integer(UInt8.self, at: offset + 5)
        guard reserved == 0 else { throw .reservedNotZero }
        guard lowestVersion >= 1, lowestVersion <= highestVersion else {
            throw .outOfRange("version")
        }
    }

    /// Appends the eight bytes.
    public func encode(into output: inout OutputBuffer) {
        output.append(Self.magic)
        output.append(lowestVersion)
        output.append(highestVersion)
        output.append(UInt16(0))
    }

    /// The highest version that both speak; `nil` where there is none.
    public func commonVersion(with other: Preface) -> UInt8? {
        let highest = Swift.min(highestVersion, other.highestVersion)
        return highest >= Swift.max(lowestVersion, other.lowestVersion) ? highest : nil
    }
}
