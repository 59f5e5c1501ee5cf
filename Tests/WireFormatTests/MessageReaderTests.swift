import Testing
import WireFormat

/// What a reader of a message with a u16 and a u32 in its block, tail 2 (text) and tail 5 (u16 list) finds.
private struct Sample: Equatable {
    var first: UInt16 = 0
    var second: UInt32 = 77
    var text = ""
    var list: [UInt16] = []
    var rest: [UInt8] = []

    init(decoding message: RawSpan) throws(WireError) {
        var reader = try MessageReader(message, minimumBlock: 2)
        first = try reader.read(UInt16.self, from: message)
        if try reader.holds(byteCount: 4) {
            second = try reader.read(UInt32.self, from: message)
        }
        rest = try reader.blockRest.bytes("rest", maxByteCount: .max, from: message)
        text = try reader.tail(2, from: message)?.text("text", maxByteCount: 4, from: message) ?? ""
        if let value = try reader.tail(5, from: message) {
            let found = try value.list("list", minimumStride: 2, maxCount: 3, from: message)
            for index in 0..<found.count {
                list.append(
                    try message.integer(UInt16.self, at: found.firstOffset + index * found.stride)
                )
            }
        }
        try reader.finish(message)
    }

    static func decode(_ bytes: [UInt8]) -> Result<Sample, WireError> {
        do throws(WireError) {
            return .success(try Sample(decoding: bytes.span.bytes))
        } catch {
            return .failure(error)
        }
    }

    static func refusal(_ bytes: [UInt8]) -> WireError? {
        if case .failure(let error) = decode(bytes) { error } else { nil }
    }
}

@Suite("MessageReader")
struct MessageReaderTests {
    static let block: [UInt8] = [6, 0, 2, 0, 0x34, 0x12, 1, 0, 0, 0]
    static let textTail: [UInt8] = [2, 0, 2, 0, 0xC3, 0xA9]
    static let listTail: [UInt8] = [5, 0, 8, 0, 2, 0, 2, 0, 9, 0, 8, 0]
    static let message: [UInt8] = block + textTail + listTail

    static func header(_ blockLength: UInt8, _ tailCount: UInt8) -> [UInt8] {
        [blockLength, 0, tailCount, 0]
    }

    @Test("block and tails are read")
    func blockAndTails() throws {
        let sample = try Sample.decode(Self.message).get()
        #expect(sample.first == 0x1234)
        #expect(sample.second == 1)
        #expect(sample.text == "é")
        #expect(sample.list == [9, 8])
    }

    @Test("every truncation is refused", arguments: 0..<28)
    func truncation(byteCount: Int) {
        #expect(Sample.refusal(Array(Self.message.prefix(byteCount))) == .truncated)
    }

    @Test("a trailing byte is refused")
    func trailing() {
        #expect(Sample.refusal(Self.message + [0]) == .trailingByte)
    }

    @Test("an older peer's shorter block leaves the default, between fields only")
    func shorterBlock() throws {
        let sample = try Sample.decode(Self.header(2, 0) + [1, 0]).get()
        #expect(sample.first == 1)
        #expect(sample.second == 77)
        #expect(Sample.refusal(Self.header(4, 0) + [1, 0, 0, 0]) == .notCanonical)
        #expect(Sample.refusal(Self.header(1, 0) + [1]) == .truncated)
        #expect(Sample.refusal(Self.header(0, 0)) == .truncated)
    }

    @Test("a newer peer's longer block is skipped, its rest can be kept")
    func longerBlock() throws {
        let bytes = Self.header(8, 1) + [1, 0, 2, 0, 0, 0, 0xAA, 0xBB] + Self.textTail
        let sample = try Sample.decode(bytes).get()
        #expect(sample.second == 2)
        #expect(sample.text == "é")
        #expect(sample.rest == [0xAA, 0xBB])
    }

    @Test("unknown tails are skipped before, between and after known ones")
    func unknownTails() throws {
        var bytes = Self.block
        bytes[2] = 5
        bytes += [1, 0, 1, 0, 7] + Self.textTail + [3, 0, 0, 0] + Self.listTail
        bytes += [0xFF, 0xFF, 1, 0, 7]
        let sample = try Sample.decode(bytes).get()
        #expect(sample.text == "é")
        #expect(sample.list == [9, 8])
    }

    @Test(
        "tails that break a rule are refused",
        arguments: [
            ([2, 0, 0, 0, 2, 0, 0, 0], 2, .duplicateTag),
            ([5, 0, 6, 0, 1, 0, 2, 0, 9, 0, 2, 0, 1, 0, 65], 2, .descendingTag),
            ([9, 0, 0, 0, 8, 0, 0, 0], 2, .descendingTag),
            ([0, 0, 0, 0], 1, .duplicateTag),
            ([2, 0, 5, 0, 65, 65, 65, 65, 65], 1, .tooLong("text")),
            ([2, 0, 1, 0, 0xFF], 1, .notUTF8),
            ([2, 0, 2, 0, 0xC3, 0x28], 1, .notUTF8),
            ([2, 0, 3, 0, 0xED, 0xA0, 0x80], 1, .notUTF8),
            ([5, 0, 3, 0, 1, 0, 2], 1, .truncated),
            ([5, 0, 4, 0, 0, 0, 2, 0], 1, .notCanonical),
            ([5, 0, 5, 0, 1, 0, 1, 0, 9], 1, .notCanonical),
            ([5, 0, 6, 0, 2, 0, 2, 0, 9, 0], 1, .truncated),
            ([5, 0, 7, 0, 1, 0, 2, 0, 9, 0, 9], 1, .trailingByte),
            ([5, 0, 4, 0, 4, 0, 2, 0], 1, .tooLong("list")),
            ([5, 0, 4, 0, 3, 0, 0xFF, 0xFF], 1, .truncated),
        ] as [([UInt8], UInt8, WireError)]
    )
    func brokenTails(tails: [UInt8], count: UInt8, expected: WireError) {
        #expect(Sample.refusal(Self.header(2, count) + [1, 0] + tails) == expected)
    }

    @Test("a tail count larger or smaller than the tails is refused")
    func tailCountLies() {
        var bytes = Self.message
        bytes[2] = 3
        #expect(Sample.refusal(bytes) == .truncated)
        bytes[2] = 1
        #expect(Sample.refusal(bytes) == .trailingByte)
        bytes[3] = 0xFF
        #expect(Sample.refusal(bytes) == .truncated)
    }

    @Test("what the writer writes is what the reader reads")
    func writer() throws {
        var buffer = OutputBuffer()
        buffer.append(UInt8(0xEE))
        var writer = MessageWriter(to: &buffer, blockByteCount: 6)
        writer.write(UInt16(0x1234), to: &buffer)
        writer.write(UInt32(1), to: &buffer)
        writer.tail(2, text: "é", to: &buffer)
        let start = writer.openTail(5, in: &buffer)
        for value in [2, 2, 9, 8] as [UInt16] {
            buffer.append(value)
        }
        writer.closeTail(start, in: &buffer)
        writer.finish(&buffer)
        #expect(buffer.array() == [0xEE] + Self.message)
        writer.abandon(&buffer)
        #expect(buffer.array() == [0xEE])
    }
}
