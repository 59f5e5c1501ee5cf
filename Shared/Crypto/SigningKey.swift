internal import COpenSSL

/// An Ed25519 key (RFC 8032): signs. Prints as its name only.
package struct SigningKey: Sendable, CustomStringConvertible {
    /// How many bytes a raw private key has.
    package static let byteCount = 32

    /// The public half.
    package let verifyingKey: VerifyingKey
    private let key: LibraryKey

    /// Names the key.
    package var id: KeyID { verifyingKey.id }

    package var description: String { "signing key \(id)" }

    /// A new key.
    // Safe: the key that OpenSSL makes belongs to the object made of it.
    package static func generate() throws(CryptoError) -> SigningKey {
        unsafe try SigningKey(LibraryKey(unsafe copenssl_new_ed25519_key(), "make an Ed25519 key"))
    }

    /// The key with these 32 private bytes.
    ///
    /// - Throws: `.malformed`.
    package init(bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count == Self.byteCount else {
            throw CryptoError(
                .malformed,
                "a raw Ed25519 private key has 32 bytes, not \(bytes.count)"
            )
        }
        // Safe: OpenSSL reads as many bytes as it is told.
        let pointer = unsafe EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
        unsafe try self.init(LibraryKey(unsafe pointer, "use a raw Ed25519 private key"))
    }

    /// The key in an unencrypted "PRIVATE KEY" block.
    ///
    /// - Throws: `.malformed`.
    // Safe: the key that OpenSSL reads belongs to the object made of it.
    package init(pem: [UInt8]) throws(CryptoError) {
        // An encrypted block fails: the callback gives no pass phrase, where OpenSSL would ask the terminal.
        let pointer = unsafe LibraryText.parse(pem) { file in
            unsafe PEM_read_bio_PrivateKey(file, nil, { _, _, _, _ in -1 }, nil)
        }
        unsafe try self.init(LibraryKey(unsafe pointer ?? nil, "read a private key"))
    }

    private init(_ key: LibraryKey) throws(CryptoError) {
        self.key = key
        verifyingKey = try VerifyingKey(key)
    }

    /// The key as an unencrypted "PRIVATE KEY" block: for `SecretFile.write` only.
    package func pem() throws(CryptoError) -> [UInt8] {
        // Safe: the key outlives the call.
        unsafe try LibraryText.collect("write a private key") { file in
            unsafe PEM_write_bio_PrivateKey(file, key.pointer, nil, nil, 0, nil, nil)
        }
    }

    /// The signature of `message`, 64 bytes, the same each time.
    // Safe: OpenSSL reads as many bytes as it is told and writes at most `count`.
    package func signature(for message: [UInt8]) throws(CryptoError) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else { throw CryptoError.library("sign") }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: VerifyingKey.signatureByteCount)
        var count = signature.count
        guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key.pointer) == 1,
            unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1,
            count == signature.count
        else { throw CryptoError.library("sign") }
        return signature
    }
}
