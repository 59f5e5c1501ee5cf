import Messages
import TestSupport
import Testing
import WireFormat

/// What holds for every message, shown on each of them.
@Suite("Every message")
struct MessageTests {
    static let indices = MessageCatalog.messages.indices

    @Test("comes back from its bytes as it was, and gives the same bytes again", arguments: indices)
    func roundTrip(index: Int) throws {
        try Self.roundTrip(MessageCatalog.messages[index])
    }

    static func roundTrip<Message: WireMessage>(_ type: Message.Type) throws {
        let empty = try Message().encoded()
        #expect(try Message(decoding: empty) == Message())
        for seed in 0..<300 as Range<UInt64> {
            let message = try Message.random(seed: seed)
            let bytes = try message.encoded()
            let decoded = try Message(decoding: bytes)
            #expect(decoded == message, "\(type) seed \(seed)")
            #expect(try decoded.encoded() == bytes, "\(type) seed \(seed)")
        }
    }

    @Test("is refused when cut anywhere, or with a byte more", arguments: indices)
    func truncation(index: Int) throws {
        try Self.truncation(MessageCatalog.messages[index])
    }

    static func truncation<Message: WireMessage>(_ type: Message.Type) throws {
        let bytes = try Message.random(seed: 1, full: true).encoded()
        for byteCount in 0..<bytes.count {
            let refusal = Message.refusal(Array(bytes.prefix(byteCount)))
            #expect(refusal == .truncated, "\(type) cut to \(byteCount)")
        }
        #expect(Message.refusal(bytes + [0]) == .trailingByte)
    }

    @Test("is refused with any field of its block just out of range", arguments: indices)
    func ranges(index: Int) throws {
        try Self.ranges(MessageCatalog.messages[index])
    }

    static func ranges<Message: WireMessage>(_ type: Message.Type) throws {
        let bytes = try Message().encoded()
        for field in Message.schema.fields {
            let (good, bad) = edges(of: field)
            for value in good {
                #expect(
                    Message.refusal(bytes.replacing(field, by: value)) == nil,
                    "\(type).\(field.name) \(value)"
                )
            }
            for value in bad {
                #expect(
                    Message.refusal(bytes.replacing(field, by: value)) == .outOfRange(field.name),
                    "\(type).\(field.name) \(value)"
                )
            }
        }
    }

    /// The outermost values that a field takes, and those next to them that it does not.
    static func edges(of field: MessageSchema.Field) -> (good: [Int128], bad: [Int128]) {
        switch field.type {
        case "bool": return ([0, 1], [2, 255])
        // 1 is no currency's number, 1000 is beyond them all.
        case "currency": return ([0, 978, 8], [1, 1000, 65_535])
        case "id": return ([], [])
        default: break
        }
        let isSigned = field.type == "time" || field.type.hasPrefix("i")
        let bits = Int128(field.byteCount * 8)
        let lowest: Int128 = isSigned ? -(1 << (bits - 1)) : 0
        let highest: Int128 = isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1
        let minimum = field.minimum.map { Int128($0) } ?? lowest
        let maximum = field.maximum.map { Int128($0) } ?? highest
        var bad: [Int128] = []
        if minimum > lowest { bad += [minimum - 1, lowest] }
        if maximum < highest { bad += [maximum + 1, highest] }
        return ([minimum, maximum], bad)
    }

    @Test("keeps what a newer peer sent and passes it on byte for byte", arguments: indices)
    func newerPeer(index: Int) throws {
        try Self.newerPeer(MessageCatalog.messages[index])
    }

    static func newerPeer<Message: WireMessage>(_ type: Message.Type) throws {
        for seed in 0..<20 as Range<UInt64> {
            let message = try Message.random(seed: seed)
            var newer = message
            newer.unknown.blockRest = [0xAA, 0, 0xBB]
            let known = Set(Message.schema.tails.map(\.tag))
            newer.unknown.tails = [7, 40, 41, 65_535].filter { !known.contains($0) }
                .map {
                    UnknownFields.Tail(tag: $0, value: [UInt8](repeating: 9, count: Int($0 & 3)))
                }
            let bytes = try newer.encoded()
            let decoded = try Message(decoding: bytes)
            #expect(decoded == newer, "\(type) seed \(seed)")
            #expect(try decoded.encoded() == bytes, "\(type) seed \(seed)")
            var stripped = decoded
            stripped.unknown = UnknownFields()
            #expect(stripped == message, "\(type) seed \(seed)")
            for byteCount in stride(from: 0, to: bytes.count, by: 7) {
                #expect(Message.refusal(Array(bytes.prefix(byteCount))) == .truncated)
            }
        }
    }

    @Test(
        "takes an older peer's shorter block down to its minimum, with defaults",
        arguments: indices
    )
    func olderPeer(index: Int) throws {
        try Self.olderPeer(MessageCatalog.messages[index])
    }

    static func olderPeer<Message: WireMessage>(_ type: Message.Type) throws {
        let schema = Message.schema
        let block = try Message.random(seed: 3).encoded()[4..<(4 + schema.blockByteCount)]
        let ends = Set(schema.fields.map { $0.offset + $0.byteCount } + [0])
        for byteCount in 0..<schema.blockByteCount {
            let head = [UInt8(truncatingIfNeeded: byteCount), UInt8(byteCount >> 8), 0, 0]
            let bytes = head + block.prefix(byteCount)
            if byteCount < schema.minimumBlockByteCount {
                #expect(Message.refusal(bytes) == .truncated, "\(type) \(byteCount)")
            } else if !ends.contains(byteCount) {
                #expect(Message.refusal(bytes) == .notCanonical, "\(type) \(byteCount)")
            } else {
                let decoded = try Message(decoding: bytes).encoded()
                let defaults = try Message().encoded()
                #expect(decoded[4..<(4 + byteCount)] == block.prefix(byteCount)[...])
                #expect(decoded[(4 + byteCount)...] == defaults[(4 + byteCount)...])
            }
        }
    }

    @Test("is refused with a tail that has nothing in it", arguments: indices)
    func emptyTails(index: Int) throws {
        try Self.emptyTails(MessageCatalog.messages[index])
    }

    static func emptyTails<Message: WireMessage>(_ type: Message.Type) throws {
        for tail in Message.schema.tails {
            var bytes = try Message().encoded()
            bytes[2] = 1
            bytes += [UInt8(truncatingIfNeeded: tail.tag), UInt8(tail.tag >> 8)]
            switch tail.type {
            case "text", "bytes": bytes += [0, 0]
            case "list": bytes += [4, 0, 0, 0, 255, 0]
            default: bytes += [4, 0, 0, 0, 0, 0]
            }
            #expect(Message.refusal(bytes) == .notCanonical, "\(type).\(tail.name)")
        }
    }

    @Test("takes a tail of its greatest length and refuses one more, both ways", arguments: indices)
    func longTails(index: Int) throws {
        try Self.longTails(MessageCatalog.messages[index])
    }

    static func longTails<Message: WireMessage>(_ type: Message.Type) throws {
        for tail in Message.schema.tails {
            for excess in 0...1 {
                var filler = LengthFiller(tag: tail.tag, excess: excess)
                var message = Message()
                try message.walk(&filler)
                if excess == 0 {
                    #expect(try Message(decoding: try message.encoded()) == message)
                } else {
                    var buffer = OutputBuffer()
                    buffer.append(UInt8(1))
                    #expect(throws: WireError.tooLong(tail.name)) {
                        try message.encode(to: &buffer)
                    }
                    let left = buffer.array()
                    #expect(left == [1], "nothing is appended")
                }
            }
        }
    }

    @Test(
        "with a bit flipped or bytes changed is refused or gives the same bytes",
        arguments: indices
    )
    func mutation(index: Int) throws {
        try Self.mutation(MessageCatalog.messages[index])
    }

    static func mutation<Message: WireMessage>(_ type: Message.Type) throws {
        var generator = SeededGenerator(seed: 77)
        for seed in 0..<200 as Range<UInt64> {
            var bytes = try Message.random(seed: seed).encoded()
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let offset = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            }
            guard let decoded = try? Message(decoding: bytes) else { continue }
            // An older peer's shorter block is written in our length.
            guard Int(bytes[0]) | Int(bytes[1]) << 8 >= Message.blockByteCount else { continue }
            #expect(try decoded.encoded() == bytes, "\(type) seed \(seed)")
        }
    }
}

/// Gives one tail its greatest length, or one more, and leaves the others empty.
private struct LengthFiller: FieldCoder {
    let tag: UInt16
    let excess: Int

    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {}

    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {}

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        if tag == self.tag { value = String(repeating: "a", count: maxByteCount + excess) }
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        if tag == self.tag { value = [UInt8](repeating: 1, count: maxByteCount + excess) }
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        if tag == self.tag { value = Array(repeating: Element(), count: maxCount + excess) }
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        if tag == self.tag { value = Array(repeating: Message(), count: maxCount + excess) }
    }
}

extension [UInt8] {
    /// A message's bytes with one field of its block replaced.
    func replacing(_ field: MessageSchema.Field, by value: Int128) -> [UInt8] {
        var bytes = self
        for index in 0..<field.byteCount {
            bytes[4 + field.offset + index] = UInt8(truncatingIfNeeded: value >> Int128(8 * index))
        }
        return bytes
    }
}
