import Crypto
import Testing

@Suite("Digests and texts")
struct DigestTests {
    @Test(
        "SHA-256 gives the answers of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func sha256(text: String, digest: String) {
        #expect(SHA256Digest.of(Array(text.utf8)).hex == digest)
    }

    @Test(
        "HMAC gives the answers of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
    )
    func hmac(key: [UInt8], message: [UInt8], code: String) {
        #expect(MessageAuthenticationKey(key).code(of: message[...]).hex == code)
        // A prefix that was hashed before changes nothing, nor does a second code of the same key.
        for count in [0, 1, message.count] {
            let prepared = MessageAuthenticationKey(key, prefix: Array(message.prefix(count)))
            #expect(prepared.code(of: message.dropFirst(count)).hex == code)
            #expect(prepared.code(of: message.dropFirst(count)).hex == code)
        }
    }

    @Test(
        "base64 gives the answers of RFC 4648 section 10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
    )
    func base64(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
        let unfilled = String(text.prefix { $0 != "=" })
        #expect(Base64.encode(Array(plain.utf8), .url) == unfilled)
        #expect(Base64.decode(unfilled, .url) == Array(plain.utf8))
    }

    @Test("all byte values pass through both alphabets and hex")
    func everyByte() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        #expect(Base64.decode(Base64.encode(bytes, .url), .url) == bytes)
        #expect(Base64.encode([0xFB, 0xFF], .url) == "-_8")
        #expect(Base64.encode([0xFB, 0xFF]) == "+/8=")
        #expect(Hex.decode(Hex.encode(bytes)) == bytes)
    }

    @Test(
        "a text that is not the canonical one is refused",
        arguments: [
            "Zg", "Zg=", "Zh==", "Zm9=", "Z", "Zm8==", "====", "Zm 9", "Zm9v\n", "Zg==Zg==", "Zm9-",
            "=", "Zm=v",
        ]
    )
    func notCanonical(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test(
        "a url text is refused with filling, foreign signs, or bits left over",
        arguments: ["Zg==", "Zh", "Zm9", "Z", "Zm+v", "é"]
    )
    func notCanonicalURL(text: String) {
        #expect(Base64.decode(text, .url) == nil)
    }

    @Test("what is not pairs of digits is refused", arguments: ["0", "0g", "0x", " 0", "é"])
    func notHex(text: String) {
        #expect(Hex.decode(text) == nil)
    }

    @Test("equality in constant time tells equal from different lengths, first and last bytes")
    func constantTime() {
        #expect(ConstantTime.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!ConstantTime.areEqual([0, 2, 3], [1, 2, 3]))
        #expect(!ConstantTime.areEqual([1, 2, 3], [1, 2]))
        #expect(ConstantTime.areEqual([], []))
        #expect(ConstantTime.areEqual("key", "key"))
        #expect(!ConstantTime.areEqual("key", "kez"))
        let digest = SHA256Digest.of([1])
        #expect(Digest256(digest.bytes) == digest)
        #expect(SHA256Digest.of([2]) != digest)
        #expect(Digest256([UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test("random bytes differ, and all of them are filled")
    func random() {
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
        #expect(SecureRandom.bytes(0).isEmpty)
        // The chance that one of the 64 stays zero in all of 100 draws is 64 / 256^100.
        var union = [UInt8](repeating: 0, count: 64)
        for _ in 0..<100 {
            for (index, byte) in SecureRandom.bytes(64).enumerated() { union[index] |= byte }
        }
        #expect(!union.contains(0))
        var generator = SecureRandom()
        #expect(generator.next() != generator.next())
    }
}
