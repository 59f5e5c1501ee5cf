import TestSupport
import Testing

@testable import WireFormat

@Suite("Frame vectors")
struct FrameVectorTests {
    @Test("accepted frames decode to their fields", arguments: Vectors.all.frames.accepted)
    func decodes(vector: Vectors.Accepted) throws {
        let frame = try DecodedFrame(vector.bytes)
        let expected = vector.fields
        if expected["type"] == "skipped" {
            #expect(frame.fields["type"] == "skipped")
            return
        }
        #expect(frame.fields == expected)
    }

    @Test(
        "accepted frames are written again byte for byte",
        arguments: Vectors.all.frames.accepted.filter { $0.reencodes != false }
    )
    func encodes(vector: Vectors.Accepted) throws {
        #expect(Hex.encode(try DecodedFrame(vector.bytes).encoded) == vector.hex)
    }

    @Test("refused frames name the exact error", arguments: Vectors.all.frames.refused)
    func refuses(vector: Vectors.Refused) {
        do throws(WireError) {
            let frame = try DecodedFrame(vector.bytes)
            Issue.record("accepted as \(frame.fields)")
        } catch {
            #expect(error.name == vector.error)
        }
    }

    @Test("every truncation and every single flipped bit of an accepted frame is refused")
    func damage() {
        for vector in Vectors.all.frames.accepted {
            let bytes = vector.bytes
            for count in 0..<bytes.count {
                #expect(throws: WireError.truncated) { try DecodedFrame(Array(bytes[..<count])) }
            }
            for bit in 0..<(bytes.count * 8) {
                var damaged = bytes
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(throws: WireError.self, "\(vector.name), bit \(bit)") {
                    try DecodedFrame(damaged)
                }
            }
        }
    }

    @Test(
        "accepted prefaces decode and are written again",
        arguments: Vectors.all.prefaces.accepted
    )
    func prefaces(vector: Vectors.Accepted) throws {
        let preface = try Preface(decoding: vector.bytes.span.bytes)
        #expect(
            vector.fields == [
                "lowest": String(preface.lowestVersion), "highest": String(preface.highestVersion),
            ]
        )
        var output = OutputBuffer()
        preface.encode(into: &output)
        #expect(output.array() == vector.bytes)
    }

    @Test("refused prefaces name the exact error", arguments: Vectors.all.prefaces.refused)
    func refusedPrefaces(vector: Vectors.Refused) {
        do throws(WireError) {
            _ = try Preface(decoding: vector.bytes.span.bytes)
            Issue.record("accepted")
        } catch {
            #expect(error.name == vector.error)
        }
    }

    @Test("a changed byte with a corrected checksum re-encodes identically or is refused")
    func canonical() throws {
        let vectors = Vectors.all.frames.accepted.map(\.bytes)
        try forAll(seed: 31, count: 20_000) { generator in
            var bytes = vectors.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 4..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0...255, using: &generator)
            }
            fixChecksum(&bytes)
            guard let frame = try? DecodedFrame(bytes), frame.fields["type"] != "skipped" else {
                return
            }
            // Unknown fields and unknown numbers are read but not written again.
            guard frame.encoded.count == bytes.count else { return }
            let again = try DecodedFrame(frame.encoded)
            try hold(again.fields == frame.fields, "\(Hex.encode(bytes)): \(frame.fields)")
        }
    }
}

/// Puts the right checksum into the only frame in `bytes`.
func fixChecksum(_ bytes: inout [UInt8]) {
    guard bytes.count >= FrameHeader.byteCount else { return }
    let checksum = CRC32C.checksum(
        ofHeader: bytes.span.bytes.extracting(0..<12),
        payload: bytes.span.bytes.extracting(16..<bytes.count)
    )
    for index in 0..<4 {
        bytes[12 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index)))
    }
}
