import Crypto
import Foundation
import TestSupport
import Testing

@Suite("Signed tokens")
struct TokenTests {
    let key: SigningKey
    let keys: KeySet

    init() throws {
        key = try SigningKey.generate()
        keys = KeySet(key)
    }

    @Test("a token gives its payload back, from bytes and from text", arguments: [0, 1, 100, 2048])
    func roundTrip(count: Int) throws {
        let payload = [UInt8](repeating: 7, count: count)
        let token = try SignedToken(payload: payload, context: "driver", key: key)
        #expect(token.bytes.count == count + SignedToken.overheadByteCount)
        #expect(token.keyID == key.id)
        #expect(try SignedToken(text: token.text).payload(context: "driver", keys: keys) == payload)
        #expect(
            try SignedToken(bytes: token.bytes).payload(context: "driver", keys: keys) == payload
        )
    }

    @Test("a payload or token above the limit is refused")
    func limits() throws {
        let large = [UInt8](repeating: 0, count: SignedToken.payloadByteCountMax + 1)
        #expect(
            code { _ = try SignedToken(payload: large, context: "driver", key: key) } == .tooLarge
        )
        let bytes = [UInt8](repeating: 1, count: SignedToken.byteCountMax + 1)
        #expect(code { _ = try SignedToken(bytes: bytes) } == .tooLarge)
        #expect(
            code { _ = try SignedToken(text: String(repeating: "A", count: 10_000)) } == .tooLarge
        )
    }

    @Test("10,000 mutated tokens are refused")
    func mutations() throws {
        let seed: UInt64 = 11
        var generator = SeededGenerator(seed: seed)
        let token = try SignedToken(
            payload: (0..<60).map { UInt8($0) },
            context: "driver",
            key: key
        )
        var accepted = 0
        for round in 0..<10_000 {
            var bytes = token.bytes
            switch round % 5 {
            case 0:
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes.remove(at: Int.random(in: 0..<bytes.count, using: &generator))
            case 2:
                bytes.insert(
                    UInt8.random(in: 0...255, using: &generator),
                    at: Int.random(in: 0...bytes.count, using: &generator)
                )
            case 3: bytes = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &generator)))
            default:
                bytes.swapAt(
                    Int.random(in: 0..<bytes.count, using: &generator),
                    Int.random(in: 0..<bytes.count, using: &generator)
                )
            }
            guard bytes != token.bytes else { continue }
            if let mutated = try? SignedToken(bytes: bytes),
                (try? mutated.payload(context: "driver", keys: keys)) != nil
            {
                accepted += 1
            }
        }
        #expect(accepted == 0, "seed \(seed)")
    }

    @Test("every changed sign of the text is refused")
    func textMutations() throws {
        let token = try SignedToken(payload: [1, 2], context: "driver", key: key)
        let signs = Array(token.text.utf8)
        for position in signs.indices {
            var changed = signs
            changed[position] =
                changed[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            let text = String(decoding: changed, as: UTF8.self)
            #expect((try? SignedToken(text: text).payload(context: "driver", keys: keys)) == nil)
        }
    }

    @Test("a token of another context, another key, or another version is refused by name")
    func refusals() throws {
        let token = try SignedToken(payload: [1], context: "driver", key: key)
        #expect(code { _ = try token.payload(context: "caller", keys: keys) } == .badSignature)
        let others = KeySet(try SigningKey.generate())
        #expect(code { _ = try token.payload(context: "driver", keys: others) } == .unknownKey)
        #expect(code { _ = try token.payload(context: "driver", keys: .empty) } == .unknownKey)
        var bytes = token.bytes
        bytes[0] = 2
        #expect(code { _ = try SignedToken(bytes: bytes) } == .malformed)
        #expect(code { _ = try SignedToken(bytes: []) } == .malformed)
        #expect(code { _ = try SignedToken(text: token.text + "=") } == .malformed)
    }

    @Test("keys are read from a file, and again when it changes; a bad file leaves the old keys")
    func keyFile() throws {
        let folder = try TemporaryDirectory()
        let path = folder.path(of: "keys.pem")
        let next = try SigningKey.generate()
        try SecretFile.write(key.pem(), to: path)
        let set = try SigningKeySet(path: path)
        #expect(set.current.keys.signingKey?.id == key.id)
        #expect(try !set.reloadIfChanged())
        try SecretFile.write(next.pem() + key.verifyingKey.pem(), to: path)
        #expect(try set.reloadIfChanged())
        #expect(set.current.keys.signingKey?.id == next.id)
        #expect(set.current.keys.verifyingKeys.map(\.id) == [next.id, key.id])
        #expect(set.current.generation == 2)
        try SecretFile.write(Array("-----BEGIN PUBLIC KEY-----\nAAAA\n".utf8), to: path)
        let error = #expect(throws: CryptoError.self) { try set.reloadIfChanged() }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains(path) == true)
        #expect(set.current.keys.signingKey?.id == next.id)
        #expect(code { _ = try SigningKeySet(path: folder.path(of: "none.pem")) } == .file)
    }

    @Test(
        "a key file without keys, with a foreign block, or with a torn block is refused",
        arguments: [
            "", "hello", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n",
            "-----END PUBLIC KEY-----\n", "-----BEGIN PUBLIC KEY-----\n-----END PRIVATE KEY-----\n",
            "-----BEGIN -----\n-----END -----\n", "-----BEGIN-----",
            "-----BEGIN PUBLIC KEY-----\n-----BEGIN PUBLIC KEY-----\n",
        ]
    )
    func badKeyFiles(text: String) {
        #expect(code { _ = try KeySet(pem: Array(text.utf8)) } == .malformed)
    }

    @Test("the cache verifies once, holds no more than its capacity, and forgets with the keys")
    func cache() throws {
        var cache = VerifiedTokenCache(context: "driver", capacity: 10)
        let tokens = try (0..<30).map {
            try SignedToken(payload: [UInt8($0)], context: "driver", key: key)
        }
        for _ in 0..<3 { #expect(try cache.payload(of: tokens[0], current: (keys, 1)) == [0]) }
        #expect(cache.missCount == 1)
        #expect(cache.hitCount == 2)
        for token in tokens {
            // The first stays in use, so it is never pushed out.
            _ = try cache.payload(of: tokens[0], current: (keys, 1))
            _ = try cache.payload(of: token, current: (keys, 1))
            #expect(cache.count <= 10)
        }
        #expect(cache.missCount == 30)
        #expect(code { _ = try cache.payload(of: tokens[0], current: (.empty, 2)) } == .unknownKey)
        #expect(cache.count == 0)
        let stranger = try SignedToken(payload: [1], context: "driver", key: SigningKey.generate())
        #expect(code { _ = try cache.payload(of: stranger, current: (keys, 3)) } == .unknownKey)
        #expect(cache.count == 0)
    }
}

/// The code of the error that `body` throws; `nil` where it throws none.
func code(_ body: () throws -> Void) -> CryptoError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? CryptoError)?.code
    }
}
