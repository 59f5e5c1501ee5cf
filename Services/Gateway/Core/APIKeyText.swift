package import Model

/// The printed form of an API key, as a partner holds it: `nx_test_<26 characters>_<43 characters>`.
///
/// The first part says what it is and where it belongs, so that a key found in a log or a repository can be
/// recognised and revoked; the second names the key's row; the third is the secret, 256 random bits in
/// base64url. Only a keyed hash of the secret is stored (`reference`: RFC 4648 section 5 for the alphabet).
package struct APIKeyText: Sendable {
    /// Which deployment a key belongs to; a test key never opens production.
    package enum Environment: String, Sendable {
        case live
        case test
    }

    /// Characters of the secret: 256 bits, 6 to a character, without padding.
    package static let secretCharacterCount = 43
    /// No key is longer; anything longer is refused before it is looked at.
    package static let characterCountMax = 96

    /// Where the key belongs.
    package let environment: Environment
    /// The key's row.
    package let id: KeyID
    /// The secret's 43 characters; hash it, never store or print it.
    package let secret: String

    /// A key of these parts.
    package init(environment: Environment, id: KeyID, secret: String) {
        self.environment = environment
        self.id = id
        self.secret = secret
    }

    /// Reads a key as it comes in a header.
    ///
    /// - Returns: `nil` for anything but the exact form; the caller answers 401 and says nothing of why.
    /// - Complexity: O(1), bounded by `characterCountMax`.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.characterCountMax else { return nil }
        // The secret's alphabet has an underscore of its own, so only the first three separate.
        let parts = text.split(separator: "_", maxSplits: 3, omittingEmptySubsequences: false)
        guard
            parts.count == 4, parts[0] == "nx",
            let environment = Environment(rawValue: String(parts[1])),
            let id = KeyID("key_\(parts[2])"),
            parts[3].utf8.count == Self.secretCharacterCount,
            parts[3].utf8.allSatisfy(Self.isSecretCharacter)
        else { return nil }
        self.init(environment: environment, id: id, secret: String(parts[3]))
    }

    private static func isSecretCharacter(_ unit: UInt8) -> Bool {
        switch unit {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    /// The whole key, to be shown once.
    package var text: String {
        // The row's printed form is `key_...`; the key's own prefix stands for it.
        "nx_\(environment.rawValue)_\(id.description.dropFirst(4))_\(secret)"
    }
}
