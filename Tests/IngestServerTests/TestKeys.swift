import Crypto

/// Keys of tests, in files as programs have them.
enum TestKeys {
    /// Writes a new private key.
    static func write(to path: String) throws {
        try SecretFile.write(SigningKey.generate().pem(), to: path)
    }

    /// The keys of a file.
    static func set(at path: String) throws -> SigningKeySet {
        try SigningKeySet(path: path)
    }
}
