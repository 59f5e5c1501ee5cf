/// Ed25519 keys by name: those that verify, and the one that signs.
package struct KeySet: Sendable {
    /// The most keys of a set: a rotation needs two per signer.
    package static let countMax = 64

    /// The keys that verify, in the order of the file.
    package let verifyingKeys: [VerifyingKey]
    /// The key that signs: the first private one of the file; `nil` where all are public.
    package let signingKey: SigningKey?

    /// The set without keys: refuses every token.
    package static let empty = KeySet(verifyingKeys: [], signingKey: nil)

    private init(verifyingKeys: [VerifyingKey], signingKey: SigningKey?) {
        self.verifyingKeys = verifyingKeys
        self.signingKey = signingKey
    }

    /// A set with one key that signs and verifies.
    package init(_ key: SigningKey) {
        self.init(verifyingKeys: [key.verifyingKey], signingKey: key)
    }

    /// The keys of `pem`: blocks "PUBLIC KEY" and "PRIVATE KEY", in any order. Text between blocks is ignored.
    ///
    /// - Throws: `.malformed` where a block is not an Ed25519 key or there is none, `.tooLarge`.
    package init(pem: [UInt8]) throws(CryptoError) {
        var verifying: [VerifyingKey] = []
        var signing: SigningKey?
        for block in try PEMBlock.split(pem) {
            switch block.label {
            case "PUBLIC KEY":
                verifying.append(try VerifyingKey(pem: block.bytes))
            case "PRIVATE KEY":
                let key = try SigningKey(pem: block.bytes)
                verifying.append(key.verifyingKey)
                signing = signing ?? key
            default:
                throw CryptoError(.malformed, "a key file holds a block \"\(block.label)\"")
            }
            guard verifying.count <= Self.countMax else {
                throw CryptoError(.tooLarge, "a key file holds more than \(Self.countMax) keys")
            }
        }
        guard !verifying.isEmpty else {
            throw CryptoError(.malformed, "a key file holds no key")
        }
        self.init(verifyingKeys: verifying, signingKey: signing)
    }

    /// The key named `id`; `nil` where there is none.
    ///
    /// - Complexity: O(keys), of which there are few.
    package func verifyingKey(_ id: KeyID) -> VerifyingKey? {
        verifyingKeys.first { $0.id == id }
    }
}
