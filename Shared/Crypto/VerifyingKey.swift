internal import COpenSSL

/// Names an Ed25519 key: the first 8 bytes of the SHA-256 digest of its 32 public bytes.
///
/// Derived, not given: two parties with the same key agree on its name, and no name can be mistaken.
package struct KeyID: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a key's name has.
    package static let byteCount = 8

    /// The eight bytes.
    package let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var description: String { Hex.encode(bytes) }
}

/// The public half of an Ed25519 key (RFC 8032): verifies.
package struct VerifyingKey: Sendable {
    /// How many bytes a raw public key has.
    package static let byteCount = 32
    /// How many bytes a signature has.
    package static let signatureByteCount = 64

    /// Names the key.
    package let id: KeyID
    /// The 32 public bytes.
    package let bytes: [UInt8]
    let key: LibraryKey

    /// The key with these 32 bytes.
    ///
    /// - Throws: `.malformed`.
    package init(bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == Self.byteCount else {
            throw CryptoError(
                .malformed,
                "a raw Ed25519 public key has 32 bytes, not \(bytes.count)"
            )
        }
        // Safe: OpenSSL reads as many bytes as it is told.
        let pointer = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        unsafe try self.init(LibraryKey(unsafe pointer, "use a raw Ed25519 public key"))
    }

    /// The key in a "PUBLIC KEY" block.
    ///
    /// - Throws: `.malformed`.
    // Safe: the key that OpenSSL reads belongs to the object made of it.
    package init(pem: [UInt8]) throws(CryptoError) {
        let pointer = unsafe LibraryText.parse(pem) {
            unsafe PEM_read_bio_PUBKEY($0, nil, nil, nil)
        }
        unsafe try self.init(LibraryKey(unsafe pointer ?? nil, "read a public key"))
    }

    /// - Throws: `.malformed` where it is not an Ed25519 key.
    init(_ key: LibraryKey) throws(CryptoError) {
        var raw = [UInt8](repeating: 0, count: Self.byteCount)
        var count = raw.count
        // Safe: OpenSSL writes at most `count` bytes.
        guard unsafe EVP_PKEY_get_id(key.pointer) == EVP_PKEY_ED25519,
            unsafe EVP_PKEY_get_raw_public_key(key.pointer, &raw, &count) == 1,
            count == Self.byteCount
        else { throw CryptoError(.malformed, "the key is not an Ed25519 key") }
        self.key = key
        bytes = raw
        id = KeyID(bytes: Array(SHA256Digest.of(raw).bytes.prefix(KeyID.byteCount)))
    }

    /// The key as a "PUBLIC KEY" block.
    package func pem() throws(CryptoError) -> [UInt8] {
        // Safe: the key outlives the call.
        unsafe try LibraryText.collect("write a public key") { file in
            unsafe PEM_write_bio_PUBKEY(file, key.pointer)
        }
    }

    /// Whether `signature` is this key's for `message`.
    ///
    /// - Complexity: about 60 us.
    // Safe: OpenSSL reads as many bytes as it is told; the context lives until the end.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == Self.signatureByteCount, let context = unsafe EVP_MD_CTX_new()
        else {
            return false
        }
        defer {
            unsafe EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key.pointer) == 1 else {
            return false
        }
        return unsafe EVP_DigestVerify(
            context,
            signature,
            signature.count,
            message,
            message.count
        ) == 1
    }
}
