import Model
import TestSupport
import Testing

@Suite("Fingerprint")
struct FingerprintTests {
    @Test("the published values of FNV-1a come out")
    func published() {
        #expect(Self.bits("") == 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
        #expect(Self.bits("a") == 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964)
        #expect(Self.bits("foobar") == 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18)
    }

    @Test("parts added one after the other are the whole")
    func parts() {
        var parts = Fingerprint()
        parts.add("foo".utf8)
        parts.add("bar".utf8)
        #expect(parts.bits == Self.bits("foobar"))
    }

    @Test("a number is eight bytes, least significant first")
    func number() {
        var number = Fingerprint()
        number.add(0x0102)
        var bytes = Fingerprint()
        bytes.add([2, 1, 0, 0, 0, 0, 0, 0])
        #expect(number == bytes)
    }

    @Test("any one bit flipped gives another fingerprint")
    func flips() {
        var generator = SeededGenerator(seed: 6)
        let bytes = (0..<64).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
        var seen: Set<UInt128> = []
        for bit in 0..<512 {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            var fingerprint = Fingerprint()
            fingerprint.add(flipped)
            seen.insert(fingerprint.bits)
        }
        #expect(seen.count == 512)
    }

    @Test("the bytes are most significant first")
    func bytes() {
        #expect(Fingerprint().bytes.prefix(4) == [0x6c, 0x62, 0x27, 0x2e])
        #expect(Fingerprint().bytes.count == 16)
    }

    private static func bits(_ text: String) -> UInt128 {
        var fingerprint = Fingerprint()
        fingerprint.add(text.utf8)
        return fingerprint.bits
    }
}
