/// A 128-bit digest that tells apart texts and messages that differ by accident: FNV-1a, 128 bits.
///
/// Offset basis and prime as published by Fowler, Noll and Vo. Not cryptographic: it guards against a changed
/// migration or a reused key, between parties that already trust each other, never against an attacker.
package struct Fingerprint: Hashable, Sendable {
    private static let offsetBasis: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d
    private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b

    /// The digest of what was added so far.
    package private(set) var bits: UInt128

    /// The digest of nothing.
    package init() {
        bits = Self.offsetBasis
    }

    /// Adds `bytes`. - Complexity: O(n), 1 to 2 ns a byte.
    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            bits = (bits ^ UInt128(byte)) &* Self.prime
        }
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
