internal import COpenSSL

/// Comparisons whose time does not tell where two values differ.
package enum ConstantTime {
    /// Whether the two are equal. Only their lengths show in the time it takes.
    // Safe: CRYPTO_memcmp reads `left.count` bytes of both, and both have as many.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return unsafe CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Whether the two texts are equal byte for byte.
    package static func areEqual(_ left: String, _ right: String) -> Bool {
        areEqual(Array(left.utf8), Array(right.utf8))
    }
}
