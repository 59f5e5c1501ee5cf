import TestSupport
import Testing
import WireFormat

@Suite("OutputBuffer")
struct OutputBufferTests {
    @Test("integers are little-endian, 128-bit ids most significant byte first")
    func layout() {
        var buffer = OutputBuffer()
        buffer.append(UInt16(0x0102))
        buffer.append(UInt32(0x0304_0506))
        buffer.append(bigEndian128: 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF)
        buffer.append(utf8: "hé")
        buffer.overwrite(at: 0, with: UInt16(0xAABB))
        #expect(
            buffer.array() == [0xBB, 0xAA, 6, 5, 4, 3]
                + (0..<16).map { UInt8($0 * 0x11) } + [0x68, 0xC3, 0xA9]
        )
    }

    @Test("behaves as an array under random appends, takes and truncations", arguments: 0..<20)
    func model(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        var buffer = OutputBuffer()
        var model: [UInt8] = []
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<5, using: &generator) {
            case 0, 1:
                let count = Int.random(in: 0..<600, using: &generator)
                let byte = UInt8.random(in: 0...255, using: &generator)
                let bytes = [UInt8](repeating: byte, count: count)
                buffer.append(bytes.span.bytes)
                model += bytes
            case 2:
                buffer.append(UInt8(7))
                model.append(7)
            case 3:
                let count = Int.random(in: 0...buffer.byteCount, using: &generator)
                buffer.removeFirst(count)
                model.removeFirst(count)
            default:
                let count = Int.random(
                    in: buffer.byteCount / 2...buffer.byteCount,
                    using: &generator
                )
                buffer.truncate(to: count)
                model.removeLast(model.count - count)
            }
            #expect(buffer.byteCount == model.count)
        }
        #expect(buffer.array() == model)
        #expect(buffer.withBytes { $0.byteCount } == model.count)
    }
}
