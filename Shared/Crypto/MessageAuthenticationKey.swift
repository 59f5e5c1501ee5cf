internal import COpenSSL

/// A key of HMAC with SHA-256 (RFC 2104), prepared for many codes over messages that begin alike.
///
/// What key and prefix decide is hashed once: a code costs two copies of a hash's state and two blocks. The one-shot
/// `HMAC()` looks its algorithm up among the library's providers, under two locks, and hashes the key anew: that was
/// 13 % of an authenticated request at the gateway.
// Safe: both states are only copied from after `init`, which OpenSSL allows from many threads.
@safe
package final class MessageAuthenticationKey: @unchecked Sendable {
    /// The block of SHA-256, bytes.
    private static let blockByteCount = 64

    private let inner: OpaquePointer
    private let outer: OpaquePointer

    /// A key of these bytes, for messages that begin with `prefix`.
    // Safe: the states are ours alone until `init` returns.
    package init(_ key: [UInt8], prefix: [UInt8] = []) {
        var block = key.count > Self.blockByteCount ? SHA256Digest.of(key).bytes : key
        block += [UInt8](repeating: 0, count: Self.blockByteCount - block.count)
        unsafe inner = Self.state(after: block.map { $0 ^ 0x36 } + prefix)
        unsafe outer = Self.state(after: block.map { $0 ^ 0x5C })
    }

    // Safe: nobody refers to the key any more, so nobody copies from its states.
    deinit {
        unsafe EVP_MD_CTX_free(inner)
        unsafe EVP_MD_CTX_free(outer)
    }

    // Safe: OpenSSL reads as many bytes as it is told.
    private static func state(after bytes: [UInt8]) -> OpaquePointer {
        guard let state = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("OpenSSL has no memory for a digest")
        }
        let isBegun = unsafe EVP_DigestInit_ex(state, EVP_sha256(), nil) == 1
        let isFed = unsafe EVP_DigestUpdate(state, bytes, bytes.count) == 1
        precondition(isBegun && isFed, "SHA-256 fails")
        return unsafe state
    }

    /// The code of the prefix followed by `rest`.
    // Safe: the scratch state is this call's own; OpenSSL reads as many bytes as it is told and writes 32.
    package func code(of rest: ArraySlice<UInt8>) -> Digest256 {
        guard let scratch = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("OpenSSL has no memory for a digest")
        }
        defer { unsafe EVP_MD_CTX_free(scratch) }
        let digest = unsafe Digest256 { output in
            var isDone = unsafe EVP_MD_CTX_copy_ex(scratch, inner) == 1
            unsafe rest.withUnsafeBytes { bytes in
                isDone =
                    unsafe isDone && EVP_DigestUpdate(scratch, bytes.baseAddress, bytes.count) == 1
            }
            isDone = unsafe isDone && EVP_DigestFinal_ex(scratch, output, nil) == 1
            isDone = unsafe isDone && EVP_MD_CTX_copy_ex(scratch, outer) == 1
            isDone = unsafe isDone && EVP_DigestUpdate(scratch, output, Digest256.byteCount) == 1
            isDone = unsafe isDone && EVP_DigestFinal_ex(scratch, output, nil) == 1
            precondition(isDone, "HMAC fails")
        }
        return digest
    }
}
