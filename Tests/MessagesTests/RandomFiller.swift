import Messages
import Money
import TestSupport
import WireFormat

/// Fills a message with random values that are all allowed: the edges of each range more often than
/// by chance.
struct RandomFiller: FieldCoder {
    var generator: SeededGenerator
    /// The most elements of a list.
    var countMax = 4
    /// Whether every tail gets something; else each is left empty now and then.
    var fillsEveryTail = false

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        if kind == .currency {
            let code = Currency.all.randomElement(using: &generator)?.numericCode ?? 0
            value = Bool.random(using: &generator) ? 0 : Value(truncatingIfNeeded: code)
            return
        }
        switch UInt8.random(in: 0..<8, using: &generator) {
        case 0: value = range.lowerBound
        case 1: value = range.upperBound
        default: value = random(in: range)
        }
    }

    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        bits = UInt128.random(in: 0 ... .max, using: &generator)
    }

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        guard !leavesEmpty() else { return }
        value = Self.text(
            byteCount: Int.random(in: 1...maxByteCount, using: &generator),
            &generator
        )
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        guard !leavesEmpty() else { return }
        let count = Int.random(in: 1...maxByteCount, using: &generator)
        value = (0..<count).map { _ in UInt8.random(in: 0 ... .max, using: &generator) }
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        guard !leavesEmpty() else { return }
        for _ in 0..<Int.random(in: 1...min(countMax, maxCount), using: &generator) {
            var element = Element()
            try element.walk(&self)
            value.append(element)
        }
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        guard !leavesEmpty() else { return }
        for _ in 0..<Int.random(in: 1...min(countMax, maxCount), using: &generator) {
            var message = Message()
            try message.walk(&self)
            value.append(message)
        }
    }

    private mutating func leavesEmpty() -> Bool {
        !fillsEveryTail && UInt8.random(in: 0..<3, using: &generator) == 0
    }

    /// 64-bit arithmetic would overflow on the widest ranges, so bits are drawn and folded into the
    /// range.
    private mutating func random<Value: WireInteger>(in range: ClosedRange<Value>) -> Value {
        let low = Int128(range.lowerBound)
        let span = Int128(range.upperBound) - low + 1
        return Value(truncatingIfNeeded: low + Int128(generator.next()) % span)
    }

    /// Text of exactly so many bytes of UTF-8, of characters of 1 to 4.
    static func text(byteCount: Int, _ generator: inout SeededGenerator) -> String {
        let characters: [(String, Int)] = [("a", 1), ("é", 2), ("漢", 3), ("🚕", 4)]
        var text = ""
        var left = byteCount
        while left > 0 {
            let fitting = characters.filter { $0.1 <= left }
            guard let (character, size) = fitting.randomElement(using: &generator) else { break }
            text += character
            left -= size
        }
        return text
    }
}

extension WireMessage {
    /// A message of random allowed values.
    static func random(seed: UInt64, full: Bool = false) throws -> Self {
        var filler = RandomFiller(seed: seed)
        filler.fillsEveryTail = full
        var message = Self()
        try message.walk(&filler)
        return message
    }

    /// Why these bytes are refused; `nil` where they are not.
    static func refusal(_ bytes: [UInt8]) -> WireError? {
        do throws(WireError) {
            _ = try Self(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }
}
