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
    /// - Complexity: O(1): a key has one length.
    package init?(_ text: String) {
        guard let parts = Parts(Array(text.utf8)[...]) else { return nil }
        self.init(
            environment: parts.environment,
            id: parts.id,
            secret: String(decoding: parts.secret, as: UTF8.self)
        )
    }

    /// A key's parts where they stand in a header: nothing is copied, since every request reads one.
    ///
    /// By bytes and not by `split`: over any kind of text that was 15 % of an authenticated request.
    package struct Parts {
        /// Where the key belongs.
        package let environment: Environment
        /// The key's row.
        package let id: KeyID
        /// The secret's 43 characters.
        package let secret: ArraySlice<UInt8>

        /// Reads a key; as `APIKeyText.init`.
        package init?(_ units: ArraySlice<UInt8>) {
            // `nx_live_` and `nx_test_` are equally long.
            let idStart = units.startIndex + 8
            guard
                units.count == 8 + KeyID.digitCount + 1 + APIKeyText.secretCharacterCount,
                let environment = Self.environment(units[..<idStart]),
                let id = KeyID(digits: units[idStart..<idStart + KeyID.digitCount]),
                units[idStart + KeyID.digitCount] == UInt8(ascii: "_")
            else { return nil }
            let secret = units[(idStart + KeyID.digitCount + 1)...]
            guard secret.allSatisfy(APIKeyText.isSecretCharacter) else { return nil }
            self.environment = environment
            self.id = id
            self.secret = secret
        }

        private static func environment(_ prefix: ArraySlice<UInt8>) -> Environment? {
            if prefix.elementsEqual("nx_test_".utf8) { return .test }
            if prefix.elementsEqual("nx_live_".utf8) { return .live }
            return nil
        }
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
