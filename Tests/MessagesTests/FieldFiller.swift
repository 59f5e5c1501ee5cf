import Messages
import WireFormat

/// Gives a message the values of `vectors.json` by name; a tail that is not named stays empty.
struct FieldFiller: FieldCoder {
    private let values: [String: JSONValue]
    /// Names that a message asked for and the vector does not have, or has in another form.
    private(set) var missing: [String] = []

    init(_ values: [String: JSONValue]) {
        self.values = values
    }

    mutating func scalar<Value: WireInteger>(
        _ name: StaticString,
        _ value: inout Value,
        as kind: ScalarKind,
        in range: ClosedRange<Value>
    ) throws(WireError) {
        if let number = values[name.description]?.number, let exact = Value(exactly: number) {
            value = exact
        } else {
            missing.append(name.description)
        }
    }

    mutating func identifier(
        _ name: StaticString,
        _ bits: inout UInt128,
        prefix: String
    ) throws(WireError) {
        if case .text(let hex) = values[name.description], let found = UInt128(hex, radix: 16) {
            bits = found
        } else {
            missing.append(name.description)
        }
    }

    mutating func text(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout String,
        maxByteCount: Int
    ) throws(WireError) {
        if case .text(let text) = values[name.description] { value = text }
    }

    mutating func bytes(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [UInt8],
        maxByteCount: Int
    ) throws(WireError) {
        if case .text(let hex) = values[name.description] { value = Hex.bytes(hex) ?? [] }
    }

    mutating func list<Element: WireElement>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Element],
        maxCount: Int
    ) throws(WireError) {
        for fields in objects(name) {
            var filler = FieldFiller(fields)
            var element = Element()
            try element.walk(&filler)
            missing += filler.missing
            value.append(element)
        }
    }

    mutating func messages<Message: WireMessage>(
        _ tag: UInt16,
        _ name: StaticString,
        _ value: inout [Message],
        maxCount: Int
    ) throws(WireError) {
        for fields in objects(name) {
            var filler = FieldFiller(fields)
            var message = Message()
            try message.walk(&filler)
            missing += filler.missing
            value.append(message)
        }
    }

    private func objects(_ name: StaticString) -> [[String: JSONValue]] {
        guard case .list(let list) = values[name.description] else { return [] }
        return list.compactMap { if case .object(let fields) = $0 { fields } else { nil } }
    }
}
