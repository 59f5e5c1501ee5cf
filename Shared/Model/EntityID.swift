package import Timekeeping

/// What an identifier names; a phantom type, so that a driver's id is never taken for a booking's.
package protocol EntityKind: Sendable {
    /// The letters before the underscore of the printed form.
    static var prefix: String { get }
}

/// A 128-bit identifier, made by whoever first needs it, so that a retry names the same thing.
///
/// Bits, most significant first, as in UUID version 7 (RFC 9562 section 5.7): 48 milliseconds since the
/// Unix epoch, 4 version, 12 random, 2 variant, 62 random. So they sort by the time they were made, which keeps
/// database indexes compact. On the wire and in storage: 16 bytes, most significant first. Printed: the
/// kind's prefix, an underscore, and 26 characters of Crockford's base 32 in lower case
/// (`bk_01jd0c5m8e7q2x9v4k6h3n1r5t`).
package struct EntityID<Kind: EntityKind>: Hashable, Comparable, Sendable {
    // Not one UInt128: WireFormat's `Halved` says why.
    private let high: UInt64
    private let low: UInt64

    /// The 128 bits; zero stands for "none" on the wire.
    package var bits: UInt128 { UInt128(high) << 64 | UInt128(low) }

    /// The identifier with exactly these bits.
    package init(bits: UInt128) {
        high = UInt64(truncatingIfNeeded: bits >> 64)
        low = UInt64(truncatingIfNeeded: bits)
    }

    /// A new identifier for something that comes into being at `moment`.
    ///
    /// - Parameters:
    ///   - moment: The business or real time of making; before 1970 counts as 1970.
    ///   - generator: The caller's randomness; cores take it from their event, never from the system.
    package init(at moment: WallTime, using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, moment.microseconds / 1000)) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7 << 12 | generator.next() & 0x0FFF
        low = 0x2 << 62 | generator.next() & 0x3FFF_FFFF_FFFF_FFFF
    }

    /// The order of making, to the millisecond.
    package static func < (left: Self, right: Self) -> Bool {
        left.bits < right.bits
    }

    /// Whether this is the "none" of the wire.
    package var isNone: Bool { high | low == 0 }

    /// The "none" of the wire.
    package static var none: Self { Self(bits: 0) }
}

extension EntityID {
    /// The 16 bytes of wire and storage, most significant first.
    package var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: bits >> UInt128(120 - 8 * $0)) }
    }

    /// The identifier in 16 bytes, most significant first; `nil` for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.init(bits: bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })
    }
}

extension EntityID: CustomStringConvertible {
    /// The printed form.
    package var description: String {
        "\(Kind.prefix)_\(Base32.encode(bits))"
    }

    /// How many characters follow the underscore of the printed form.
    package static var digitCount: Int { Base32.characterCount }

    /// Reads the printed form; `nil` for another kind's prefix or anything that is not exactly such a text.
    package init?(_ text: String) {
        // Over a text's own bytes: a function of any kind of text costs ten times as much from another module.
        let units = Array(text.utf8)
        let prefix = Kind.prefix.utf8
        guard units.count == prefix.count + 1 + Base32.characterCount,
            units.starts(with: prefix),
            units[prefix.count] == UInt8(ascii: "_")
        else { return nil }
        self.init(digits: units[(prefix.count + 1)...])
    }

    /// Reads the printed form of a part of a text.
    package init?(_ text: Substring) {
        self.init(String(text))
    }

    /// Reads what follows the underscore of the printed form.
    package init?(digits: ArraySlice<UInt8>) {
        guard digits.count == Base32.characterCount, let bits = Base32.decode(digits) else {
            return nil
        }
        self.init(bits: bits)
    }
}

/// Crockford's base 32 of 128 bits: no padding, lower case, without i, l, o and u.
enum Base32 {
    /// 26 characters of 5 bits hold 130; the first carries only 3.
    static let characterCount = 26
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    /// A character's five bits; 255 for every byte that is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: .max, count: 256)
        for (value, unit) in alphabet.enumerated() { values[Int(unit)] = UInt8(value) }
        return values
    }()

    static func encode(_ bits: UInt128) -> String {
        let units = (0..<characterCount).map { index in
            alphabet[
                Int(truncatingIfNeeded: bits >> UInt128(5 * (characterCount - 1 - index))) & 31
            ]
        }
        return String(decoding: units, as: UTF8.self)
    }

    static func decode(_ units: ArraySlice<UInt8>) -> UInt128? {
        // 130 bits do not fit: the first character may not exceed 7.
        guard let first = units.first, values[Int(first)] <= 7 else { return nil }
        var bits: UInt128 = 0
        for unit in units {
            let value = values[Int(unit)]
            guard value < 32 else { return nil }
            bits = bits << 5 | UInt128(value)
        }
        return bits
    }
}
