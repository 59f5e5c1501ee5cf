import TestSupport
import Testing
import WireFormat

@Suite("LocationBatch")
struct LocationBatchTests {
    /// The DATA payload of PROTOCOL.md's golden vectors: two records.
    static let golden = bytes(
        """
        02002000 00000000 00884470 9e010000
        01000000 0000005a 07000000 00000000 406bc31e 7929edff d2040e6a 2a000200
        02000000 0000005a 09000000 06ffffff 6002c01e e029ecff 00000000 41000100
        """
    )

    static let first = LocationRecord(
        driverReference: 0x5A00_0000_0000_0001,
        sequence: 7,
        offsetMilliseconds: 0,
        latitudeE7: 516_123_456,
        longitudeE7: -1_234_567,
        speedCentimetersPerSecond: 1234,
        headingHundredthsOfDegree: 27_150,
        accuracyDecimeters: 42,
        status: 2
    )

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    /// The error of decoding the head and every record; `nil` where all is accepted.
    static func refusal(_ bytes: [UInt8]) -> WireError? {
        do throws(WireError) {
            let span = bytes.span.bytes
            let batch = try LocationBatch(decoding: span)
            for index in 0..<batch.count {
                _ = try batch.record(at: index, in: span)
            }
            return nil
        } catch {
            return error
        }
    }

    @Test("the golden vector decodes to the documented values")
    func golden() throws {
        let span = Self.golden.span.bytes
        let batch = try LocationBatch(decoding: span)
        #expect(batch.count == 2)
        #expect(batch.recordByteCount == 32)
        #expect(batch.baseTimeMilliseconds == 1_780_000_000_000)
        let first = try batch.record(at: 0, in: span)
        #expect(first == Self.first)
        let second = try batch.record(at: 1, in: span)
        #expect(second.offsetMilliseconds == -250)
        #expect(batch.microseconds(of: second) == 1_779_999_999_750_000)
    }

    @Test("encoding the golden values gives the golden bytes")
    func goldenEncoding() throws {
        let span = Self.golden.span.bytes
        let batch = try LocationBatch(decoding: span)
        var buffer = OutputBuffer()
        var writer = try LocationBatchWriter(
            to: &buffer,
            baseTimeMilliseconds: batch.baseTimeMilliseconds
        )
        for index in 0..<batch.count {
            try writer.append(try batch.record(at: index, in: span), to: &buffer)
        }
        writer.finish(&buffer)
        #expect(buffer.array() == Self.golden)
    }

    @Test("every truncation is refused", arguments: 0..<80)
    func truncation(byteCount: Int) {
        #expect(Self.refusal(Array(Self.golden.prefix(byteCount))) == .truncated)
    }

    @Test("a trailing byte is refused")
    func trailing() {
        #expect(Self.refusal(Self.golden + [0]) == .trailingByte)
    }

    @Test("a count larger than the bytes is refused")
    func countLies() {
        var lie = Self.golden
        lie[0] = 3
        #expect(Self.refusal(lie) == .truncated)
        lie[0] = 0xFF
        lie[1] = 0xFF
        #expect(Self.refusal(lie) == .truncated)
        lie[0] = 1
        lie[1] = 0
        #expect(Self.refusal(lie) == .trailingByte)
    }

    @Test("an empty batch is accepted")
    func empty() {
        #expect(Self.refusal([0, 0] + Self.golden[2..<16]) == nil)
    }

    @Test("a newer peer's longer records are read by their known part, shorter ones refused")
    func recordSize() throws {
        var longer = Array(Self.golden.prefix(16))
        longer[2] = 40
        for index in 0..<2 {
            let start = 16 + 32 * index
            longer += Self.golden[start..<(start + 32)] + [UInt8](repeating: 0xAB, count: 8)
        }
        let span = longer.span.bytes
        let batch = try LocationBatch(decoding: span)
        let first = try batch.record(at: 0, in: span)
        #expect(first == Self.first)
        let second = try batch.record(at: 1, in: span)
        #expect(second.sequence == 9)

        var shorter = Self.golden
        shorter[2] = 31
        #expect(Self.refusal(shorter) == .outOfRange("recordSize"))
    }

    @Test("reserved bits are refused", arguments: [4, 7, 47, 79])
    func reserved(offset: Int) {
        var bytes = Self.golden
        bytes[offset] = 1
        #expect(Self.refusal(bytes) == .reservedNotZero)
    }

    @Test(
        "base times from 1970 to 9999 are accepted, one more either way is refused",
        arguments: [
            (0, true), (-1, false), (253_402_300_799_999, true), (253_402_300_800_000, false),
        ]
    )
    func baseTime(milliseconds: Int64, accepted: Bool) {
        var bytes = Self.golden
        for index in 0..<8 {
            bytes[8 + index] = UInt8(truncatingIfNeeded: milliseconds >> Int64(8 * index))
        }
        #expect(Self.refusal(bytes) == (accepted ? nil : .outOfRange("baseTimeMilliseconds")))
        var buffer = OutputBuffer()
        let writer = try? LocationBatchWriter(to: &buffer, baseTimeMilliseconds: milliseconds)
        #expect((writer != nil) == accepted)
    }

    @Test(
        "coordinates and headings are accepted up to their limits",
        arguments: [
            (900_000_000, 1_800_000_000, 35_999, nil), (-900_000_000, -1_800_000_000, 0, nil),
            (0, 0, 65_535, nil),
            (900_000_001, 0, 0, "latitudeE7"), (-900_000_001, 0, 0, "latitudeE7"),
            (Int32.max, 0, 0, "latitudeE7"), (Int32.min, 0, 0, "latitudeE7"),
            (0, 1_800_000_001, 0, "longitudeE7"), (0, -1_800_000_001, 0, "longitudeE7"),
            (0, Int32.max, 0, "longitudeE7"), (0, Int32.min, 0, "longitudeE7"),
            (0, 0, 36_000, "headingHundredthsOfDegree"),
            (0, 0, 65_534, "headingHundredthsOfDegree"),
        ] as [(Int32, Int32, UInt16, String?)]
    )
    func ranges(latitude: Int32, longitude: Int32, heading: UInt16, field: String?) {
        var bytes = Self.golden
        for index in 0..<4 {
            bytes[32 + index] = UInt8(truncatingIfNeeded: latitude >> Int32(8 * index))
            bytes[36 + index] = UInt8(truncatingIfNeeded: longitude >> Int32(8 * index))
        }
        bytes[42] = UInt8(truncatingIfNeeded: heading)
        bytes[43] = UInt8(truncatingIfNeeded: heading >> 8)
        let expected = field.map { WireError.outOfRange($0) }
        #expect(Self.refusal(bytes) == expected)

        var record = Self.first
        record.latitudeE7 = latitude
        record.longitudeE7 = longitude
        record.headingHundredthsOfDegree = heading
        var buffer = OutputBuffer()
        do throws(WireError) {
            try record.encode(to: &buffer)
            #expect(expected == nil)
        } catch {
            #expect(error == expected)
            let isEmpty = buffer.isEmpty
            #expect(isEmpty)
        }
    }

    @Test("a batch takes 2047 records, which fill a payload, and refuses one more")
    func countLimit() throws {
        var buffer = OutputBuffer()
        var writer = try LocationBatchWriter(to: &buffer, baseTimeMilliseconds: 0)
        for _ in 0..<2047 {
            try writer.append(Self.first, to: &buffer)
        }
        #expect(throws: WireError.tooLong("records")) {
            try writer.append(Self.first, to: &buffer)
        }
        writer.finish(&buffer)
        let bytes = buffer.array()
        #expect(bytes.count == 16 + 2047 * 32)
        #expect(Self.refusal(bytes) == nil)
    }

    @Test(
        "random records come back as they were, and accepted bytes are written again as they were"
    )
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 20_260_601)
        for _ in 0..<20_000 {
            let record = LocationRecord(
                driverReference: .random(in: .min ... .max, using: &generator),
                sequence: .random(in: .min ... .max, using: &generator),
                offsetMilliseconds: .random(in: .min ... .max, using: &generator),
                latitudeE7: .random(in: -900_000_000...900_000_000, using: &generator),
                longitudeE7: .random(in: -1_800_000_000...1_800_000_000, using: &generator),
                speedCentimetersPerSecond: .random(in: .min ... .max, using: &generator),
                headingHundredthsOfDegree: .random(in: 0...35_999, using: &generator),
                accuracyDecimeters: .random(in: .min ... .max, using: &generator),
                status: .random(in: .min ... .max, using: &generator)
            )
            var buffer = OutputBuffer()
            try record.encode(to: &buffer)
            let bytes = buffer.array()
            let decoded = try LocationRecord(decoding: bytes.span.bytes, at: 0)
            #expect(decoded == record)
        }
    }

    @Test("random bytes are refused or written again as they were")
    func canonical() throws {
        var generator = SeededGenerator(seed: 7)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            // Half of the bytes that are checked are made valid: else one in 2 000 would pass.
            if Bool.random(using: &generator) { bytes[31] = 0 }
            if Bool.random(using: &generator) {
                bytes[19] = UInt8.random(in: 0...0x34, using: &generator)
            }
            guard let record = try? LocationRecord(decoding: bytes.span.bytes, at: 0) else {
                continue
            }
            accepted += 1
            var buffer = OutputBuffer()
            try record.encode(to: &buffer)
            #expect(buffer.array() == bytes)
        }
        #expect(accepted > 500)
    }
}
