import Messages
import WireFormat

/// Takes down a message's values by name, as `vectors.json` has them; empty tails are left out.
struct FieldDumper: FieldCoder {
    private(set) var values: [String: JSONValue] = [:]

    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        values[name.description] = kind == .flag ? .flag(value == 1) : JSONValue(Int128(value))
    }

    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        let bytes = (0..<16).map { UInt8(truncatingIfNeeded: bits >> UInt128(120 - 8 * $0)) }
        values[name.description] = .text(Hex.text(bytes))
    }

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        if !value.isEmpty { values[name.description] = .text(value) }
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        if !value.isEmpty { values[name.description] = .text(Hex.text(value)) }
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        var dumped: [JSONValue] = []
        for var element in value {
            var dumper = FieldDumper()
            try element.walk(&dumper)
            dumped.append(.object(dumper.values))
        }
        if !dumped.isEmpty { values[name.description] = .list(dumped) }
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        var dumped: [JSONValue] = []
        for var message in value {
            var dumper = FieldDumper()
            try message.walk(&dumper)
            dumped.append(.object(dumper.values))
        }
        if !dumped.isEmpty { values[name.description] = .list(dumped) }
    }
}
