/// Bytes that only the holder of a key can have made: driver tokens, caller tokens.
///
///     offset  size  field
///          0     1  version, 1
///          1     8  name of the key
///          9     n  payload, 0 ... 2,048 bytes, opaque here
///        9+n    64  Ed25519 signature of the context below, then of all before it
///
/// Each kind of token signs a context of its own, so that a token of one kind never passes as another, even
/// where both use one key. There is no choice of algorithm in a token, hence none to attack.
package struct SignedToken: Hashable, Sendable {
    /// The most bytes of a payload.
    package static let payloadByteCountMax = 2048
    /// How much longer than its payload a token is.
    package static let overheadByteCount =
        1 + KeyID.byteCount + VerifyingKey.signatureByteCount
    /// The most bytes of a token.
    package static let byteCountMax = payloadByteCountMax + overheadByteCount

    private static let version: UInt8 = 1
    private static let payloadOffset = 1 + KeyID.byteCount

    /// The whole token, as it is sent.
    package let bytes: [UInt8]

    /// The token as it came; nothing but its size and version is checked before `payload(by:)`.
    ///
    /// - Throws: `.malformed`, `.tooLarge`.
    package init(bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count <= Self.byteCountMax else {
            throw CryptoError(.tooLarge, "a token has at most \(Self.byteCountMax) bytes")
        }
        guard bytes.count >= Self.overheadByteCount, bytes[0] == Self.version else {
            throw CryptoError(.malformed, "the bytes are not a token")
        }
        self.bytes = bytes
    }

    /// The token that `text` writes in base64url.
    ///
    /// - Throws: `.malformed`, `.tooLarge`.
    package init(text: String) throws(CryptoError) {
        guard text.utf8.count <= (Self.byteCountMax * 4 + 2) / 3 else {
            throw CryptoError(.tooLarge, "a token has at most \(Self.byteCountMax) bytes")
        }
        guard let bytes = Base64.decode(text, .url) else {
            throw CryptoError(.malformed, "the text is not base64url")
        }
        try self.init(bytes: bytes)
    }

    /// Signs `payload` for `context`, such as "driver".
    ///
    /// - Throws: `.tooLarge`.
    package init(
        payload: [UInt8],
        context: String,
        key: SigningKey
    ) throws(CryptoError) {
        guard payload.count <= Self.payloadByteCountMax else {
            throw CryptoError(
                .tooLarge,
                "a token's payload has at most \(Self.payloadByteCountMax) bytes"
            )
        }
        let unsigned = [Self.version] + key.id.bytes + payload
        bytes = unsigned + (try key.signature(for: Self.signedBytes(unsigned, context: context)))
    }

    /// The token in base64url, without filling.
    package var text: String { Base64.encode(bytes, .url) }

    /// Names the key that the token claims to be signed with.
    package var keyID: KeyID { KeyID(bytes: Array(bytes[1..<Self.payloadOffset])) }

    /// The payload, once the signature is found to be of one of `keys`.
    ///
    /// - Throws: `.unknownKey`, `.badSignature`.
    /// - Complexity: about 60 us: see `VerifiedTokenCache`.
    package func payload(context: String, keys: KeySet) throws(CryptoError) -> [UInt8] {
        guard let key = keys.verifyingKey(keyID) else {
            throw CryptoError(.unknownKey, "the token is signed with the unknown key \(keyID)")
        }
        let end = bytes.count - VerifyingKey.signatureByteCount
        let signed = Self.signedBytes(Array(bytes[..<end]), context: context)
        guard key.isValid(Array(bytes[end...]), for: signed) else {
            throw CryptoError(.badSignature, "the token's signature is not of the key \(keyID)")
        }
        return Array(bytes[Self.payloadOffset..<end])
    }

    /// What is signed: the context, which cannot hold the zero that ends it, and the token.
    private static func signedBytes(_ unsigned: [UInt8], context: String) -> [UInt8] {
        precondition(!context.utf8.contains(0), "a context holds no zero byte")
        return Array("nexors token \(context)".utf8) + [0] + unsigned
    }
}
