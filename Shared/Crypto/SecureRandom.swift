internal import COpenSSL

/// Randomness that nobody can predict: keys, tokens, ids.
package struct SecureRandom: RandomNumberGenerator, Sendable {
    /// The generator; it holds no state of its own.
    package init() {}

    /// `count` random bytes.
    ///
    /// A failure of the system's randomness is a fault and ends the process: no caller could go on.
    // Safe: OpenSSL writes `count` bytes into as many.
    package static func bytes(_ count: Int) -> [UInt8] {
        precondition(count >= 0 && count <= Int(Int32.max), "an impossible number of bytes")
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let status = unsafe RAND_bytes(buffer.baseAddress, Int32(count))
            precondition(count == 0 || status == 1, "the system gives no randomness")
            filled = count
        }
    }

    // Safe: OpenSSL writes the 8 bytes of a local.
    package mutating func next() -> UInt64 {
        var value: UInt64 = 0
        let status = unsafe withUnsafeMutableBytes(of: &value) { bytes in
            unsafe RAND_bytes(bytes.assumingMemoryBound(to: UInt8.self).baseAddress, 8)
        }
        precondition(status == 1, "the system gives no randomness")
        return value
    }
}
