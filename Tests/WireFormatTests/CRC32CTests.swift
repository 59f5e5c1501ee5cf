import TestSupport
import Testing

@testable import WireFormat

@Suite("CRC32C")
struct CRC32CTests {
    @Test("the published check values come out, portable and by instruction")
    func checkValues() {
        // "123456789"; RFC 3720 B.4: 32 bytes of zeros, of ones, ascending, descending.
        let table: [([UInt8], UInt32)] = [
            ([], 0),
            (Array("123456789".utf8), 0xE306_9283),
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ([UInt8](0..<32), 0x46DD_794E),
            ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
        ]
        for (bytes, expected) in table {
            #expect(CRC32C.portable(bytes.span.bytes, continuing: 0) == expected)
            #expect(CRC32C.checksum(of: bytes.span.bytes) == expected)
            if CRC32C.hasInstruction {
                #expect(CRC32C.byInstruction(bytes.span.bytes, continuing: 0) == expected)
            }
        }
    }

    @Test("both ways agree on random bytes of every length, and in two parts")
    func agreement() {
        var generator = SeededGenerator(seed: 9)
        for length in 0..<300 {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let whole = CRC32C.portable(bytes.span.bytes, continuing: 0)
            #expect(CRC32C.checksum(of: bytes.span.bytes) == whole)
            let cut = Int.random(in: 0...length, using: &generator)
            let first = CRC32C.checksum(of: bytes.span.bytes.extracting(0..<cut))
            let both = CRC32C.checksum(
                of: bytes.span.bytes.extracting(cut..<length),
                continuing: first
            )
            #expect(both == whole)
            let portableFirst = CRC32C.portable(
                bytes.span.bytes.extracting(0..<cut),
                continuing: 0
            )
            #expect(portableFirst == first)
        }
    }
}
