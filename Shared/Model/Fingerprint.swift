/// A 128-bit digest that tells apart texts and messages that differ by accident: FNV-1a, 128 bits.
///
/// Offset basis and prime as published by Fowler, Noll and Vo. Not cryptographic: it guards against a changed
/// migration or a reused key, between parties that already trust each other, never against an attacker.
package struct Fingerprint: Hashable, Sendable {
    private static let offsetBasis: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    // Not one UInt128: WireFormat's `Halved` says why.
    private var high: UInt64
    private var low: UInt64

    /// The digest of what was added so far.
    package private(set) var bits: UInt128 {
        get { UInt128(high) << 64 | UInt128(low) }
        set {
            high = UInt64(truncatingIfNeeded: newValue >> 64)
            low = UInt64(truncatingIfNeeded: newValue)
        }
    }

    /// The digest of nothing.
    package init() {
        high = UInt64(truncatingIfNeeded: Self.offsetBasis >> 64)
        low = UInt64(truncatingIfNeeded: Self.offsetBasis)
    }

    /// Adds `bytes`. - Complexity: O(n), 1 to 2 ns a byte.
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        var digest = bits
        for byte in bytes {
            digest = (digest ^ UInt128(byte)) &* Self.prime
        }
        bits = digest
    }

    /// Adds a number as 8 bytes, least significant first, so that neighbouring parts cannot run together.
    package mutating func add(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bits =
                (bits ^ UInt128(UInt8(truncatingIfNeeded: number >> UInt64(shift)))) &* Self.prime
        }
    }

    /// The 16 bytes of storage, most significant first.
    package var bytes: [UInt8] {
        withUnsafeBytes(of: bits.bigEndian) { Array($0) }
    }
}
