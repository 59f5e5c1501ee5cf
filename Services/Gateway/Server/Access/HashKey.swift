package import Crypto

/// The server's secret over which the secrets of API keys are hashed, and cursors signed.
///
/// A stolen database without it is worth nothing: not even a guessed key can be tested against a hash.
package struct HashKey: Sendable, CustomStringConvertible {
    /// The least length, bytes.
    package static let byteCountMin = 32

    private let bytes: [UInt8]

    package var description: String { "<hash key>" }

    /// A key of these bytes.
    ///
    /// - Throws: `.malformed` for fewer than `byteCountMin`.
    package init(_ bytes: [UInt8]) throws(CryptoError) {
        guard bytes.count >= Self.byteCountMin else {
            throw CryptoError(.malformed, "the hash key has fewer than \(Self.byteCountMin) bytes")
        }
        self.bytes = bytes
    }

    /// What is stored of an API key's secret.
    package func hash(ofSecret secret: String) -> Digest256 {
        MessageAuthentication.code(of: Array("api-key:".utf8) + Array(secret.utf8), key: bytes)
    }

    /// The first 16 bytes of the code of a cursor's content.
    package func signature(ofCursor content: [UInt8]) -> [UInt8] {
        let code = MessageAuthentication.code(of: Array("cursor:".utf8) + content, key: bytes)
        return Array(code.bytes.prefix(16))
    }
}
