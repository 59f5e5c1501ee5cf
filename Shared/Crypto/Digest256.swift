internal import COpenSSL

/// 256 bits: a SHA-256 digest or an HMAC of it.
package struct Digest256: Hashable, Sendable {
    /// How many bytes a digest has.
    package static let byteCount = 32

    private let words: InlineArray<4, UInt64>

    /// The digest that `bytes` holds.
    ///
    /// - Returns: `nil` where these are not 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = InlineArray<4, UInt64>(repeating: 0)
        for index in 0..<Self.byteCount {
            words[index / 8] |= UInt64(bytes[index]) << UInt64(index % 8 * 8)
        }
        self.words = words
    }

    /// What `fill` writes into 32 bytes.
    // Safe: the pointer is good for the call and names 32 bytes.
    init(filledBy fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        var words = InlineArray<4, UInt64>(repeating: 0)
        unsafe withUnsafeMutableBytes(of: &words) { bytes in
            guard let base = unsafe bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
                return
            }
            unsafe fill(base)
        }
        self.words = words
    }

    /// The 32 bytes, in order.
    package var bytes: [UInt8] {
        (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64($0 % 8 * 8)) }
    }

    /// The bytes as 64 lower-case hexadecimal digits.
    package var hex: String { Hex.encode(bytes) }

    /// Whether two digests are equal; takes equally long where they are not, wherever they differ.
    package static func == (left: Digest256, right: Digest256) -> Bool {
        var difference: UInt64 = 0
        for index in 0..<4 { difference |= left.words[index] ^ right.words[index] }
        return difference == 0
    }

    package func hash(into hasher: inout Hasher) {
        for index in 0..<4 { hasher.combine(words[index]) }
    }
}

/// SHA-256 (FIPS 180-4).
package enum SHA256Digest {
    /// The digest of `bytes`.
    // Safe: OpenSSL reads `bytes.count` bytes and writes 32.
    package static func of(_ bytes: [UInt8]) -> Digest256 {
        unsafe Digest256 { output in
            let done = unsafe COpenSSL.SHA256(bytes, bytes.count, output)
            unsafe precondition(done != nil, "SHA-256 fails")
        }
    }
}
