package import Crypto

/// The server's secret over which the secrets of API keys are hashed, and cursors signed.
///
/// A stolen database without it is worth nothing: not even a guessed key can be tested against a hash.
package struct HashKey: Sendable, CustomStringConvertible {
    /// The least length, bytes.
    package static let byteCountMin = 32

    private let secrets: MessageAuthenticationKey
    private let cursors: MessageAuthenticationKey

    package var description: String { "<hash key>" }

    /// A key of these bytes.
    ///
    /// - Throws: `.malformed` for fewer than `byteCountMin`.
    package init(_ bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count >= Self.byteCountMin else {
            throw CryptoError(.malformed, "the hash key has fewer than \(Self.byteCountMin) bytes")
        }
        secrets = MessageAuthenticationKey(bytes, prefix: Array("api-key:".utf8))
        cursors = MessageAuthenticationKey(bytes, prefix: Array("cursor:".utf8))
    }

    /// What is stored of an API key's secret, which is ASCII.
    package func hash(ofSecret secret: ArraySlice<UInt8>) -> Digest256 {
        secrets.code(of: secret)
    }

    /// What is stored of an API key's secret.
    package func hash(ofSecret secret: String) -> Digest256 {
        secrets.code(of: Array(secret.utf8)[...])
    }

    /// The first 16 bytes of the code of a cursor's content.
    package func signature(ofCursor content: [UInt8]) -> [UInt8] {
        Array(cursors.code(of: content[...]).bytes.prefix(16))
    }
}
